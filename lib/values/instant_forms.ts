/**
 * Other forms of an instant than a Date: each is exact, and passes through JSON.
 *
 * @module
 */
import { exactDate, microsecondsOf } from "./instants.ts";

/** A form of instants. */
export interface InstantForm {
  /** Converts what drivers return: a Date; the numbers `Infinity` and `-Infinity` stay. */
  read(value: unknown): unknown;
  /** Converts to a Date that keeps the microseconds; `undefined` if that is not known. */
  dateOf(value: unknown): unknown;
}

/** `Temporal.Instant`. */
export const INSTANTS: InstantForm = {
  read: (value) => value instanceof Date ? instantOf(value) : value,
  dateOf: (value) => value instanceof Temporal.Instant ? dateOf(value) : value,
};

/** Texts in UTC with six digits after the second, `2026-01-31T12:00:00.000000Z`, which sort as the instants do. */
export const INSTANT_TEXTS: InstantForm = {
  read: (value) => value instanceof Date ? instantOf(value).toString({ fractionalSecondDigits: 6 }) : value,
  dateOf(value) {
    if (typeof value !== "string") return value;
    try {
      return dateOf(Temporal.Instant.from(value));
    } catch {
      return undefined; // another notation of PostgreSQL's, or no instant
    }
  },
};

function instantOf(date: Date): Temporal.Instant {
  const nanoseconds = BigInt(date.getTime()) * 1_000_000n + BigInt(microsecondsOf(date) ?? 0) * 1000n;
  return new Temporal.Instant(nanoseconds);
}

/** Rounds to microseconds, as PostgreSQL does. */
function dateOf(instant: Temporal.Instant): Date {
  const { epochNanoseconds, epochMilliseconds } = instant.round("microsecond");
  return exactDate(epochMilliseconds, Number(epochNanoseconds / 1000n - BigInt(epochMilliseconds) * 1000n));
}
