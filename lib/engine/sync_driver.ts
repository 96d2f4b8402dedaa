/**
 * The blocking calls of a driver.
 *
 * @module
 */
import type { DriverConnection, RawResult, Statement } from "./driver.ts";

/** A connection whose calls can block the thread instead of returning promises. */
export interface SyncDriverConnection extends DriverConnection {
  /**
   * Like `query()`.
   *
   * @param ahead a statement to run first, such as BEGIN, in the same round trip if possible.
   */
  querySync(statement: Statement, ahead?: string): RawResult;
  /**
   * Sends a statement and returns immediately. Its answer is read before the next statement; if it fails, the
   * connection is lost.
   *
   * @param timeout milliseconds to allow if the statement has to be prepared first.
   */
  sendSync(sql: string, timeout?: number): void;
  /** Like `close()`. */
  closeSync(): void;
}
