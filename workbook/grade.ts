/**
 * Runs a learner's answer and judges it, without ever throwing.
 *
 * @module
 */
import type { Exercise } from "./exercise.ts";
import { isBlank, isTodoError } from "./todo.ts";

/** What `check()` says: the word, and one or two sentences. */
export interface Outcome {
  readonly status: "TODO" | "NOT YET" | "PASS";
  readonly message: string;
}

/** How long an answer and its grading may take together, in milliseconds. */
export const gradeTimeout = 30_000;

const defaultTodo = "Replace TODO in the cell above with your own code, run it, and then run this cell again.";

/**
 * Runs an answer and lets the exercise judge it. What the answer or the grader throws becomes part of the outcome.
 *
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
    // a learner may give the answer itself where a function that returns it was meant
    const given = await (typeof answer === "function" ? answer() : answer);
    const milliseconds = performance.now() - start;
    if (isBlank(given)) return todo;
    const { status, message } = await exercise.grade(given, { milliseconds, signal });
    return { status, message };
  } catch (error) {
    return isTodoError(error) ? todo : { status: "NOT YET", message: explain(error) };
  }
}

/** An error in the words of a learner: its name and message, and what to do where that is known. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Your code threw ${asCode(String(error))}.`;
  const said = `Your code threw ${asCode(`${error.name}: ${error.message}`)}.`;
  return error instanceof ReferenceError
    ? `${said} Run the cells above first (menu Run, Run All Above Selected Cell), or look for a typing mistake.`
    : said;
}

/** In one line, and safe in Markdown. */
function asCode(text: string): string {
  return "`" + text.replace(/\s+/g, " ").replaceAll("`", "'").trim() + "`";
}
