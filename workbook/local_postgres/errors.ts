/**
 * The error of the local PostgreSQL.
 *
 * @module
 */

/** Alternatives to the local server; the end of every `LocalPostgresError`. */
const WAYS_OUT =
  "Alternatives: set DATABASE_URL to an existing PostgreSQL (postgresql://user:password@host:5432/database), or run " +
  "`docker compose up -d db` and set DATABASE_URL=postgresql://workbook:workbook@127.0.0.1:5432/workbook.";

/**
 * The local PostgreSQL cannot be found, started or stopped. The message says what happened and where, includes the end
 * of the server's log if there is one, and lists alternatives to the local server.
 */
export class LocalPostgresError extends Error {
  override readonly name = "LocalPostgresError";

  /**
   * @param problem what happened and where: one or two complete sentences.
   * @param options `log`: the end of the server's log or of a program's output; `cause`: the underlying error.
   */
  constructor(problem: string, options: { log?: string; cause?: unknown } = {}) {
    const log = options.log?.trim();
    const lines = log ? `\n${log.split("\n").map((line) => `  | ${line.trimEnd()}`).join("\n")}` : "";
    super(`${problem}${lines}\n${WAYS_OUT}`, { cause: options.cause });
  }

  /**
   * Returns `error` if it is a `LocalPostgresError`, otherwise a new one that starts with `doing` and has `error` as
   * its cause.
   */
  static from(error: unknown, doing: string): LocalPostgresError {
    if (error instanceof LocalPostgresError) return error;
    return new LocalPostgresError(`${doing}: ${error instanceof Error ? error.message : error}.`, { cause: error });
  }
}
