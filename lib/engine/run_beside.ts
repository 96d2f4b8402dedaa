/**
 * Statements that run outside the pool, such as one that terminates a session of the pool.
 *
 * @module
 */
import type { DriverConnection, Statement } from "./driver.ts";
import { queryWithin } from "./query_within.ts";

/**
 * Runs a statement on a connection of its own, so that it never queues behind the sessions it is meant to end.
 *
 * @param isWanted checked once the connection is open: the statement may have become unnecessary by then.
 * @param limit milliseconds for the statement; then its connection is dropped.
 * @throws {ConnectError}
 * @throws {DatabaseError}
 * @throws {ConnectionLostError}
 */
export async function runBeside(
  open: () => Promise<DriverConnection>,
  statement: Statement,
  isWanted: () => boolean,
  limit: number,
): Promise<void> {
  const connection = await open();
  try {
    if (isWanted()) await queryWithin(connection, statement, limit);
  } finally {
    await connection.close(limit);
  }
}
