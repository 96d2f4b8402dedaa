import { assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  answered,
  claimed,
  committed,
  findGaps,
  findOrphans,
  mistaken,
  readClaims,
  readExercises,
  readVerdict,
  repeated,
  solved,
  solvedOtherwise,
} from "./exercises.ts";
import { makeFixture, notebookOf } from "../../testing/notebook_fixture.ts";
import { readNotebooks } from "./notebook.ts";

const printed = (text: string) => [{ output_type: "stream" as const, name: "stdout" as const, text }];

Deno.test("an exercise is the cell that calls check, with two right answers, wrong ones and a cheat", async () => {
  await using fixture = await makeFixture();
  const [{ notebook, name }] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(notebook, fixture.solutions);
  assertEquals(exercises.map(({ id, cell }) => [id, cell]), [["01.1", 4]]);
  const [{ wrong, other, cheat }] = exercises;
  assertEquals([...wrong, other, cheat].map((answer) => answer?.file), [
    "01.1.wrong.ts",
    "01.1.wrong2.ts",
    "01.1.other.ts",
    "01.1.cheat.ts",
  ]);
  assertEquals(findGaps(name, exercises), []);
  assertEquals(await findOrphans(fixture.solutions, exercises), []);
});

Deno.test("the variants put the answers in their cells and say what to expect", async () => {
  await using fixture = await makeFixture();
  const [{ notebook }] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(notebook, fixture.solutions);
  const variants = [committed, solved, solvedOtherwise].map((make) => make(notebook, exercises));
  assertEquals(
    [...variants, ...mistaken(notebook, exercises)]
      .map(({ name, sources, expected }) => [name, sources[4].match(/= (.+);/)![1], expected[0].verdict]),
    [
      ["as committed", "undefined", "TODO"],
      ["solutions", "4", "PASS"],
      ["other solutions", "2 + 2", "PASS"],
      ["wrong answers", "5", "NOT YET"],
      ["wrong answers, round 2", "22", "NOT YET"],
      ["wrong answers, round 3", "44", "NOT YET"],
    ],
  );
});

Deno.test("answers come one after the other in place of their exercise, the solution last", async () => {
  await using fixture = await makeFixture();
  const [{ notebook }] = await readNotebooks([], fixture.folder);
  const [exercise] = await readExercises(notebook, fixture.solutions);
  const { sources, answers, expected } = answered(notebook, [exercise]);
  const before = committed(notebook, [exercise]).sources.slice(0, 4);
  const all = [...exercise.wrong, exercise.cheat!, exercise.other!, exercise.solution!];
  assertEquals(sources, [...before, ...all.map(({ source }) => source)]);
  assertEquals([...answers].map(([cell, { file }]) => [cell, file]), all.map(({ file }, index) => [4 + index, file]));
  assertEquals(expected.map(({ cell, verdict }) => [cell, verdict]), [
    [4, "NOT YET"],
    [5, "NOT YET"],
    [6, "NOT YET"],
    [7, "PASS"],
    [8, "PASS"],
  ]);
  const unsolved = { ...exercise, solution: undefined };
  assertEquals(answered(notebook, [unsolved]).expected, [{ id: "01.1", cell: 4, verdict: "TODO" }]);
});

Deno.test("what a notebook's text claims runs as its last cell, and is no exercise", async () => {
  await using fixture = await makeFixture();
  const [{ notebook, name }] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(notebook, fixture.solutions);
  const before = committed(notebook, exercises);
  assertEquals(claimed(before, await readClaims(name, fixture.folder)), before, "there is no file of claims");
  await Deno.writeTextFile(join(fixture.folder, "01.ts"), "if (started < 0) throw new Error();\n");
  const { sources, expected, answers } = claimed(before, await readClaims(name, fixture.folder));
  assertEquals(sources, [...before.sources, "if (started < 0) throw new Error();"]);
  assertEquals(expected, before.expected);
  assertEquals([...answers.values()].map(({ file, folder }) => `${folder}/${file}`), ["claims/01.ts"]);
});

Deno.test("a notebook several times over is the same cells, and the same verdicts, again and again", async () => {
  await using fixture = await makeFixture();
  const [{ notebook }] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(notebook, fixture.solutions);
  const { sources } = committed(notebook, exercises);
  const twice = repeated(notebook, exercises, 2);
  assertEquals(twice.sources, [...sources, ...sources]);
  assertEquals(twice.expected.map(({ cell, verdict }) => [cell, verdict]), [[4, "TODO"], [9, "TODO"]]);
});

Deno.test("missing, doubled and misplaced exercises and answers are named", async () => {
  await using fixture = await makeFixture();
  const notebook = notebookOf('check("01.1", f);', 'check("01.1", f);', 'check("02.1", f); check("01.9", f);');
  await Deno.writeTextFile(join(fixture.solutions, "01.9.ts"), 'check("01.8", f);');
  await Deno.writeTextFile(join(fixture.solutions, "03.3.ts"), "");
  const exercises = await readExercises(notebook, fixture.solutions);
  assertEquals(findGaps("01_fixture", exercises), [
    "exercise 01.1 is in 01_fixture twice",
    "exercise 02.1 does not bear the number of its notebook, 01_fixture",
    "exercise 02.1 has no solution: add notebooks/solutions/02.1.ts",
    "exercise 02.1 has no second right answer: add notebooks/solutions/02.1.other.ts",
    "exercise 02.1 has 0 of 2 wrong answers: add notebooks/solutions/02.1.wrong.ts",
    "exercise 02.1 has 1 of 2 wrong answers: add notebooks/solutions/02.1.wrong2.ts",
    "exercise 02.1 has no cheat: add notebooks/solutions/02.1.cheat.ts",
    "the cell of exercise 01.9 holds two checks",
    "exercise 01.9 has no second right answer: add notebooks/solutions/01.9.other.ts",
    "exercise 01.9 has 0 of 2 wrong answers: add notebooks/solutions/01.9.wrong.ts",
    "exercise 01.9 has 1 of 2 wrong answers: add notebooks/solutions/01.9.wrong2.ts",
    "exercise 01.9 has no cheat: add notebooks/solutions/01.9.cheat.ts",
    'notebooks/solutions/01.9.ts must call check("01.9", …) exactly once',
  ]);
  assertEquals(await findOrphans(fixture.solutions, exercises), ["notebooks/solutions/03.3.ts belongs to no exercise"]);
});

Deno.test("a verdict is read from the beginning of a line, of its own exercise only", () => {
  assertEquals(readVerdict(printed("some text\nNOT YET 01.3: too many rows"), "01.3"), "NOT YET");
  assertEquals(readVerdict(printed("PASS 01.30"), "01.3"), undefined);
  assertEquals(readVerdict(printed("You will PASS 01.3 soon"), "01.3"), undefined);
  const markdown = { output_type: "display_data" as const, metadata: {}, data: { "text/markdown": "**PASS** 01.3" } };
  assertEquals(readVerdict([markdown], "01.3"), "PASS");
});
