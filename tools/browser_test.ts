/**
 * The notebooks in JupyterLab and a real Chromium, from a fresh copy: what a reader does on the first evening.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { endKernels, findChromium, NotebookPage, openBrowser } from "./jupyter/browser.ts";
import { codeCells, type Notebook, type Output, parseNotebook, readNotebooks } from "./jupyter/notebook.ts";
import { type Exercise, readExercises } from "./jupyter/exercises.ts";
import { type LabProcess, startLab } from "./jupyter/lab_process.ts";
import { exists, makeSiblingFolder, notebooksFolder, root, solutionsFolder } from "./jupyter/paths.ts";
import { dropRunSchemas } from "./jupyter/run_schemas.ts";
import { freePort } from "./jupyter/server.ts";

const files = await exists(notebooksFolder) ? await readNotebooks() : [];
const chromium = await findChromium();
const missing = chromium ? "" : " [needs Chromium]";
const screenshots = join(root, ".data", "screenshots");
const run = String(1e9 + crypto.getRandomValues(new Uint32Array(1))[0]);

let lab: LabProcess;
let copy: string;
let state: string;
let browser: Awaited<ReturnType<typeof openBrowser>>;

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
});

Deno.test.afterAll(async () => {
  await browser?.close();
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

for (const { name, notebook } of files) {
  const expected = picturesOf(notebook);
  const count = expected.length;

  Deno.test({
    name:
      `${name}: the pictures show before anything runs, all cells run without an error, and in the dark theme${missing}`,
    ignore: !chromium,
    // Playwright keeps a connection of its own from test to test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const page = await NotebookPage.open(browser, lab.url, `${name}.ipynb`, count);
      try {
        const seen = await page.waitFor((views) => views.every((view, cell) => view.pictures >= expected[cell]));
        assertEquals(seen.every(({ prompt }) => prompt === "[ ]:"), true, "nothing has run yet");
        await page.screenshot(screenshots, `${name}-untrusted`, Math.max(0, expected.findIndex(Boolean)));
        await page.runAllCells(300);
        await page.waitFor((views) => views.every((view, cell) => view.pictures >= expected[cell]));
        await page.screenshot(screenshots, `${name}-run`, Math.max(0, expected.findLastIndex(Boolean)));
        await page.wear("Dark");
        await page.waitFor((views) => views.every((view, cell) => view.pictures >= expected[cell]));
        await page.screenshot(screenshots, `${name}-dark`, Math.max(0, expected.findLastIndex(Boolean)));
        await page.wear("Light");
        await page.save();
        const saved = parseNotebook(await Deno.readTextFile(join(copy, `${name}.ipynb`)));
        assertEquals(codeCells(saved).flatMap(({ outputs }) => outputs!.filter(isError)), []);
      } finally {
        await page.close();
        await endKernels(lab.url);
      }
    },
  });
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
  // A copy of its own: JupyterLab may have saved the other one with its outputs.
  const file = `solve-${name}.ipynb`;
  await Deno.copyFile(join(notebooksFolder, `${name}.ipynb`), join(copy, file));
  const page = await NotebookPage.open(browser, lab.url, file, count);
  try {
    const before = await page.runAllCells(300);
    assertMatch(before[cell].text, new RegExp(`TODO\\W+${RegExp.escape(id)}`));
    await page.typeAndRun(cell, solution!.source);
    const passed = new RegExp(`PASS\\W+${RegExp.escape(id)}`);
    await page.waitFor((views) => passed.test(views[cell].text));
    await page.screenshot(screenshots, `${name}-solved`, cell);
  } finally {
    await page.close();
    await endKernels(lab.url);
  }
}
