/**
 * Check for exercises that ask which of several lettered points make a comparison unfair.
 *
 * @module
 */
import { notYet, pass, type Verdict } from "../exercise.ts";

/** The points of a comparison. */
export interface Points {
  /** The last letter; the first is A. */
  readonly last: string;
  /** The fair points with the reason; all others are unfair. */
  readonly fair: Readonly<Record<string, string>>;
  /** The message for the right list. */
  readonly praise: string;
}

/** Judges a list of letters of unfair points. */
export function gradeUnfair(answer: unknown, { last, fair, praise }: Points): Verdict {
  const all = Array.from({ length: last.charCodeAt(0) - 64 }, (_, index) => String.fromCharCode(65 + index));
  const letters = Array.isArray(answer) ? answer.map((letter) => String(letter).toUpperCase()) : [];
  if (letters.length === 0 || letters.some((letter) => !all.includes(letter))) {
    return notYet(`The answer must be a list of letters from A to ${last}.`);
  }
  const wrong = letters.find((letter) => letter in fair);
  if (wrong) return notYet(`${wrong} does not make it unfair: ${fair[wrong]}.`);
  const missing = all.filter((letter) => !(letter in fair) && !letters.includes(letter)).length;
  if (missing > 0) return notYet(`All of these are unfair, but ${missing} more ${missing === 1 ? "is" : "are"}, too.`);
  return pass(praise);
}
