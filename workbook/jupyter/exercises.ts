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
  /** The right answer that readers are shown. */
  readonly solution?: Answer;
  /** A right answer of another kind. */
  readonly other?: Answer;
  readonly wrong: readonly Answer[];
  /** An answer that only looks right to a check that can be guessed. */
  readonly cheat?: Answer;
}

/** How many wrong answers prove an exercise, beside two right ones and a cheat. */
const WRONG = 2;

/** A file that contains a whole cell. */
export interface Answer {
  /** File name, such as `01.3.wrong.ts`. */
  readonly file: string;
  /** Folder within `notebooks/`, unless it is that of the solutions. */
  readonly folder?: string;
  readonly source: string;
}

/** A notebook with some of its cells replaced, and the result expected of each exercise. */
export interface Variant {
  /** `as committed`, `answers`, `solutions`, `other solutions`, `wrong answers`, `3 times in one kernel`. */
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
 * @param folder folder of the answers: `01.3.ts`, `01.3.other.ts`, `01.3.wrong.ts`, `01.3.wrong2.ts` and so on, and
 * `01.3.cheat.ts`.
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
      const read = (kind: string) => readAnswer(join(folder, `${id}${kind}.ts`));
      const [solution, other, cheat] = [await read(""), await read(".other"), await read(".cheat")];
      exercises.push({ id, cell, solution, other, wrong, cheat });
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
  exercises.forEach((exercise, index) => {
    const { id, cell, solution, other, wrong, cheat } = exercise;
    const others = exercises.slice(0, index);
    if (others.some((other) => other.id === id)) gaps.push(`exercise ${id} is in ${name} twice`);
    else if (others.some((other) => other.cell === cell)) gaps.push(`the cell of exercise ${id} holds two checks`);
    if (!id.startsWith(name.slice(0, 2))) gaps.push(`exercise ${id} does not bear the number of its notebook, ${name}`);
    if (!solution) gaps.push(`exercise ${id} has no solution: add notebooks/solutions/${id}.ts`);
    if (!other) gaps.push(`exercise ${id} has no second right answer: add notebooks/solutions/${id}.other.ts`);
    for (let count = wrong.length; count < WRONG; count++) {
      const file = `${id}.wrong${count === 0 ? "" : count + 1}.ts`;
      gaps.push(`exercise ${id} has ${count} of ${WRONG} wrong answers: add notebooks/solutions/${file}`);
    }
    if (!cheat) gaps.push(`exercise ${id} has no cheat: add notebooks/solutions/${id}.cheat.ts`);
    for (const answer of answersOf(exercise)) {
      const ids = [...answer.source.matchAll(call)].map((match) => match[1]);
      if (ids.length !== 1 || ids[0] !== id) {
        gaps.push(`notebooks/solutions/${answer.file} must call check("${id}", …) exactly once`);
      }
    }
  });
  return gaps;
}

/** Returns all answers of an exercise, the right ones last. */
function answersOf(exercise: Exercise): Answer[] {
  return [...mistakesOf(exercise), exercise.other, exercise.solution].filter((answer) => answer !== undefined);
}

/** Returns the answers that must not pass. */
function mistakesOf({ wrong, cheat }: Exercise): Answer[] {
  return cheat ? [...wrong, cheat] : [...wrong];
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
  const known = new Set(exercises.flatMap((exercise) => answersOf(exercise).map(({ file }) => file)));
  const files = (await answerPaths(folder)).map((path) => basename(path));
  return files.filter((file) => !known.has(file)).map((file) => `notebooks/solutions/${file} belongs to no exercise`);
}

/** The notebook as committed: all exercises unanswered. */
export function committed(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  return variant("as committed", notebook, exercises, () => undefined);
}

/** The notebook with all answers of each exercise, one after the other, its solution last. */
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
    const mistakes = mistakesOf(exercise);
    for (const answer of answersOf(exercise)) {
      const verdict = mistakes.includes(answer) ? "NOT YET" : "PASS";
      expected.push({ id: exercise.id, cell: sources.length, verdict });
      answers.set(sources.length, answer);
      sources.push(answer.source);
    }
  }
  return { name: "answers", sources, answers, expected };
}

/** Reads what the text of a notebook claims of its figures, as code that throws where that is not so. */
export async function readClaims(name: string, folder: string): Promise<Answer | undefined> {
  const claims = await readAnswer(join(folder, `${name.slice(0, 2)}.ts`));
  return claims && { ...claims, folder: "claims" };
}

/** A variant with the claims of the notebook as its last cell, which sees all values of the others. */
export function claimed(variant: Variant, claims: Answer | undefined): Variant {
  if (!claims) return variant;
  const answers = new Map(variant.answers).set(variant.sources.length, claims);
  return { ...variant, sources: [...variant.sources, claims.source], answers };
}

/** The notebook with every exercise solved. */
export function solved(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  return variant("solutions", notebook, exercises, ({ solution }) => solution && [solution, "PASS"]);
}

/** The notebook with every exercise solved in another way, where there is one. */
export function solvedOtherwise(notebook: Notebook, exercises: readonly Exercise[]): Variant {
  return variant("other solutions", notebook, exercises, ({ other, solution }) => {
    const answer = other ?? solution;
    return answer && [answer, "PASS"];
  });
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

/** One notebook per round of wrong answers, the cheat last; an exercise without further ones is solved. */
export function mistaken(notebook: Notebook, exercises: readonly Exercise[]): Variant[] {
  const rounds = Math.max(0, ...exercises.map((exercise) => mistakesOf(exercise).length));
  return Array.from({ length: rounds }, (_, round) => {
    const name = round === 0 ? "wrong answers" : `wrong answers, round ${round + 1}`;
    return variant(name, notebook, exercises, (exercise) => {
      const mistake = mistakesOf(exercise)[round];
      return mistake ? [mistake, "NOT YET"] : exercise.solution && [exercise.solution, "PASS"];
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
