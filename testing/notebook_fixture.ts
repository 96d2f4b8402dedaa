/**
 * A small workbook for tests of the tools: one notebook with a picture and an exercise, and its answers.
 *
 * @module
 */
import { join } from "node:path";
import { type Cell, formatNotebook, type Notebook } from "../workbook/jupyter/notebook.ts";
import { makeSiblingFolder } from "../workbook/paths.ts";

/** Creates a notebook from code cells. */
export function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map((source, index): Cell => {
    return { cell_type: "code", id: `c${index}`, metadata: {}, source, outputs: [], execution_count: null };
  });
  const kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

// a square of ten by ten pixels
const png = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNk+M+ABzDhkxzJ0gDsZgED2qcvNQAAAABJRU5ErkJggg==";

const sources = [
  `// Stands in for the workbook's own check: the tools read only the words it prints.
const check = (id: string, answer: () => unknown) => {
  const said = answer();
  console.log(\`\${said === undefined ? "TODO" : said === 4 ? "PASS" : "NOT YET"} \${id}\`);
};`,
  `const started: number = Date.now();
console.log(\`started at \${started}\`);`,
  `const png = "${png.slice(0, 60)}" +
  "${png.slice(60)}";
const chart = {
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  data: { values: [{ driver: "pg", milliseconds: Math.random() }] },
  mark: "bar",
  encoding: {
    x: { field: "milliseconds", type: "quantitative" },
    y: { field: "driver", type: "nominal" },
  },
};
const picture = {
  [Symbol.for("Jupyter.display")]: () => ({
    "text/plain": "a chart of one bar",
    "image/png": png,
    "application/vnd.vegalite.v5+json": chart,
  }),
};
picture;`,
  `({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "a square", "image/png": png }) });`,
  `// Exercise: what is two and two?
const sum: number | undefined = undefined;
check("01.1", () => sum);`,
];

const answers = {
  "01.1.ts": "4",
  "01.1.other.ts": "2 + 2",
  "01.1.wrong.ts": "5",
  "01.1.wrong2.ts": "22",
  "01.1.cheat.ts": "44",
};

/** A folder with the workbook, deleted on disposal. */
export interface Fixture extends AsyncDisposable {
  readonly folder: string;
  readonly solutions: string;
}

/** Writes the workbook to a new folder as deep as `notebooks/`. */
export async function makeFixture(): Promise<Fixture> {
  const folder = await makeSiblingFolder();
  const solutions = join(folder, "solutions");
  await Deno.mkdir(solutions);
  await Deno.writeTextFile(join(folder, "01_fixture.ipynb"), formatNotebook(notebookOf(...sources)));
  for (const [file, sum] of Object.entries(answers)) {
    const source = `const sum: number | undefined = ${sum};\ncheck("01.1", () => sum);\n`;
    await Deno.writeTextFile(join(solutions, file), source);
  }
  return { folder, solutions, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
