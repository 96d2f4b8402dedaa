/**
 * A statement beside the pool, such as one that ends a session of the pool.
 *
 * @module
 */
import type { DriverConnection, Statement } from "./driver.ts";

/**
 * Runs a statement on a connection of its own, so that it need not wait for those whom it is to free.
 *
 * @param isWanted asked when the connection is open: by then there may be nothing left to do.
 * @param limit milliseconds for the statement, after which its connection is dropped.
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
  const timer = setTimeout(() => connection.drop(new Error(`no answer within ${limit} ms`)), limit);
  try {
    if (isWanted()) await connection.query(statement);
  } finally {
    clearTimeout(timer);
    await connection.close(limit);
  }
}
