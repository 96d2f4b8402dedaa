/**
 * How a transaction begins.
 *
 * @module
 */

/** Each level, by the name that PostgreSQL gives it. */
export const ISOLATION_LEVELS = [
  "AUTOCOMMIT",
  "READ UNCOMMITTED",
  "READ COMMITTED",
  "REPEATABLE READ",
  "SERIALIZABLE",
] as const;

/** How transactions see each other; `"AUTOCOMMIT"` is no transaction at all: every statement for itself. */
export type IsolationLevel = typeof ISOLATION_LEVELS[number];

/** @throws {RangeError} for an unknown level: notebooks are not type-checked, and a BEGIN that fails protects nothing. */
export function checkIsolationLevel(level: string | undefined): void {
  if (level === undefined || ISOLATION_LEVELS.some((known) => known === level)) return;
  throw new RangeError(`isolationLevel is ${JSON.stringify(level)}; it must be one of ${ISOLATION_LEVELS.join(", ")}.`);
}

/** How the transactions of a connection begin. */
export interface TransactionOptions {
  /** Default: the server's, which is `READ COMMITTED` unless it was changed. */
  readonly isolationLevel?: IsolationLevel;
  /** True: the server refuses to write. False: it allows it, also where the server's default is otherwise. */
  readonly readOnly?: boolean;
}

/**
 * The BEGIN for these options.
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
