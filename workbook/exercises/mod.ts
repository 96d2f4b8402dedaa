/**
 * The exercises of all notebooks. A notebook's exercises are loaded when the first of them is checked.
 *
 * @module
 */
import type { Exercise } from "../exercise.ts";

/** Loaders by notebook number, each with a literal `import()` so that the files are type-checked. */
const notebooks: Readonly<Record<string, () => Promise<{ readonly default: readonly Exercise[] }>>> = {
  "00": () => import("./00.ts"),
  "01": () => import("./01.ts"),
  "02": () => import("./02.ts"),
  "03": () => import("./03.ts"),
  "04": () => import("./04.ts"),
  "05": () => import("./05.ts"),
  "06": () => import("./06.ts"),
  "07": () => import("./07.ts"),
  "08": () => import("./08.ts"),
  "09": () => import("./09.ts"),
  "10": () => import("./10.ts"),
  "11": () => import("./11.ts"),
  "12": () => import("./12.ts"),
  "13": () => import("./13.ts"),
  "14": () => import("./14.ts"),
};

/** No exercise has this id. */
export class UnknownExerciseError extends Error {
  override readonly name = "UnknownExerciseError";
  constructor(id: string, known: readonly string[]) {
    super(`Unknown exercise "${id}". Exercises: ${known.join(", ")}.`);
  }
}

/**
 * Finds an exercise by its id.
 * @throws {UnknownExerciseError} listing the known ids
 */
export async function findExercise(id: string): Promise<Exercise> {
  const load = notebooks[String(id).split(".")[0]];
  const found = (await load?.())?.default.find((exercise) => exercise.id === id);
  if (found === undefined) throw new UnknownExerciseError(id, (await allExercises()).map((exercise) => exercise.id));
  return found;
}

/** Returns all exercises, in notebook order. */
export async function allExercises(): Promise<Exercise[]> {
  const modules = await Promise.all(Object.keys(notebooks).sort().map((number) => notebooks[number]()));
  return modules.flatMap((module) => module.default);
}
