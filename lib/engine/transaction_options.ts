/**
 * Transaction options: isolation level and access mode.
 *
 * @module
 */

/** Isolation levels, by PostgreSQL's names. */
export const ISOLATION_LEVELS = [
  "AUTOCOMMIT",
  "READ UNCOMMITTED",
  "READ COMMITTED",
  "REPEATABLE READ",
  "SERIALIZABLE",
] as const;

/** The isolation level of transactions; with `"AUTOCOMMIT"` there are none, and each statement commits by itself. */
export type IsolationLevel = typeof ISOLATION_LEVELS[number];

/**
 * Checks an isolation level: notebooks are not type-checked, and without a valid BEGIN statements would run
 * unprotected.
 *
 * @throws {RangeError} for an unknown level.
 */
export function checkIsolationLevel(level: string | undefined): void {
  if (level === undefined || ISOLATION_LEVELS.some((known) => known === level)) return;
  throw new RangeError(`isolationLevel is ${JSON.stringify(level)}; it must be one of ${ISOLATION_LEVELS.join(", ")}.`);
}

/** Options of a transaction. */
export interface TransactionOptions {
  /** Isolation level (default: the server's, `READ COMMITTED` unless configured otherwise). */
  readonly isolationLevel?: IsolationLevel;
  /** True for READ ONLY, false for READ WRITE (default: the server's). */
  readonly readOnly?: boolean;
}

/**
 * Returns the BEGIN statement for these options.
 *
 * @throws {RangeError} for an unknown isolation level.
 */
export function beginStatement({ isolationLevel, readOnly }: TransactionOptions): string {
  checkIsolationLevel(isolationLevel);
  const hasLevel = isolationLevel !== undefined && isolationLevel !== "AUTOCOMMIT";
  const level = hasLevel ? ` ISOLATION LEVEL ${isolationLevel}` : "";
  const access = readOnly === undefined ? "" : readOnly ? " READ ONLY" : " READ WRITE";
  return `BEGIN${level}${access}`;
}
