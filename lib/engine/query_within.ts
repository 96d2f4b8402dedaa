/**
 * A statement on a driver's connection, within a time limit.
 *
 * @module
 */
import { TimeLimit } from "../base/time_limit.ts";
import type { DriverConnection, RawResult, Statement } from "./driver.ts";

/**
 * Runs a statement and drops the connection when no answer arrives in time.
 *
 * @param milliseconds the longest to wait.
 * @param signal drops the connection when it is aborted.
 * @throws {DatabaseError}
 * @throws {ConnectionLostError}
 * @throws {AnswerTimeoutError} from a driver that blocks the thread.
 */
export async function queryWithin(
  connection: DriverConnection,
  statement: Statement,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<RawResult> {
  using limit = new TimeLimit(milliseconds, `no answer within ${milliseconds / 1000} s`, signal);
  limit.signal.addEventListener("abort", () => connection.drop(limit.signal.reason));
  return await connection.query({ ...statement, timeout: milliseconds });
}
