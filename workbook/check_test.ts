import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { afterHint, afterTry, check, hint, isSolutionDue, progress, progressRows, resetProgress } from "./check.ts";
import { exercise } from "./exercise.ts";
import { allExercises, findExercise, UnknownExerciseError } from "./exercises/mod.ts";
import { TODO } from "./todo.ts";
import { permittedTest } from "../testing/permitted.ts";

/** Captures console output, which is all a learner sees outside a notebook. */
async function printed(run: () => Promise<void>): Promise<string> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    await run();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("a failed try opens one more hint, and the solution after the last", () => {
  const two = { hints: ["first", "second"] };
  let now = { passed: false, hints: 0 };
  const opened = [1, 2, 3, 4].map(() => {
    now = afterTry(now, { status: "NOT YET" }, two);
    return [now.hints, isSolutionDue(now, two)];
  });
  assertEquals(opened, [[1, false], [2, false], [3, true], [3, true]]);
});

Deno.test("a blank try changes nothing, and what was passed stays passed", () => {
  const before = { passed: true, hints: 1 };
  assertEquals(afterTry(before, { status: "TODO" }, { hints: ["first"] }), before);
  assertEquals(afterTry(before, { status: "NOT YET" }, { hints: ["first", "second"] }), { passed: true, hints: 2 });
});

Deno.test("a hint that is asked for opens no solution", () => {
  const one = { hints: ["first"] };
  assertEquals(afterHint({ passed: false, hints: 0 }, one).hints, 1);
  assertEquals(afterHint({ passed: false, hints: 1 }, one).hints, 1);
  assertEquals(afterHint({ passed: false, hints: 2 }, one).hints, 2, "an offered solution stays offered");
});

Deno.test("progressRows() counts by notebook", () => {
  const ids = ["00.1", "01.1", "01.2", "01.3"].map((id) => ({ id }));
  const done = {
    "00.1": { passed: true, hints: 0 },
    "01.2": { passed: true, hints: 1 },
    "01.3": { passed: false, hints: 2 },
  };
  assertEquals(progressRows(ids, done), [
    { notebook: "00", done: "1 of 1", toDo: "" },
    { notebook: "01", done: "1 of 3", toDo: "01.1, 01.3" },
  ]);
});

Deno.test("an unknown exercise is an error that lists the known ones", async () => {
  await assertRejects(
    () => check("77.7", () => 1),
    UnknownExerciseError,
    'Unknown exercise "77.7". Exercises: 00.1',
  );
  await assertRejects(() => findExercise("00.77"), UnknownExerciseError, "00.1");
});

Deno.test("every exercise has an id of its own that names its notebook, and at least one hint", async () => {
  const exercises = await allExercises();
  assertEquals(new Set(exercises.map(({ id }) => id)).size, exercises.length);
  for (const { id, hints } of exercises) {
    assertEquals((await findExercise(id)).id, id);
    assertEquals(hints.length > 0, true, `${id} has no hint`);
  }
  assertThrows(() => exercise({ ...exercises[0], id: "1.1" }), TypeError, '"1.1"');
});

permittedTest(["write", "env"], "check() leads from TODO over the hints to PASS, and progress() knows", async () => {
  const folder = await Deno.makeTempDir();
  const own = Deno.env.get("WORKBOOK_PROGRESS");
  Deno.env.set("WORKBOOK_PROGRESS", join(folder, "progress.json"));
  try {
    const { hints } = await findExercise("00.3");
    const blank = await printed(() => check("00.3", () => TODO));
    assertMatch(blank, /^TODO 00\.3 /);
    assertEquals(blank.includes("Hint"), false);
    const first = await printed(() => check("00.3", () => 4));
    assertMatch(first, /^NOT YET 00\.3 /);
    assertStringIncludes(first, hints[0]);
    assertEquals(first.includes(hints[1]), false);
    assertStringIncludes(await printed(() => hint("00.3")), hints[1]);
    assertMatch(await printed(progress), /00 +0 of \d+ +00\.1/);
    assertMatch(await printed(() => check("00.3", () => 6)), /^PASS 00\.3 /);
    assertMatch(await printed(progress), /00 +1 of \d+/);
    await printed(resetProgress);
    assertMatch(await printed(progress), /00 +0 of \d+ +00\.1/);
  } finally {
    if (own === undefined) Deno.env.delete("WORKBOOK_PROGRESS");
    else Deno.env.set("WORKBOOK_PROGRESS", own);
    await Deno.remove(folder, { recursive: true });
  }
});
