/**
 * The exercises of the notebooks: their cells, solutions, wrong answers and check results.
 *
 * @module
 */
import { basename, join } from "node:path";
import { codeCells, type Notebook, type Output } from "./notebook.ts";
import { visibleText } from "./outputs.ts";
import { exists } from "../paths.ts";

/** Result of a check. */
export type Verdict = "TODO" | "NOT YET" | "PASS";

/** An exercise: a code cell that calls `check("01.3", …)`, and the answers that tests put in its place. */
export interface Exercise {
  readonly id: string;
  /** Index among the code cells, starting at 0. */
  readonly cell: number;
  readonly solution?: Answer;
  readonly wrong: readonly Answer[];
}

/** A file that contains a whole cell. */
export interface Answer {
  /** File name, such as `01.3.wrong.ts`. */
  readonly file: string;
  readonly source: string;
}

/** A notebook with some of its cells replaced, and the result expected of each exercise. */
export interface Variant {
  /** `as committed`, `answers`, `solutions`, `wrong answers`, `3 times in one kernel`. */
  readonly name: string;
  /** Sources of the code cells. */
  readonly sources: readonly string[];
  /** Inserted answers, by index among the code cells. */
  readonly answers: ReadonlyMap<number, Answer>;
  readonly expected: readonly Expectation[];
}

/** The result expected of an exercise in a variant, and its code cell. */
export interface Expectation {
  readonly id: string;
  readonly cell: number;
  readonly verdict: Verdict;
}

const call = /\bcheck\(\s*["'](\d\d\.\d+)["']/g;

/**
 * Finds the exercises of a notebook and reads their answers.
 * @param folder folder of the answers: `01.3.ts`, `01.3.wrong.ts`, `01.3.wrong2.ts` and so on.
 */
export async function readExercises(notebook: Notebook, folder: string): Promise<Exercise[]> {
  const exercises: Exercise[] = [];
  for (const [cell, { source }] of codeCells(notebook).entries()) {
    for (const [, id] of source.matchAll(call)) {
      const wrong: Answer[] = [];
      for (let round = 1;; round++) {
        const answer = await readAnswer(join(folder, `${id}.wrong${round === 1 ? "" : round}.ts`));
        if (!answer) break;
        wrong.push(answer);
      }
      exercises.push({ id, cell, solution: await readAnswer(join(folder, `${id}.ts`)), wrong });
    }
  }
  return exercises;
}

async function readAnswer(path: string): Promise<Answer | undefined> {
  if (!await exists(path)) return undefined;
  return { file: basename(path), source: (await Deno.readTextFile(path)).trimEnd() };
}

/**
 * Returns what is missing or duplicated among the exercises of a notebook, as sentences.
 * @param name the notebook's name; its number is the prefix of its exercises' numbers.
 */
export function findGaps(name: string, exercises: readonly Exercise[]): string[] {
  const gaps: string[] = [];
  exercises.forEach(({ id, cell, solution, wrong }, index) => {
    const others = exercises.slice(0, index);
    if (others.some((other) => other.id === id)) gaps.push(`exercise ${id} is in ${name} twice`);
    else if (others.some((other) => other.cell === cell)) gaps.push(`the cell of exercise ${id} holds two checks`);
    if (!id.startsWith(name.slice(0, 2))) gaps.push(`exercise ${id} does not bear the number of its notebook, ${name}`);
    if (!solution) gaps.push(`exercise ${id} has no solution: add notebooks/solutions/${id}.ts`);
    if (wrong.length === 0) gaps.push(`exercise ${id} has no wrong answer: add notebooks/solutions/${id}.wrong.ts`);
    for (const answer of [solution, ...wrong]) {
      if (!answer) continue;
      const ids = [...answer.source.matchAll(call)].map((match) => match[1]);
      if (ids.length !== 1 || ids[0] !== id) {
        gaps.push(`notebooks/solutions/${answer.file} must call check("${id}", …) exactly once`);
      }
    }
  });
  return gaps;
}

/** Returns the paths of all answers' files in a folder. */
export async function answerPaths(folder: string): Promise<string[]> {
  if (!await exists(folder)) return [];
  const paths: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".ts")) paths.push(join(folder, entry.name));
  }
  return paths.sort();
}

/** Returns the answers in a folder that belong to no exercise, as sentences. */
export async function findOrphans(folder: string, exercises: readonly Exercise[]): Promise<string[]> {
  const known = new Set(exercises.flatMap(({ solution, wrong }) => [solution, ...wrong].map((each) => each?.file)));
  const files = (await answerPaths(folder)).map((path) => basename(path));
  return files.filter((file) => !known.has(file)).map((file) => `notebooks/solutions/${file} belongs to no exercise`);
}

/** The notebook as committed: all exercises unanswered. */
export function committed(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  return variant("as committed", notebook, exercises, () => undefined);
}

/** The notebook as a learner works through it: each exercise with its wrong answers, then its solution. */
export function answered(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  const sources: string[] = [];
  const answers = new Map<number, Answer>();
  const expected: Expectation[] = [];
  for (const [cell, { source }] of codeCells(notebook).entries()) {
    const exercise = exercises.find((each) => each.cell === cell);
    if (!exercise?.solution) {
      sources.push(source);
      if (exercise) expected.push({ id: exercise.id, cell: sources.length - 1, verdict: "TODO" });
      continue;
    }
    for (const answer of [...exercise.wrong, exercise.solution]) {
      const verdict = answer === exercise.solution ? "PASS" : "NOT YET";
      expected.push({ id: exercise.id, cell: sources.length, verdict });
      answers.set(sources.length, answer);
      sources.push(answer.source);
    }
  }
  return { name: "answers", sources, answers, expected };
}

/** The notebook with every exercise solved. */
export function solved(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  return variant("solutions", notebook, exercises, ({ solution }) => solution && [solution, "PASS"]);
}

/** The notebook several times in one kernel: every cell must be repeatable. */
export function repeated(notebook: Notebook, exercises: readonly Exercise[], times: number): Variant {
  const { sources, expected } = committed(notebook, exercises);
  const rounds = Array.from({ length: times }, (_, round) => round * sources.length);
  return {
    name: `${times} times in one kernel`,
    sources: rounds.flatMap(() => sources),
    answers: new Map(),
    expected: rounds.flatMap((first) => expected.map((each) => ({ ...each, cell: first + each.cell }))),
  };
}

/** One notebook per round of wrong answers; an exercise without further ones is solved. */
export function mistaken(notebook: Notebook, exercises: readonly Exercise[]): Variant[] {
  const rounds = Math.max(0, ...exercises.map(({ wrong }) => wrong.length));
  return Array.from({ length: rounds }, (_, round) => {
    const name = round === 0 ? "wrong answers" : `wrong answers, round ${round + 1}`;
    return variant(name, notebook, exercises, ({ wrong, solution }) => {
      return wrong[round] ? [wrong[round], "NOT YET"] : solution && [solution, "PASS"];
    });
  });
}

function variant(
  name: string,
  notebook: Notebook,
  exercises: readonly Exercise[],
  choose: (exercise: Exercise) => [Answer, Verdict] | undefined,
): Variant {
  const sources = codeCells(notebook).map((cell) => cell.source);
  const answers = new Map<number, Answer>();
  const expected: Expectation[] = [];
  for (const exercise of exercises) {
    const [answer, verdict] = choose(exercise) ?? [undefined, "TODO" as const];
    expected.push({ id: exercise.id, cell: exercise.cell, verdict });
    if (!answer) continue;
    answers.set(exercise.cell, answer);
    sources[exercise.cell] = answer.source;
  }
  return { name, sources, answers, expected };
}

/** Returns the result of an exercise's check from a cell's outputs; undefined if there is none. */
export function readVerdict(outputs: readonly Output[], id: string): Verdict | undefined {
  const match = visibleText(outputs).match(new RegExp(`^\\W*(TODO|NOT YET|PASS)\\W+${RegExp.escape(id)}\\b`, "m"));
  return match?.[1] as Verdict | undefined;
}
