/**
 * Exercises as data: task, hints, and grading.
 *
 * @module
 */

/** A grader's verdict on an answer. */
export interface Verdict {
  readonly status: "PASS" | "NOT YET";
  /** One or two short sentences for the learner: plain text, not Markdown. */
  readonly message: string;
}

/** Context of an answer for its grader. */
export interface GradeContext {
  /** Duration of the answer, in milliseconds. */
  readonly milliseconds: number;
  /** Aborted when the time limit of the exercise expires: pass it to queries run by the grader. */
  readonly signal: AbortSignal;
}

/** An exercise. Its solution is in notebooks/solutions/<id>.ts. */
export interface Exercise {
  /** Notebook number, a dot, and exercise number: `"02.3"`. */
  readonly id: string;
  readonly title: string;
  /** Instruction shown while the exercise is unanswered. */
  readonly todo?: string;
  /** Hints in increasing detail, as plain text: each failed attempt opens one more. */
  readonly hints: readonly string[];
  /**
   * Grades an answer by its effects (rows, statements, the state of the database), not by its source text. An error it
   * throws counts as "not yet", with the error's message.
   */
  grade(answer: unknown, context: GradeContext): Verdict | Promise<Verdict>;
}

/** Validates an exercise. */
export function exercise(exercise: Exercise): Exercise {
  if (!/^\d\d\.\d+$/.test(exercise.id)) {
    throw new TypeError(`The exercise id "${exercise.id}" must be two digits, a dot and a number, such as "02.3".`);
  }
  return exercise;
}

/** Creates the verdict for a correct answer. */
export function pass(message: string): Verdict {
  return { status: "PASS", message };
}

/**
 * Creates the verdict for an incorrect answer. The message should give the actual and the expected result, and what to
 * look at.
 */
export function notYet(message: string): Verdict {
  return { status: "NOT YET", message };
}
