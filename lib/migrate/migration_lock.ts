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
import { MigrationLockTimeoutError } from "./errors.ts";

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
  /** Result of a first attempt with {@linkcode TRY_LOCK}. */
  readonly taken?: boolean | undefined;
}

/** SQL expression: the key of the lock of a schema, given as an expression. */
const keyOf = (schema: string) => `hashtextextended('schema_version in ' || current_database() || '.' || ${schema}, 0)`;

/** SQL condition on pg_locks: the granted lock of a schema. */
const isLock = (schema: string) =>
  `locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (classid::bigint << 32) | objid::bigint = ${keyOf(schema)}`;

/** SQL expression: takes the lock of a schema if it is free; true if the session holds it now. */
export const TRY_LOCK = (schema: string): string => `pg_try_advisory_lock(${keyOf(schema)})`;

/** SQL condition: the current server process holds the lock of a schema. */
export const HOLDS_LOCK = (schema: string): string =>
  `EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND ${isLock(schema)})`;

/** Interval between two attempts, in milliseconds. */
const POLL_INTERVAL = 100;

/** A held lock; release it with `await using`. */
export class MigrationLock implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #schema: string;

  private constructor(connection: Connection, schema: string) {
    this.#connection = connection;
    this.#schema = schema;
  }

  /**
   * Acquires the lock, waiting if necessary.
   *
   * @param connection connection in autocommit: an open transaction would hold a snapshot during the wait
   * @param schema schema of the version table
   * @param options timeout and signal
   * @returns the lock; {@linkcode HOLDS_LOCK} tells whether it is held by the server process of later statements
   * @throws {MigrationLockTimeoutError} when another process holds the lock until the timeout
   * @throws the reason of the signal
   */
  static async acquire(connection: Connection, schema: string, options: LockOptions): Promise<MigrationLock> {
    const lock = new MigrationLock(connection, schema);
    const deadline = performance.now() + options.timeout;
    let told: number | undefined;
    let holder: LockHolder | undefined;
    for (let taken = options.taken ?? await lock.#try(); !taken; taken = await lock.#try()) {
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
    return lock;
  }

  /** Releases the lock; the server releases it itself if the connection is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    const unlock = this.#connection.execute(`SELECT pg_advisory_unlock(${keyOf("$1")})`, [this.#schema], cleanUp());
    await unlock.catch(() => this.#connection.invalidate()); // closing the connection releases it
  }

  async #try(): Promise<boolean> {
    return (await this.#connection.execute(`SELECT ${TRY_LOCK("$1")}`, [this.#schema])).scalarOne<boolean>();
  }

  async #holder(): Promise<LockHolder | null> {
    const answer = await this.#connection.execute<LockHolder>(
      `SELECT pid, coalesce(application_name, '') AS "applicationName", backend_start AS "connectedSince"
         FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE ${isLock("$1")}`,
      [this.#schema],
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
