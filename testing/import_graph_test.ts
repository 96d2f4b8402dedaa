import { assertEquals } from "@std/assert";
import { explainCircle, findImports, type Import, orderLayers } from "./import_graph.ts";

const layerOf = (path: string) => path.split("/")[0];
const targets = (source: string) =>
  findImports(new Map([["a/x.ts", source], ["b/y.ts", ""]])).map(({ line, target }) => `${line}: ${target}`);

Deno.test("every way to name a module is an import, with its line", () => {
  for (
    const statement of [
      `import { y } from "../b/y.ts";`,
      `import type { Y } from "../b/y.ts";`,
      `import "../b/y.ts";`,
      `export * from "../b/y.ts";`,
      `export { type Y } from "../b/y.ts";`,
      `const { y } = await import("../b/y.ts");`,
      `let y: import("../b/y.ts").Y;`,
      `const worker = new URL("../b/y.ts", import.meta.url);`,
    ]
  ) assertEquals(targets(`\n${statement}\n`), ["2: b/y.ts"], statement);
  assertEquals(targets(`import {\n  x,\n  y,\n} from "../b/y.ts";\n`), ["4: b/y.ts"]);
});

Deno.test("what a comment shows, what is a package and what is no file of the sources is no import", () => {
  assertEquals(targets(`/**\n * import { y } from "../b/y.ts";\n * await import("../b/y.ts");\n */\n`), []);
  assertEquals(targets(`import { z } from "zod";\nimport { y } from "../b/gone.ts";\n`), []);
});

Deno.test("of a notebook the code cells count", () => {
  const cells = [
    { cell_type: "markdown", source: `import { y } from "../b/y.ts";` },
    { cell_type: "code", source: [`const one = 1;\n`, `import { y } from "../b/y.ts";`] },
  ];
  const sources = new Map([["n/1.ipynb", JSON.stringify({ cells })], ["b/y.ts", ""]]);
  assertEquals(findImports(sources), [{ file: "n/1.ipynb", line: "cell 2, line 2", target: "b/y.ts" }]);
});

/** An order of folders from imports such as `a → b`. */
function order(...arrows: string[]) {
  const imports = arrows.map((arrow): Import => {
    const [from, to] = arrow.split(" → ");
    return { file: `${from}/x.ts`, line: "7", target: `${to}/y.ts` };
  });
  return orderLayers(imports.flatMap(({ file, target }) => [file, target]), imports, layerOf);
}

Deno.test("each layer comes after those that it imports", () => {
  assertEquals(order("app → orm", "orm → engine", "app → engine", "sync → orm").layers, [
    "engine",
    "orm",
    "app",
    "sync",
  ]);
});

Deno.test("a circle is told with the file and the line of each import, and a shorter one first", () => {
  assertEquals(explainCircle(order("a → b", "b → c", "c → a", "d → a").circle!, layerOf).split("\n"), [
    "These folders import each other in a circle:",
    "  a → b: a/x.ts:7 imports b/y.ts",
    "  b → c: b/x.ts:7 imports c/y.ts",
    "  c → a: c/x.ts:7 imports a/y.ts",
  ]);
  assertEquals(order("a → b", "b → c", "c → a", "c → b").circle!.length, 2);
});
