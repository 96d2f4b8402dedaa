/**
 * Runs and grades a learner's answer, without ever throwing.
 *
 * @module
 */
import type { Exercise } from "./exercise.ts";
import { isBlank, isTodoError } from "./todo.ts";

/** Result of `check()`: the status, and one or two sentences. */
export interface Outcome {
  readonly status: "TODO" | "NOT YET" | "PASS";
  readonly message: string;
}

/** Time limit for an answer and its grading, in milliseconds. */
export const gradeTimeout = 30_000;

const defaultTodo = "Replace TODO in the cell above with your own code, run it, and then run this cell again.";

/**
 * Runs and grades an answer. Errors thrown by the answer or the grader become part of the outcome.
 * @param timeout for both together, in milliseconds
 */
export async function gradeAnswer(
  exercise: Exercise,
  answer: () => unknown,
  timeout: number = gradeTimeout,
): Promise<Outcome> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      const seconds = timeout / 1000;
      resolve({
        status: "NOT YET",
        message: `The answer did not finish within ${seconds} s. Is there an await that never ends?`,
      });
      abort.abort();
    }, timeout);
  });
  try {
    return await Promise.race([runAndGrade(exercise, answer, abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runAndGrade(exercise: Exercise, answer: () => unknown, signal: AbortSignal): Promise<Outcome> {
  const todo: Outcome = { status: "TODO", message: exercise.todo ?? defaultTodo };
  try {
    const start = performance.now();
    // accept an answer given directly instead of as a function that returns it
    const given = await (typeof answer === "function" ? answer() : answer);
    const milliseconds = performance.now() - start;
    if (isBlank(given)) return todo;
    const { status, message } = await exercise.grade(given, { milliseconds, signal });
    return { status, message };
  } catch (error) {
    return isTodoError(error) ? todo : { status: "NOT YET", message: explain(error) };
  }
}

/** Explains an error to a learner: its name and message, and a remedy if known. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return ended(`Your code threw ${inOneLine(String(error))}`);
  const said = ended(`Your code threw ${inOneLine(`${error.name}: ${error.message}`)}`);
  return error instanceof ReferenceError ? `${said} ${remedy(error)}` : said;
}

function remedy({ message }: ReferenceError): string {
  const [early] = message.match(/(?<=Cannot access ').+(?=' before initialization)/) ?? [];
  return early
    ? `Your code uses ${early} before the line that declares it has run. Move the declaration up, or, if another ` +
      `${early} was meant, give one of the two a different name.`
    : "Run the cells above first (menu Run, Run All Above Selected Cell), or look for a typo.";
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Ends a text with a full stop, unless it ends a sentence already. */
function ended(text: string): string {
  return /[.!?…]["')]?$/.test(text) ? text : `${text}.`;
}
