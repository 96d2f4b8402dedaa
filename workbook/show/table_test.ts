import { assertEquals, assertStringIncludes } from "@std/assert";
import { displaySymbol } from "./display.ts";
import { table } from "./table.ts";

const rows = [{ driver: "pg", ms: 0.2134, rows: 1000n }, { driver: "postgres", ms: 12, rows: 5n }];

Deno.test("table() writes Markdown with numbers at the right", () => {
  assertEquals(
    table(rows).markdown,
    `| driver | ms | rows |
| :--- | ---: | ---: |
| pg | 0.213 | 1000 |
| postgres | 12 | 5 |`,
  );
});

Deno.test("table() writes aligned plain text", () => {
  assertEquals(
    table(rows, { columns: ["driver", "ms"], headings: { ms: "median" } }).text,
    `driver    median
--------  ------
pg         0.213
postgres      12`,
  );
});

Deno.test("table() shows both forms in a notebook", async () => {
  const shown = table(rows);
  assertEquals(await shown[displaySymbol](), { "text/markdown": shown.markdown, "text/plain": shown.text });
});

Deno.test("table() shows a column with dollar signs as code, which JupyterLab does not read as a formula", () => {
  const { markdown } = table([{ a_b: "a_b", sql: "SELECT $1::int | $2" }, { a_b: "c", sql: "SELECT 1" }]);
  assertEquals(markdown.split("\n"), [
    "| a\\_b | sql |",
    "| :--- | :--- |",
    "| a\\_b | `SELECT $1::int \\| $2` |",
    "| c | `SELECT 1` |",
  ]);
});

Deno.test("table() escapes what Markdown would read as something else", () => {
  assertStringIncludes(table([{ sql: "a || b", name: "user_toy" }]).markdown, "| a \\|\\| b | user\\_toy |");
});

Deno.test("table() writes dates as ISO and objects as JSON", () => {
  const { text } = table([{ b: new Date(0), c: { n: 1n } }]);
  assertStringIncludes(text, '1970-01-01T00:00:00.000Z  {"n":"1"}');
});

Deno.test("table() says how many rows it left out", () => {
  assertStringIncludes(table([{ n: 1 }, { n: 2 }, { n: 3 }], { limit: 2 }).markdown, "*2 of 3 rows*");
});

Deno.test("table() of nothing says so", () => {
  assertEquals(table([]).markdown, "no rows");
});

/** Type test: only columns that the rows have. */
export function columnsAreChecked() {
  // @ts-expect-error the rows have no such column
  table(rows, { columns: ["hero"] });
}

Deno.test("table() tells NULL, an empty string and a missing value apart", () => {
  const rows = [{ name: null, note: "" }, { name: "sandy" }];
  const { text, markdown } = table(rows, { columns: ["name", "note"] as never });
  assertEquals(text.split("\n").slice(2), ["NULL   ''", "sandy"]);
  assertEquals(markdown.split("\n").slice(2), ["| NULL | '' |", "| sandy |  |"]);
});

Deno.test("table() that is folded opens by its line, and is whole on a console", () => {
  const { markdown, text } = table(rows, { folded: "Both drivers" });
  assertEquals(markdown.split("\n\n"), [
    '<details><summary><span class="mathjax_ignore">Both drivers</span></summary>',
    table(rows).markdown,
    "</details>",
  ]);
  assertEquals(text, table(rows).text);
});
