/**
 * Dates from PostgreSQL's microseconds.
 *
 * @module
 */

/** Returns the Date of microseconds since 1970. */
export function dateOf(microseconds: number): Date {
  return new Date(Math.floor(microseconds / 1000));
}
