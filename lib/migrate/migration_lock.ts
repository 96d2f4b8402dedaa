/**
 * Serializes runs with a session-level advisory lock, one key per schema (advisory locks are local to a database).
 * Polls for the lock: a statement that waits for it would hold a snapshot, for which a CREATE INDEX CONCURRENTLY of the
 * other run waits, which is a deadlock.
 *
 * @module
 */
import { sleep } from "../base/sleep.ts";
import type { Connection } from "../engine/connection.ts";
import { cleanUp } from "./clean_up.ts";
import { MigrationLockTimeoutError, TransactionPoolerError } from "./errors.ts";

/** Process that holds the lock. */
export interface LockHolder {
  /** Process id of its server process. */
  readonly pid: number;
  /** Its `application_name`; empty if not visible to this role. */
  readonly applicationName: string;
  /** Time at which it connected; `null` if not visible to this role. */
  readonly connectedSince: Date | null;
}

/** Options of {@linkcode MigrationLock.acquire}. */
export interface LockOptions {
  /** Maximum wait, in milliseconds. */
  readonly timeout: number;
  /** Called when the wait starts, and when the holder changes. */
  readonly onWait: (holder: LockHolder) => void;
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Condition on pg_locks: the granted lock with the key $1. */
const IS_LOCK = `locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (classid::bigint << 32) | objid::bigint = $1`;

/** Interval between two attempts, in milliseconds. */
const POLL_INTERVAL = 100;

/** A held lock; release it with `await using`. */
export class MigrationLock implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #key: bigint;

  private constructor(connection: Connection, key: bigint) {
    this.#connection = connection;
    this.#key = key;
  }

  /**
   * Acquires the lock, waiting if necessary.
   *
   * @param connection connection in autocommit: an open transaction would hold a snapshot during the wait
   * @param schema schema in which the migrations run
   * @param options timeout and signal
   * @returns the lock
   * @throws {MigrationLockTimeoutError} when another process holds the lock until the timeout
   * @throws {TransactionPoolerError} when the lock is held by another server process
   * @throws the reason of the signal
   */
  static async acquire(connection: Connection, schema: string, options: LockOptions): Promise<MigrationLock> {
    const lock = new MigrationLock(connection, await keyOf(connection, schema));
    const deadline = performance.now() + options.timeout;
    let told: number | undefined;
    let holder: LockHolder | undefined;
    while (!await lock.#try()) {
      // the holder may have finished between the two statements: keep the last known one
      holder = await lock.#holder() ?? holder;
      if (holder && holder.pid !== told) {
        told = holder.pid;
        options.onWait(holder);
      }
      if (performance.now() >= deadline) {
        throw new MigrationLockTimeoutError(options.timeout / 1000, holder ? holderText(holder) : "another process");
      }
      await sleep(POLL_INTERVAL, options.signal);
    }
    if (!await lock.#isHeld()) throw new TransactionPoolerError(undefined);
    return lock;
  }

  /** Releases the lock; the server releases it itself if the connection is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    const unlock = this.#connection.execute("SELECT pg_advisory_unlock($1)", [this.#key], cleanUp());
    await unlock.catch(() => this.#connection.invalidate()); // closing the connection releases it
  }

  async #try(): Promise<boolean> {
    const answer = await this.#connection.execute("SELECT pg_try_advisory_lock($1)", [this.#key]);
    return answer.scalarOne<boolean>();
  }

  /** Whether the current server process holds the lock. */
  async #isHeld(): Promise<boolean> {
    const sql = `SELECT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND ${IS_LOCK})`;
    return (await this.#connection.execute(sql, [this.#key])).scalarOne<boolean>();
  }

  async #holder(): Promise<LockHolder | null> {
    const answer = await this.#connection.execute<LockHolder>(
      `SELECT pid, coalesce(application_name, '') AS "applicationName", backend_start AS "connectedSince"
         FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE ${IS_LOCK}`,
      [this.#key],
    );
    return answer.first();
  }
}

/** Formats a holder: `process 4711 ("migrate", connected since 2025-11-03T10:00:00.000Z)`. */
export function holderText({ pid, applicationName, connectedSince }: LockHolder): string {
  const notes = [
    applicationName && JSON.stringify(applicationName),
    connectedSince && `connected since ${connectedSince.toISOString()}`,
  ].filter(Boolean);
  return `process ${pid}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

async function keyOf(connection: Connection, schema: string): Promise<bigint> {
  const sql = "SELECT hashtextextended('schema_version in ' || current_database() || '.' || $1, 0)";
  return (await connection.execute(sql, [schema])).scalarOne<bigint>();
}
