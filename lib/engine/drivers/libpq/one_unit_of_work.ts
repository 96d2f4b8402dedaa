/**
 * One unit of work at a time on a thread that blocks. Were there two, the second could wait for a row of the first and
 * with it block the thread, which alone could end the first: for ever, and without a deadlock that PostgreSQL could see.
 *
 * @module
 */
import { EngineError } from "../../../base/error.ts";
import { shorten } from "../../../base/text.ts";

/** A unit of work is open on this thread already, and this driver blocks the thread. */
export class SecondUnitOfWorkError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SECOND_UNIT_OF_WORK";

  /**
   * @param open where the other one is;
   * @param advice what to do about it.
   */
  constructor(open: string, advice: string) {
    super(
      `This thread has ${open}, and "postgresql+libpq://" blocks the thread: a statement that waited for a row of that ` +
        `unit of work would wait for ever. ${advice}`,
    );
  }
}

interface Holder {
  readonly backendPid: number;
}

/** The connection with an open transaction; each thread has its own instance of this module. */
let holder: Holder | undefined;
let lastSql = "";

/** @throws {SecondUnitOfWorkError} when a transaction is open on another connection. */
export function assertOnlyOne(connection: Holder, sql: string): void {
  if (holder === undefined || holder === connection) return;
  throw new SecondUnitOfWorkError(
    `a transaction open on another connection (server process ${holder.backendPid}, last statement: ` +
      `${shorten(lastSql, 80)})`,
    `Commit or roll it back first, or create the engine with nonblocking: true.\nSQL: ${shorten(sql, 300)}`,
  );
}

/** Notes whether a connection has a transaction open after a statement. */
export function noteTransaction(connection: Holder, isOpen: boolean, sql: string): void {
  if (isOpen) [holder, lastSql] = [connection, sql];
  else if (holder === connection) holder = undefined;
}
