/**
 * What a driver offers beside the port when it can do without promises.
 *
 * @module
 */
import type { DriverConnection, RawResult, Statement } from "./driver.ts";

/** A connection that can also be used without a promise: the calls block the thread. */
export interface SyncDriverConnection extends DriverConnection {
  /**
   * As `query()`.
   *
   * @param ahead one to be carried out before it, such as BEGIN, if possible in the same round trip.
   */
  querySync(statement: Statement, ahead?: string): RawResult;
  /**
   * Sends a statement and returns at once. It is answered before the next one; if it fails the connection is lost.
   *
   * @param timeout milliseconds for what may have to be prepared first.
   */
  sendSync(sql: string, timeout?: number): void;
  /** As `close()`. */
  closeSync(): void;
}
