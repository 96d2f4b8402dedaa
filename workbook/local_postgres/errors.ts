/**
 * The error of the local PostgreSQL.
 *
 * @module
 */

/** What to do when the local server cannot be had; the end of every `LocalPostgresError`. */
const WAYS_OUT =
  "Two ways out: set DATABASE_URL to a PostgreSQL that you have (postgresql://user:password@host:5432/database), or run " +
  "`docker compose up -d db` and set DATABASE_URL=postgresql://workbook:workbook@127.0.0.1:5432/workbook.";

/**
 * The local PostgreSQL cannot be found, started or stopped. The message says what happened and where, shows the end of
 * the server's log where there is one, and names the two ways to work without a local server.
 */
export class LocalPostgresError extends Error {
  override readonly name = "LocalPostgresError";

  /**
   * @param problem What happened and where: one or two whole sentences.
   * @param options `log`: the end of the server's log or of a program's output; `cause`: the error behind this one.
   */
  constructor(problem: string, options: { log?: string; cause?: unknown } = {}) {
    const log = options.log?.trim();
    const lines = log ? `\n${log.split("\n").map((line) => `  | ${line.trimEnd()}`).join("\n")}` : "";
    super(`${problem}${lines}\n${WAYS_OUT}`, { cause: options.cause });
  }

  /** `error` itself if it is a `LocalPostgresError`, else one that begins with `doing` and has `error` as its cause. */
  static from(error: unknown, doing: string): LocalPostgresError {
    if (error instanceof LocalPostgresError) return error;
    return new LocalPostgresError(`${doing}: ${error instanceof Error ? error.message : error}.`, { cause: error });
  }
}
