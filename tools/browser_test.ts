/**
 * The notebooks in JupyterLab and a real Chromium, from a fresh copy: what a reader does on the first evening.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { Ahead } from "../workbook/jupyter/ahead.ts";
import { findChromium, LabPages, openBrowser } from "../workbook/jupyter/browser.ts";
import {
  codeCells,
  type Notebook,
  type NotebookFile,
  type Output,
  parseNotebook,
  readNotebooks,
} from "../workbook/jupyter/notebook.ts";
import { type Exercise, readExercises } from "../workbook/jupyter/exercises.ts";
import { allExercises } from "../workbook/exercises/mod.ts";
import { feedback, solutionFeedback } from "../workbook/feedback.ts";
import { asMarkdown } from "../workbook/markdown_text.ts";
import { type LabProcess, startLab } from "../testing/lab_process.ts";
import { exists, makeSiblingFolder, notebooksFolder, root, solutionsFolder } from "../workbook/paths.ts";
import { dropRunSchemas } from "../workbook/jupyter/run_schemas.ts";
import { freePort } from "../workbook/jupyter/server.ts";

const files = await exists(notebooksFolder) ? await readNotebooks() : [];
const chromium = await findChromium();
const missing = chromium ? "" : " [needs Chromium]";
const screenshots = join(root, ".data", "screenshots");
const run = String(1e9 + crypto.getRandomValues(new Uint32Array(1))[0]);

let lab: LabProcess;
let copy: string;
let state: string;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let pages: LabPages;

/** How many notebooks are open at a time: while one waits for its kernel, the other is drawn. */
const WIDTH = 2;
const read = new Ahead(files, WIDTH, readNotebook);

Deno.test.beforeAll(async () => {
  if (!chromium || files.length === 0) return;
  // Nobody has run anything in the copy, and this JupyterLab remembers nothing: its outputs are not trusted.
  copy = await makeSiblingFolder();
  state = await Deno.makeTempDir();
  for (const { name, text } of files) await Deno.writeTextFile(join(copy, `${name}.ipynb`), text);
  lab = await startLab(["--port", String(freePort()), "--folder", copy], {
    WORKBOOK_JUPYTER: state,
    WORKBOOK_RUN: run,
    WORKBOOK_PROGRESS: join(state, "progress.json"),
  });
  browser = await openBrowser(chromium);
  pages = new LabPages(browser, lab.url);
});

Deno.test.afterAll(async () => {
  const stopped = read.stop(); // with --filter, one is read that no test asks for
  await browser?.close();
  await stopped;
  await lab?.stop();
  for (const folder of [copy, state]) if (folder) await Deno.remove(folder, { recursive: true });
  if (lab) await dropRunSchemas(run);
});

/** How many pictures each code cell holds. */
function picturesOf(notebook: Notebook): number[] {
  return codeCells(notebook).map(({ outputs }) =>
    (outputs ?? []).filter((output) => "data" in output && ("image/png" in output.data)).length
  );
}

function isError(output: Output): boolean {
  return output.output_type === "error";
}

for (const file of files) {
  const seen = "the pictures show before anything runs, all cells run without an error, and in the dark theme";
  Deno.test({
    name: `${file.name}: ${seen}${missing}`,
    ignore: !chromium,
    // Playwright keeps a connection of its own from test to test, and the next notebooks are read already.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => read.outcome(file),
  });
}

async function readNotebook({ name, notebook }: NotebookFile): Promise<void> {
  const expected = picturesOf(notebook);
  const first = Math.max(0, expected.findIndex(Boolean));
  const last = Math.max(0, expected.findLastIndex(Boolean));
  await pages.use(async (lab) => {
    await lab.withNotebook(`${name}.ipynb`, expected.length, async (page) => {
      const allPictures = () => page.waitFor((views) => views.every((view, cell) => view.pictures >= expected[cell]));
      const seen = await allPictures();
      assertEquals(seen.every(({ prompt }) => prompt === "[ ]:"), true, "nothing has run yet");
      await page.screenshot(screenshots, `${name}-untrusted`, first);
      await page.runAllCells(300);
      const drawn = await allPictures();
      // JupyterLab draws charts with another version than the PNGs: legends of colours and of shapes must be one there, too
      assertEquals(drawn.map(({ legends }) => legends.filter((count) => count > 1)).flat(), [], "two legends");
      await page.screenshot(screenshots, `${name}-run`, last);
      await page.save();
      const saved = parseNotebook(await Deno.readTextFile(join(copy, `${name}.ipynb`)));
      assertEquals(codeCells(saved).flatMap(({ outputs }) => outputs!.filter(isError)), []);
      await lab.wear("Dark");
      await allPictures();
      await page.screenshot(screenshots, `${name}-dark`, last);
    });
    await lab.wear("Light"); // an empty page is sooner painted anew
  });
}

Deno.test({
  name: `every hint, message and solution reads as it was written${missing}`,
  ignore: !chromium,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: readTexts,
});

/** A text as Markdown, and what a reader must see of it. */
interface Text {
  readonly markdown: string;
  readonly seen: string;
}

/**
 * Every hint and message of the exercises, every solution, and everything that Markdown, HTML and TeX could mistake: a
 * few long texts, because JupyterLab draws only the first cells of a long notebook.
 */
async function allTexts(): Promise<Text[]> {
  const [hinted, solved, messages]: Text[][] = [[], [], []];
  for (const each of await allExercises()) {
    const path = `notebooks/solutions/${each.id}.ts`;
    const code = await Deno.readTextFile(join(root, path));
    const all = feedback(each, { status: "NOT YET", message: "No." }, { hints: each.hints.length });
    // only the Markdown shows a sign before the verdict
    hinted.push({ markdown: String(all["text/markdown"]), seen: `✘ ${all["text/plain"]}` });
    solved.push({
      markdown: String(solutionFeedback(each, { path, code })["text/markdown"]),
      seen: `The solution of ${each.id} (${path})\n${code}`,
    });
  }
  const folder = join(root, "workbook", "exercises");
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || name.endsWith("_test.ts")) continue;
    const source = await Deno.readTextFile(join(folder, name));
    messages.push(...(source.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? []).map(shown));
  }
  const marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  const pairs = [...marks].flatMap((one) => [...marks].map((two) => `${one}${two}a${two}${one}`));
  const joined = (texts: Text[]): Text => ({
    markdown: texts.map(({ markdown }) => markdown).join("\n\n"),
    seen: texts.map(({ seen }) => seen).join("\n"),
  });
  return [
    ...[hinted, solved, messages].map(joined),
    ...[pairs.join(" "), pairs.join("\n"), "\\(a\\) \\[b\\] $$c$$ \\begin{d}e\\end{d} @@0@@", "1. a\n# b\n---\n- c"]
      .map(shown),
    ...["https://a.org www.a.org a@a.org &amp; <b>a</b> <!-- a --> ![a](a) [a](a)", "| a |\n|---|\n| b |"].map(shown),
  ];
}

function shown(text: string): Text {
  return { markdown: asMarkdown(text), seen: text };
}

/** Shows texts as outputs of one notebook: nothing runs, and JupyterLab renders all of them. */
async function readTexts(): Promise<void> {
  const formula = { markdown: "$a$ ", seen: "" };
  const texts = [...await allTexts(), formula];
  const kernelspec = { name: "deno", display_name: "Deno", language: "typescript" };
  const cells = texts.map(({ markdown }, index) => ({
    cell_type: "code",
    id: `text-${index}`,
    metadata: {},
    source: "",
    execution_count: null,
    outputs: [{ output_type: "display_data", metadata: {}, data: { "text/markdown": markdown } }],
  }));
  await Deno.writeTextFile(
    join(copy, "texts.ipynb"),
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  await pages.use((lab) =>
    lab.withNotebook("texts.ipynb", texts.length, async (page) => {
      // formulas are found last, so wait for the one that is meant
      const views = await page.waitFor((views) => views.at(-1)!.formulas === 1);
      const found = views.slice(0, -1);
      assertEquals(found.map(({ formulas }) => formulas), found.map(() => 0));
      const words = (text: string) => text.replace(/\s+/g, "");
      assertEquals(found.map(({ text }) => words(text)), texts.slice(0, -1).map(({ seen }) => words(seen)));
    })
  );
}

const [solvable] = (await Promise.all(files.map(async (file) => {
  const exercises = await readExercises(file.notebook, solutionsFolder);
  return exercises.filter(({ solution }) => solution).slice(0, 1).map((exercise) => ({ file, exercise }));
}))).flat();

if (solvable) {
  const { file, exercise } = solvable;
  Deno.test({
    name: `${file.name}: exercise ${exercise.id} goes from TODO to PASS when the solution is typed${missing}`,
    ignore: !chromium,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => solve(file.name, codeCells(file.notebook).length, exercise),
  });
}

async function solve(name: string, count: number, { id, cell, solution }: Exercise): Promise<void> {
  // A copy of its own: JupyterLab has saved the other one with its outputs.
  const file = `solve-${name}.ipynb`;
  await Deno.copyFile(join(notebooksFolder, `${name}.ipynb`), join(copy, file));
  await pages.use((lab) =>
    lab.withNotebook(file, count, async (page) => {
      const before = await page.runAllCells(300);
      assertMatch(before[cell].text, new RegExp(`TODO\\W+${RegExp.escape(id)}`));
      await page.typeAndRun(cell, solution!.source);
      const passed = new RegExp(`PASS\\W+${RegExp.escape(id)}`);
      await page.waitFor((views) => passed.test(views[cell].text));
      await page.screenshot(screenshots, `${name}-solved`, cell);
    })
  );
}
