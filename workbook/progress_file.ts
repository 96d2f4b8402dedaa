/**
 * Stores the learner's progress in an uncommitted file.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Stored progress of one exercise. */
export interface ExerciseProgress {
  /** True after the first PASS, permanently. */
  readonly passed: boolean;
  /** Number of open hints; one more than exist once the solution has been offered. */
  readonly hints: number;
}

/** Progress by exercise id. */
export type Progress = Readonly<Record<string, ExerciseProgress>>;

/** Progress of an exercise that was never checked. */
export const untouched: ExerciseProgress = { passed: false, hints: 0 };

/** Returns the path of the progress file: `WORKBOOK_PROGRESS`, or `.data/progress.json` in the project's folder. */
export function progressPath(): string {
  const own = Deno.env.get("WORKBOOK_PROGRESS");
  return own ? own : fileURLToPath(new URL("../.data/progress.json", import.meta.url));
}

/** Reads the progress. An invalid file is renamed to `….damaged`, and progress starts empty. */
export function readProgress(path: string): Progress {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  const progress = parseProgress(text);
  if (progress === undefined) Deno.renameSync(path, `${path}.damaged`);
  return progress ?? {};
}

/** Parses progress; returns undefined unless it is in the format written by {@linkcode updateProgress}. */
export function parseProgress(text: string): Progress | undefined {
  try {
    const { exercises } = JSON.parse(text);
    return Object.values(exercises).every(isExerciseProgress) ? exercises : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Changes the progress of one exercise. Reading and writing are synchronous, and the new file replaces the old one
 * atomically, so that notebooks running in parallel never leave a partial file.
 * @returns the exercise's new progress
 */
export function updateProgress(
  path: string,
  id: string,
  change: (before: ExerciseProgress) => ExerciseProgress,
): ExerciseProgress {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const all = readProgress(path);
  const after = change(all[id] ?? untouched);
  const exercises = Object.fromEntries(Object.entries({ ...all, [id]: after }).sort(([a], [b]) => a < b ? -1 : 1));
  const temporary = join(dirname(path), `.${basename(path)}.${Deno.pid}`);
  Deno.writeTextFileSync(temporary, JSON.stringify({ version: 1, exercises }, null, 2) + "\n");
  Deno.renameSync(temporary, path);
  return after;
}

/** Deletes the progress. */
export function deleteProgress(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isExerciseProgress(value: unknown): value is ExerciseProgress {
  const { passed, hints } = value as Partial<ExerciseProgress>;
  return typeof passed === "boolean" && Number.isInteger(hints);
}
