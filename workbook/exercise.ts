/**
 * An exercise as data: what is asked, its hints, and how an answer is judged.
 *
 * @module
 */

/** What a grader says about an answer. */
export interface Verdict {
  readonly status: "PASS" | "NOT YET";
  /** One or two short sentences for the learner. */
  readonly message: string;
}

/** What a grader may want to know beside the answer itself. */
export interface GradeContext {
  /** How long the answer took, in milliseconds. */
  readonly milliseconds: number;
  /** Aborted when the time for the exercise is over: give it to queries that the grader runs. */
  readonly signal: AbortSignal;
}

/** One exercise. Its solution lies in notebooks/solutions/<id>.ts. */
export interface Exercise {
  /** The number of the notebook, a dot and the number of the exercise: `"02.3"`. */
  readonly id: string;
  readonly title: string;
  /** What to do, said as long as nothing was filled in. */
  readonly todo?: string;
  /** From a nudge to nearly the answer: each failed try opens one more. */
  readonly hints: readonly string[];
  /**
   * Judges an answer by what it is or does: rows, statements, the state of the database; not by its source text.
   * What it throws counts as "not yet", with the error's message.
   */
  grade(answer: unknown, context: GradeContext): Verdict | Promise<Verdict>;
}

/** An exercise without the fields of the wrong name or shape. */
export function exercise(exercise: Exercise): Exercise {
  if (!/^\d\d\.\d+$/.test(exercise.id)) {
    throw new TypeError(`The exercise id "${exercise.id}" is not two digits, a dot and a number, such as "02.3".`);
  }
  return exercise;
}

/** The verdict for a right answer. */
export function pass(message: string): Verdict {
  return { status: "PASS", message };
}

/** The verdict for an answer that is not right yet: say what was found, what was expected, and what to look at. */
export function notYet(message: string): Verdict {
  return { status: "NOT YET", message };
}
