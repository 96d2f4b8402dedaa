/**
 * Allows one open transaction at a time on a blocked thread. With two, the second could wait for a row lock of the
 * first while blocking the only thread that can end the first: indefinitely, and without a deadlock that PostgreSQL
 * could detect.
 *
 * @module
 */
import { EngineError } from "../../../base/error.ts";
import { shorten } from "../../../base/text.ts";

/** A unit of work is already open on this thread, which the driver blocks. */
export class SecondUnitOfWorkError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SECOND_UNIT_OF_WORK";

  /**
   * @ignore
   * @param open describes the other unit of work.
   * @param advice what to do.
   */
  constructor(open: string, advice: string) {
    super(
      `This thread has ${open}, and "postgresql+libpq://" blocks the thread: a statement that waits for a row lock of ` +
        `that unit of work would block indefinitely. ${advice}`,
    );
  }
}

interface Holder {
  readonly backendPid: number;
}

/** The connection with an open transaction; each thread has its own instance of this module. */
let holder: Holder | undefined;
let lastSql = "";

/**
 * Checks that no other connection has an open transaction.
 *
 * @throws {SecondUnitOfWorkError}
 */
export function assertOnlyOne(connection: Holder, sql: string): void {
  if (holder === undefined || holder === connection) return;
  throw new SecondUnitOfWorkError(
    `a transaction open on another connection (server process ${holder.backendPid}, last statement: ` +
      `${shorten(lastSql, 80)})`,
    `Commit or roll it back first, or create the engine with nonblocking: true.\nSQL: ${shorten(sql, 300)}`,
  );
}

/** Records whether a connection has an open transaction after a statement. */
export function noteTransaction(connection: Holder, isOpen: boolean, sql: string): void {
  if (isOpen) [holder, lastSql] = [connection, sql];
  else if (holder === connection) holder = undefined;
}
