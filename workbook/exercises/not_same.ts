/**
 * Messages about a value that is not the expected array.
 *
 * @module
 */
import { Result, ScalarResult } from "../../lib/mod.ts";

/** Returns whether a value is an array of exactly these values, in this order. */
export function isSame(value: unknown, wanted: readonly unknown[]): boolean {
  return Array.isArray(value) && value.length === wanted.length && wanted.every((each, index) => each === value[index]);
}

/**
 * Compares the value returned with the one expected, and points out what is missing: a call of `all()`, or the order.
 * @param what what was returned, such as `"The names"`
 */
export function notSame(what: string, value: unknown, wanted: readonly unknown[]): string {
  const expected = Deno.inspect(wanted);
  if (value instanceof ScalarResult || value instanceof Result) {
    return `${what}: a result; expected an array, ${expected}. Its method all() returns one.`;
  }
  if (!Array.isArray(value)) return `${what}: ${Deno.inspect(value)}; expected an array, ${expected}.`;
  return `${what}: ${Deno.inspect(value)}; expected ${expected}.${orderAdvice(value, wanted)}`;
}

/** Returns advice if only the order is wrong, otherwise an empty string. */
function orderAdvice(value: readonly unknown[], wanted: readonly unknown[]): string {
  if (isSame(value.toReversed(), wanted)) return " The order is reversed: check the direction of orderBy().";
  if (!isSame(value.toSorted(), wanted.toSorted())) return "";
  return " Only the order is wrong: check the columns of orderBy(). Without it the order is unspecified.";
}
