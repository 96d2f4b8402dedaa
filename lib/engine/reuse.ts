/**
 * Statements sent to a connection between two holders.
 *
 * @module
 */
import { settledWithin } from "../base/within.ts";
import type { DriverConnection, Statement } from "./driver.ts";
import type { PooledConnection } from "./pooled_connection.ts";

/** Tests whether a connection is alive. */
export const PING: Statement = { sql: "SELECT 1", parameters: [], waitsForNoLock: true };

/**
 * Resets the session as DISCARD ALL does, except for the prepared statements, which the driver keeps using. Settings
 * return to their values at the start of the session (https://www.postgresql.org/docs/current/sql-discard.html).
 */
export const DISCARD_STATE = [
  "CLOSE ALL",
  "SET SESSION AUTHORIZATION DEFAULT", // resets the role as well
  "RESET ALL",
  "UNLISTEN *",
  "SELECT pg_advisory_unlock_all()",
  "DISCARD PLANS",
  "DISCARD TEMP",
  "DISCARD SEQUENCES",
].join("; ");

/** Logs a failed reset: the holder that returned the connection is not at fault, and nobody else would learn of it. */
export function complainOfReset(error: unknown): void {
  console.error("resetOnReturn failed, and its connection is closed:", error);
}

/**
 * Tests whether a connection is alive, and drops it if it does not answer in time.
 *
 * @param limit milliseconds to wait for the answer.
 */
export async function ping(driver: DriverConnection, limit: number): Promise<"alive" | "broken" | "unanswered"> {
  let isAlive = false;
  const answer = driver.query({ ...PING, timeout: limit }).then(() => isAlive = true);
  if (await settledWithin(limit, answer)) return isAlive ? "alive" : "broken";
  driver.drop(new Error(`no answer within ${limit / 1000} s`));
  return "unanswered";
}

/**
 * Prepares a returned connection for its next holder; if that fails or takes too long, the connection is not used again.
 *
 * @param reset runs the statements of `resetOnReturn`.
 * @param limit milliseconds to allow.
 */
export async function resetWithin(
  connection: PooledConnection,
  reset: (connection: PooledConnection) => Promise<void>,
  limit: number,
): Promise<void> {
  const finished = reset(connection).catch((error) => {
    connection.discard = true;
    if (!connection.driver.lost) complainOfReset(error);
  });
  if (await settledWithin(limit, finished)) return;
  connection.driver.drop(new Error(`resetOnReturn took longer than ${limit / 1000} s`));
}

/**
 * Closes a connection gracefully, after a ROLLBACK in flight, and drops it if that takes too long.
 *
 * @param limit milliseconds to allow.
 */
export async function closeWithin({ driver, ending }: PooledConnection, limit: number): Promise<void> {
  const closed = ending ? ending.then(() => driver.close(limit)) : driver.close(limit);
  if (!await settledWithin(limit, closed)) driver.drop(new Error(`not closed within ${limit / 1000} s`));
}
