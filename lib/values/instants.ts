/**
 * Instants to the microsecond, as `timestamptz` has them. A Date holds milliseconds: one that was read from the server
 * keeps the rest beside them, out of sight, and it is sent back while the Date is unchanged. A copy made by
 * `new Date(date)` and what passed through JSON have lost it.
 *
 * @module
 */

/** Returns its argument from the constructor, so that private fields are installed on it: `privateField()` for two. */
class ReturnOverride {
  constructor(date: Date) {
    return date;
  }
}

/**
 * The field holds one small integer, which takes no memory of its own and is read without arithmetic on doubles: the
 * microseconds, below the last 20 bits of the milliseconds, which tell whether the Date was changed since.
 */
class ExactDate extends ReturnOverride {
  readonly #mark: number;

  constructor(date: Date, milliseconds: number, microseconds: number) {
    super(date);
    this.#mark = markOf(milliseconds) | microseconds;
  }

  static microseconds(date: Date): number | undefined {
    if (!(#mark in date)) return undefined;
    const mark = date.#mark;
    return (mark & ~1023) === markOf(date.getTime()) ? mark & 1023 : undefined;
  }
}

function markOf(milliseconds: number): number {
  return (milliseconds & 0xfffff) << 10;
}

/**
 * Makes a Date that keeps its microseconds.
 *
 * @param milliseconds since 1970-01-01T00:00Z
 * @param microseconds after them, 0 to 999
 */
export function exactDate(milliseconds: number, microseconds: number): Date {
  const date = new Date(milliseconds);
  new ExactDate(date, milliseconds, microseconds);
  return date;
}

/**
 * Returns the microseconds of a Date after its milliseconds, 0 to 999; `undefined` if it is not from the server, or was
 * changed since.
 */
export function microsecondsOf(date: Date): number | undefined {
  return ExactDate.microseconds(date);
}

/** Copies a Date with its microseconds. */
export function copyDate(date: Date): Date {
  const microseconds = microsecondsOf(date);
  return microseconds === undefined ? new Date(date) : exactDate(date.getTime(), microseconds);
}

/** Returns the microseconds since 1970-01-01T00:00Z; a safe integer only in the years 1685 to 2255. */
export function sinceEpoch(date: Date): number {
  return date.getTime() * 1000 + (microsecondsOf(date) ?? 0);
}

/** Returns the Date of the microseconds since 1970-01-01T00:00Z. */
export function fromEpoch(microseconds: number): Date {
  const milliseconds = Math.floor(microseconds / 1000);
  return exactDate(milliseconds, microseconds - milliseconds * 1000);
}

/**
 * Reports whether a Date is an instant that the server has. To a Date that has no microseconds of its own, as one from
 * JSON, every instant of its millisecond is the same: assigning it must not cut off those in the database.
 *
 * @param stored the instant as a Date, or as the microseconds since 1970-01-01T00:00Z
 */
export function isInstant(date: Date, stored: Date | number): boolean {
  const microseconds = microsecondsOf(date);
  if (typeof stored !== "number") {
    const isEqual = microseconds === undefined || microseconds === (microsecondsOf(stored) ?? 0);
    return isEqual && date.getTime() === stored.getTime();
  }
  return microseconds === undefined ? date.getTime() === Math.floor(stored / 1000) : sinceEpoch(date) === stored;
}
