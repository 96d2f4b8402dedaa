import { assertEquals } from "@std/assert";
import { estimateMinutes, findWrongMinutes, findWrongRoutes } from "./minutes.ts";
import { parseNotebook } from "./notebook.ts";

/** Three minutes of prose, two of code, two exercises of four. */
function notebook(head: string) {
  const cells = [
    { cell_type: "markdown", source: head },
    { cell_type: "markdown", source: "word ".repeat(600 - head.match(/\w+/g)!.length) },
    { cell_type: "code", source: "run();\n\n".repeat(28) },
    { cell_type: "code", source: 'await check("01.1", () => TODO);' },
    { cell_type: "code", source: 'await check("01.2", () => TODO);' },
  ];
  return parseNotebook(JSON.stringify({ cells, metadata: {} }));
}
const README = "| 01 | [Engine](notebooks/01_engine.ipynb) | URL and pool | 15 min |\n";

Deno.test("reading, running and exercises take their time", () => {
  assertEquals(estimateMinutes(notebook("head")), 13);
});

Deno.test("a time that is near is fine; one that is missing, far off, or not the README's is a sentence", () => {
  const wrong = (head: string, readme = README) => findWrongMinutes("01_engine", notebook(head), readme);
  assertEquals(wrong("**Time:** 15 minutes"), []);
  assertEquals(wrong("hello"), ["01_engine.ipynb: its first cell does not say **Time:** … minutes"]);
  assertEquals(wrong("**Time:** 20 minutes", README.replace("15", "20")), [
    "01_engine.ipynb: it says 20 minutes, but the estimate is 13",
  ]);
  assertEquals(wrong("**Time:** 15 minutes", ""), ["README.md: its row of 01_engine does not say 15 min"]);
});

Deno.test("a route is the sum of its notebooks, and three hours at most", () => {
  const wrong = (row: string) => findWrongRoutes(new Map([["00", 80], ["01", 90], ["02", 30]]), row);
  assertEquals(wrong("| one | 00, 01 | 170 min |\n| two | 02 | 30 min |"), []);
  assertEquals(wrong("| one | 00, 02 | 100 min |"), [
    "README.md: the route 00, 02 says 100 min; its notebooks take 110",
  ]);
  assertEquals(wrong("| one | 00, 01, 02 | 200 min |"), [
    "README.md: the route 00, 01, 02 takes more than three hours",
  ]);
});
