/**
 * Checks exercises in a notebook: `await check("02.3", () => answer)`.
 *
 * @module
 */
import { show, showBundle } from "./show/display.ts";
import { table } from "./show/table.ts";
import type { Exercise } from "./exercise.ts";
import { allExercises, findExercise } from "./exercises/mod.ts";
import { feedback, hintFeedback, type Solution, solutionFeedback, text } from "./feedback.ts";
import { gradeAnswer, type Outcome } from "./grade.ts";
import {
  deleteProgress,
  type ExerciseProgress,
  type Progress,
  progressPath,
  readProgress,
  untouched,
  updateProgress,
} from "./progress_file.ts";

/**
 * Checks an answer and shows the result: `TODO`, `NOT YET` or `PASS`, the id, and a helpful sentence.
 *
 * Errors of the answer are reported, never thrown. Each failed attempt opens one more hint; after the last hint, or a
 * pass, the solution is offered. An answer that takes longer than 30 s is "not yet".
 *
 * @param id the notebook and the number of the exercise: `"02.3"`
 * @param answer a function that returns the answer, so that an error in it can be caught here
 * @throws {UnknownExerciseError} when there is no exercise of this id
 */
export async function check(id: string, answer: () => unknown): Promise<void> {
  const exercise = await findExercise(id);
  const outcome = await gradeAnswer(exercise, answer);
  const { progress, note } = keep(exercise.id, (before) => afterTry(before, outcome, exercise));
  const offered = outcome.status === "PASS" || outcome.status === "NOT YET" && isSolutionDue(progress, exercise);
  const solution = offered ? await readSolution(id) : undefined;
  await showBundle(feedback(exercise, outcome, { hints: progress.hints, solution, note }));
}

/** Opens one more hint of an exercise and shows all open hints. */
export async function hint(id: string): Promise<void> {
  const exercise = await findExercise(id);
  const { progress } = keep(id, (before) => afterHint(before, exercise));
  await showBundle(hintFeedback(exercise, progress.hints));
}

/** Shows the solution of an exercise, collapsed. */
export async function solution(id: string): Promise<void> {
  await showBundle(solutionFeedback(await findExercise(id), await readSolution(id)));
}

/** Shows the number of completed exercises of each notebook. */
export async function progress(): Promise<void> {
  const exercises = await allExercises();
  const done = readProgress(progressPath());
  await show(table(progressRows(exercises, done), { headings: { toDo: "to do" } }));
}

/** Deletes all progress: all exercises become unanswered, and their hints closed. */
export async function resetProgress(): Promise<void> {
  deleteProgress(progressPath());
  await showBundle(text("Progress deleted. All exercises are unanswered again."));
}

/** Returns one row per notebook. */
export function progressRows(exercises: readonly Pick<Exercise, "id">[], progress: Progress) {
  const notebooks = Map.groupBy(exercises, (exercise) => exercise.id.split(".")[0]);
  return [...notebooks].map(([notebook, its]) => {
    const open = its.filter((exercise) => !progress[exercise.id]?.passed).map((exercise) => exercise.id);
    return { notebook, done: `${its.length - open.length} of ${its.length}`, toDo: open.join(", ") };
  });
}

/**
 * Returns the progress after an attempt: a pass is kept, a failed attempt opens one more hint or the solution, an
 * unanswered one changes nothing.
 */
export function afterTry(
  before: ExerciseProgress,
  { status }: Pick<Outcome, "status">,
  { hints }: Pick<Exercise, "hints">,
): ExerciseProgress {
  if (status === "PASS") return { ...before, passed: true };
  if (status === "TODO") return before;
  return { ...before, hints: Math.min(before.hints + 1, hints.length + 1) };
}

/** Returns true if an attempt failed with all hints open. */
export function isSolutionDue(after: ExerciseProgress, { hints }: Pick<Exercise, "hints">): boolean {
  return after.hints > hints.length;
}

/** Returns the progress after a hint was requested. */
export function afterHint(before: ExerciseProgress, { hints }: Pick<Exercise, "hints">): ExerciseProgress {
  return { ...before, hints: Math.max(before.hints, Math.min(before.hints + 1, hints.length)) };
}

/** Saves progress if possible: checks also work in a read-only folder. */
function keep(id: string, change: (before: ExerciseProgress) => ExerciseProgress) {
  try {
    return { progress: updateProgress(progressPath(), id, change) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { progress: change(untouched), note: `Your progress could not be saved: ${reason}` };
  }
}

async function readSolution(id: string): Promise<Solution | undefined> {
  const path = `notebooks/solutions/${id}.ts`;
  try {
    return { path, code: await Deno.readTextFile(new URL(`../${path}`, import.meta.url)) };
  } catch {
    return undefined;
  }
}
