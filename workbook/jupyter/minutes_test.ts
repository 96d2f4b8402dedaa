import { assertEquals } from "@std/assert";
import { estimateMinutes, findWrongMinutes, findWrongRoutes } from "./minutes.ts";
import { parseNotebook } from "./notebook.ts";

/** Three minutes of prose, one for two predictions, two of code, two exercises of four: 14. */
function notebook(head: string, { more = "", second = "**Exercise 01.2** Do." } = {}) {
  const words = "word ".repeat(596 - `${head}${second}`.match(/\w+/g)!.length);
  const cells = [
    { cell_type: "markdown", source: head },
    { cell_type: "markdown", source: `${words}\n\n**Predict:** this. **Predict** that.\n\n${more}` },
    { cell_type: "code", source: 'import {\n  a,\n  b,\n} from "./mod.ts";\n' + "run();\n\n".repeat(28) },
    { cell_type: "code", source: 'await check("01.1", () => TODO);' },
    { cell_type: "markdown", source: second },
    { cell_type: "code", source: 'await check("01.2", () => TODO);' },
  ];
  return parseNotebook(JSON.stringify({ cells, metadata: {} }));
}
const README = "| 01 | [Engine](notebooks/01_engine.ipynb) | URL and pool | 15 min |\n";

Deno.test("reading, running, predictions and exercises take their time, rounded up to five minutes", () => {
  assertEquals(estimateMinutes(notebook("head")), { all: 15, extra: 0 });
  assertEquals(estimateMinutes(notebook("head", { more: "word ".repeat(250) })), { all: 20, extra: 0 });
});

Deno.test("what is quoted or folded is not counted, and an extra exercise by itself", () => {
  const aside = "> word\n".repeat(1000) + "\n<details><summary>More</summary>\n" + "word ".repeat(1000) +
    "\n</details>";
  assertEquals(estimateMinutes(notebook("head", { more: aside })), { all: 15, extra: 0 });
  assertEquals(estimateMinutes(notebook("head", { second: "**Exercise 01.2** (extra) Do." })), { all: 10, extra: 4 });
});

Deno.test("a time that is the estimate is fine; any other, one missing, or not the README's is a sentence", () => {
  const wrong = (head: string, readme = README, second?: string) =>
    findWrongMinutes("01_engine", notebook(head, { second }), readme);
  assertEquals(wrong("**Time:** 15 minutes."), []);
  assertEquals(wrong("hello"), ["01_engine.ipynb: its first cell does not say **Time:** … minutes."]);
  assertEquals(wrong("**Time:** 20 minutes.", README.replace("15", "20")), [
    "01_engine.ipynb: it says 20 minutes, but the estimate is 15 minutes",
  ]);
  assertEquals(wrong("**Time:** 15 minutes.", ""), ["README.md: its row of 01_engine does not say 15 min"]);
  const extra = "**Exercise 01.2** (extra) Do.";
  const ten = README.replace("15", "10");
  assertEquals(wrong("**Time:** 10 minutes, and 4 for the\nextra exercise.", ten, extra), []);
  assertEquals(wrong("**Time:** 10 minutes.", ten, extra), [
    "01_engine.ipynb: it says 10 minutes, but the estimate is 10 minutes, and 4 for the extra exercises",
  ]);
});

Deno.test("a notebook takes fifty minutes at most", () => {
  const long = notebook("**Time:** 55 minutes.", { more: "word ".repeat(8000) });
  assertEquals(findWrongMinutes("01_engine", long, README.replace("15", "55")), [
    "01_engine.ipynb: it takes more than 50 minutes",
  ]);
});

Deno.test("a route is the sum of its notebooks, and three hours at most", () => {
  const minutes = (all: number) => ({ all, extra: 0 });
  const wrong = (row: string) =>
    findWrongRoutes(new Map([["00", minutes(80)], ["01", minutes(90)], ["02", minutes(30)]]), row);
  assertEquals(wrong("| one | 00, 01 | 170 min |\n| two | 02 | 30 min |"), []);
  assertEquals(wrong("| one | 00, 02 | 100 min |"), [
    "README.md: the route 00, 02 says 100 min; its notebooks take 110",
  ]);
  assertEquals(wrong("| one | 00, 01, 02 | 200 min |"), [
    "README.md: the route 00, 01, 02 takes more than three hours",
  ]);
});
