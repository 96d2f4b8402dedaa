/**
 * The lock of Kysely's Migrator, on a pool and on a driver that blocks the thread.
 *
 * @module
 */
import { type Kysely, PostgresAdapter, sql } from "kysely";
import { sleep } from "../../base/sleep.ts";
import { LockTimeoutError } from "../errors.ts";

/** The key of Kysely's own lock, so that its dialect and this one exclude each other. */
const LOCK = sql.lit("3853314791062309107");
const PAUSE_MILLISECONDS = 50;
const HOUR_MILLISECONDS = 60 * 60 * 1000;

/** Kysely's adapter, with a lock that neither blocks the thread nor remains in the pool. */
export class MigrationLockAdapter extends PostgresAdapter {
  readonly #isBlocking: boolean;
  readonly #timeout: number;

  /**
   * @param isBlocking true if waiting for the lock would block the thread, which may be the one that holds it.
   * @param timeout milliseconds to wait in that case; otherwise Kysely itself limits the wait to an hour.
   */
  constructor(isBlocking: boolean, timeout: number = HOUR_MILLISECONDS) {
    super();
    this.#isBlocking = isBlocking;
    this.#timeout = timeout;
  }

  /** @throws {LockTimeoutError} */
  override async acquireMigrationLock(...[db, options]: LockArguments): Promise<void> {
    if (!this.#isBlocking) return await super.acquireMigrationLock(db, options);
    const giveUpAt = performance.now() + this.#timeout;
    while (!await tryLock(db)) {
      if (performance.now() > giveUpAt) {
        const message = `another migrator has held Kysely's lock for ${this.#timeout / 1000} s`;
        throw new LockTimeoutError({ sqlstate: "55P03", message });
      }
      await sleep(PAUSE_MILLISECONDS);
    }
  }

  /** Releases the lock, which belongs to the session: if that fails, the connection must not return to the pool. */
  override async releaseMigrationLock(...[db, options]: LockArguments): Promise<void> {
    try {
      await super.releaseMigrationLock(db, options);
    } catch (error) {
      await db.getExecutor().provideConnection((connection) => {
        if ("invalidate" in connection) (connection as { invalidate(): void }).invalidate();
        return Promise.resolve();
      });
      throw error;
    }
  }
}

// deno-lint-ignore no-explicit-any -- the type of Kysely's interface
type LockArguments = [db: Kysely<any>, options: Parameters<PostgresAdapter["acquireMigrationLock"]>[1]];

/** Tries to take the lock. */
async function tryLock(db: LockArguments[0]): Promise<boolean> {
  const { rows: [row] } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${LOCK}) as taken`.execute(db);
  return row.taken;
}
