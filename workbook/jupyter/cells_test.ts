import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type CellSet, checkTypes, formatCells, lintCells } from "./cells.ts";
import { committed, readExercises, solved } from "./exercises.ts";
import { makeFixture, notebookOf } from "../../testing/notebook_fixture.ts";
import { formatNotebook, type Notebook, readNotebooks } from "./notebook.ts";

const setOf = (notebook: Notebook): CellSet => ({ name: "01_try", variant: committed(notebook, []) });

Deno.test("a type error is told by notebook, cell and line; a later cell knows the earlier ones", async () => {
  const notebook = notebookOf("const ports: number[] = [5432]", "ports.at(0);\nports.push('x')", "await ports;");
  const [problem, ...others] = await checkTypes([setOf(notebook)]);
  assertEquals(problem.where, "01_try.ipynb, cell 2, line 2");
  assertStringIncludes(problem.message, "TS2345");
  assertEquals(others, []);
});

Deno.test("an error in an answer names the answer's file, once", async () => {
  await using fixture = await makeFixture();
  await Deno.writeTextFile(join(fixture.solutions, "01.1.ts"), 'const sum: string = 4;\ncheck("01.1", () => sum);\n');
  const [{ name, notebook }] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(notebook, fixture.solutions);
  const variants = [committed(notebook, exercises), solved(notebook, exercises)];
  const problems = await checkTypes(variants.map((variant) => ({ name, variant })));
  assertEquals(problems.map(({ where }) => where), ["notebooks/solutions/01.1.ts, line 1"]);
});

Deno.test("what does not parse, and imports that lead nowhere, are told with their place", async () => {
  assertEquals((await checkTypes([setOf(notebookOf("1;", "const = 3;"))]))[0].where, "01_try.ipynb, cell 2, line 1");
  const astray = await checkTypes([setOf(notebookOf('import { x } from "../lib/nowhere.ts";\nx;'))]);
  assertEquals(astray[0].where, "01_try.ipynb, cell 1, line 1");
});

Deno.test("imports of the library resolve as they do in notebooks/", async () => {
  const source = 'import type { EngineEvent } from "../lib/engine/events.ts";\nconst seen: EngineEvent[] = [];\nseen;';
  assertEquals(await checkTypes([setOf(notebookOf(source))]), []);
});

Deno.test("lint tells what is wrong in a cell, and lets unused names be", async () => {
  const problems = await lintCells([setOf(notebookOf("const unused = 1;", "const a: any = 1;\na;"))]);
  assertEquals(problems.map(({ where }) => where), ["01_try.ipynb, cell 2, line 1"]);
  assertStringIncludes(problems[0].message, "no-explicit-any");
});

Deno.test("cells, answers and the notebook's JSON are formatted; what is formatted stays", async () => {
  await using fixture = await makeFixture();
  assertEquals((await formatCells(await readNotebooks([], fixture.folder), [])).problems, []);

  const answer = join(fixture.solutions, "01.1.ts");
  await Deno.writeTextFile(answer, "const x = {a:1}");
  await Deno.writeTextFile(join(fixture.folder, "02_b.ipynb"), formatNotebook(notebookOf("let a=1", "const = 3;")));
  await Deno.writeTextFile(join(fixture.folder, "03_c.ipynb"), JSON.stringify(notebookOf("a;")));
  const { changed, problems } = await formatCells(await readNotebooks([], fixture.folder), [answer]);
  assertEquals(problems.map(({ where, isFormat }) => [where, isFormat ?? false]), [
    ["02_b.ipynb, cell 1", true],
    ["02_b.ipynb, cell 2", false],
    ["notebooks/solutions/01.1.ts", true],
    ["03_c.ipynb", true],
  ]);
  assertEquals(changed.get(answer), "const x = { a: 1 };\n");
  assertStringIncludes(changed.get(join(fixture.folder, "02_b.ipynb"))!, "let a = 1;");
});
