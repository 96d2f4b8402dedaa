/**
 * One run at a time: a session-level advisory lock, one key for each schema of a database (the server keeps the locks of
 * its databases apart). Waiting is polling: a statement that waits for the lock would hold a snapshot, for which
 * CREATE INDEX CONCURRENTLY of the run in progress waits in turn, and the server would see a deadlock.
 *
 * @module
 */
import { sleep } from "../base/sleep.ts";
import type { Connection } from "../engine/connection.ts";
import { cleanUp } from "./clean_up.ts";
import { MigrationLockTimeoutError, TransactionPoolerError } from "./errors.ts";

/** Who runs migrations at the moment. */
export interface LockHolder {
  /** The process id of its server process. */
  readonly pid: number;
  readonly applicationName: string;
  /** When it connected; `null` when the server does not tell this user. */
  readonly connectedSince: Date | null;
}

/** How to wait for the lock. */
export interface LockOptions {
  /** Milliseconds to wait. */
  readonly timeout: number;
  /** Called when there is someone to wait for, and again when it is someone else. */
  readonly onWait: (holder: LockHolder) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** True in pg_locks for the granted lock with the key $1. */
const IS_LOCK = `locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (classid::bigint << 32) | objid::bigint = $1`;

/** Milliseconds between two attempts. */
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
   * Takes the lock, waiting for it if need be.
   *
   * @param connection in autocommit: an open transaction would hold a snapshot for as long as the wait lasts.
   * @param schema the schema in which the migrations run.
   * @throws {MigrationLockTimeoutError} naming the holder. @throws {TransactionPoolerError} when it does not hold.
   * @throws the signal's reason
   */
  static async acquire(connection: Connection, schema: string, options: LockOptions): Promise<MigrationLock> {
    const lock = new MigrationLock(connection, await keyOf(connection, schema));
    const deadline = performance.now() + options.timeout;
    let told: number | undefined;
    let holder: LockHolder | undefined;
    while (!await lock.#try()) {
      // between the two statements the holder may have finished: then the last known one is named
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

  /** Gives the lock back; where the connection is lost, the server has released it already. */
  async [Symbol.asyncDispose](): Promise<void> {
    const unlock = this.#connection.execute("SELECT pg_advisory_unlock($1)", [this.#key], cleanUp());
    await unlock.catch(() => this.#connection.invalidate()); // it goes with the connection
  }

  async #try(): Promise<boolean> {
    const answer = await this.#connection.execute("SELECT pg_try_advisory_lock($1)", [this.#key]);
    return answer.scalarOne<boolean>();
  }

  /** Whether the server process that answers now is the one that has the lock. */
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

/** For messages: `process 4711 ("migrate", connected since 2025-11-03T10:00:00.000Z)`. */
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
