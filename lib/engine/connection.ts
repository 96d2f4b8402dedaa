/**
 * A connection taken from the pool, and the transaction on it. As in SQLAlchemy 2 a transaction begins by itself with
 * the first statement and lasts until `commit()` or `rollback()`; what was not committed is rolled back on `close()`.
 *
 * @module
 */
import type { RawResult } from "./driver.ts";
import {
  CommitOutcomeUnknownError,
  ConnectionClosedError,
  ConnectionLostError,
  FailedTransactionError,
  StatementCancelledError,
  TransactionStateError,
} from "./errors.ts";
import type { EngineEvents } from "./events.ts";
import { encodeParameters } from "./parameters.ts";
import type { PooledConnection } from "./pool.ts";
import { Result } from "./result.ts";

/** How transactions see each other; `"AUTOCOMMIT"` is no transaction at all: every statement for itself. */
export type IsolationLevel = "AUTOCOMMIT" | "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE";

/** How the transactions of a connection begin. */
export interface TransactionOptions {
  /** Default: the server's, which is `READ COMMITTED` unless it was changed. */
  readonly isolationLevel?: IsolationLevel;
  /** True: the server refuses to write. */
  readonly readOnly?: boolean;
}

/** A query that can be compiled to SQL and parameters, such as any of Kysely's. */
export interface Compilable<Row = unknown> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[]; readonly query?: unknown };
  /** Present in Kysely's queries; carries the type of their rows. */
  readonly expressionType?: Row;
  execute?(): Promise<Row[]>;
}

/** Settings of one statement. */
export interface ExecuteOptions {
  /** Cancels the statement on the server; `execute()` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A connection and its transaction. Made by `engine.connect()` and `engine.begin()`. */
export class Connection implements AsyncDisposable {
  readonly #pooled: PooledConnection;
  readonly #events: EngineEvents;
  readonly #options: TransactionOptions;
  readonly #release: (connection: PooledConnection) => Promise<void>;
  #transaction = false;
  /** The error that made the server ignore the rest of the transaction. */
  #failure: Error | undefined;
  #savepoints = 0;
  #closed = false;

  /** @param release gives the connection back to its pool. */
  constructor(
    pooled: PooledConnection,
    events: EngineEvents,
    options: TransactionOptions,
    release: (connection: PooledConnection) => Promise<void>,
  ) {
    this.#pooled = pooled;
    this.#events = events;
    this.#options = options;
    this.#release = release;
  }

  /** The number of the pooled connection, as in the engine's events. */
  get id(): number {
    return this.#pooled.id;
  }

  /** The process id of the server process, as `pg_backend_pid()` gives it. */
  get backendPid(): number {
    return this.#pooled.driver.backendPid;
  }

  /** True from the first statement, or `begin()`, to `commit()` or `rollback()`. */
  get inTransaction(): boolean {
    return this.#transaction;
  }

  /**
   * Runs a statement. It is sent at once: statements that are started without awaiting the ones before travel together.
   *
   * ```ts ignore
   * const result = await connection.execute<{ name: string }>("SELECT name FROM heroes WHERE id = $1", [id]);
   * result.scalarOneOrNone();
   * ```
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely. Several statements in one text need to be without
   * parameters; the result is that of the last.
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} what the server reports.
   * @throws {ConnectionLostError} @throws {ConnectionClosedError} @throws the signal's reason
   */
  execute<Row = Record<string, unknown>>(
    query: string | Compilable<Row>,
    parameters: readonly unknown[] = [],
    options: ExecuteOptions = {},
  ): Promise<Result<Row>> {
    const answer = this.#execute<Row>(query, parameters, options);
    // of several statements under way only one may be awaited when they all fail: that must not end the process
    answer.catch(() => {});
    return answer;
  }

  /**
   * Begins a transaction now, rather than with the first statement; on an AUTOCOMMIT connection the only way to have one.
   *
   * @throws {TransactionStateError} when one is open.
   */
  async begin(options: TransactionOptions = this.#options): Promise<void> {
    this.#assertOpen("begin a transaction");
    if (this.#transaction) throw new TransactionStateError("A transaction is open: commit() or rollback() it first.");
    await this.#begin(options);
  }

  /**
   * Marks a point to which the transaction can be rolled back.
   *
   * ```ts ignore
   * await using savepoint = await connection.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                               // … unless it was kept
   * ```
   */
  async beginNested(): Promise<Savepoint> {
    this.#assertOpen("set a savepoint");
    const name = `sp_${++this.#savepoints}`;
    await this.#execute(`SAVEPOINT ${name}`, [], {});
    return new Savepoint(
      async () => void await this.execute(`RELEASE SAVEPOINT ${name}`),
      async () => {
        await this.#send(`ROLLBACK TO SAVEPOINT ${name}`);
        this.#failure = undefined;
      },
    );
  }

  /**
   * Makes the work of the transaction permanent. Without a transaction it does nothing.
   *
   * @throws {FailedTransactionError} when an earlier statement failed: the server rolled everything back.
   * @throws {CommitOutcomeUnknownError} when the connection broke while the server worked on it.
   */
  async commit(): Promise<void> {
    this.#assertOpen("commit");
    if (!this.#transaction) return;
    this.#transaction = false;
    const at = performance.now();
    let answer: RawResult;
    try {
      answer = await this.#send("COMMIT");
    } catch (error) {
      this.#failure = undefined;
      throw error instanceof ConnectionLostError ? new CommitOutcomeUnknownError({ cause: error }) : error;
    }
    const committed = answer.command === "COMMIT";
    this.#emitEnd(committed ? "commit" : "rollback", at);
    const cause = this.#failure;
    this.#failure = undefined;
    if (!committed) {
      throw new FailedTransactionError(
        { sqlstate: "25P02", message: "nothing was committed: an earlier statement of this transaction failed" },
        "COMMIT",
        { cause },
      );
    }
  }

  /** Undoes the work of the transaction. Without a transaction it does nothing. */
  async rollback(): Promise<void> {
    this.#assertOpen("roll back");
    await this.#rollback();
  }

  /** Rolls back what was not committed and gives the connection back to the pool. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#rollback();
    } catch {
      this.#pooled.discard = true; // it is in an unknown state: the pool replaces it
    }
    await this.#release(this.#pooled);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #execute<Row>(
    query: string | Compilable<Row>,
    parameters: readonly unknown[],
    { signal }: ExecuteOptions,
  ): Promise<Result<Row>> {
    this.#assertOpen("execute a statement");
    signal?.throwIfAborted();
    const statement = typeof query === "string" ? { sql: query, parameters } : query.compile();
    const encoded = encodeParameters(statement.parameters);
    if (!this.#transaction && this.#options.isolationLevel !== "AUTOCOMMIT") {
      void this.#begin(this.#options).catch(() => {}); // the statement behind it tells of the same loss
    }
    const answer = this.#send(statement.sql, encoded, statement.parameters);
    try {
      return new Result<Row>(await (signal ? this.#cancellable(answer, signal) : answer));
    } catch (error) {
      if (error instanceof FailedTransactionError) error.cause ??= this.#failure;
      else if (this.#transaction) this.#failure ??= error as Error;
      throw error;
    }
  }

  async #begin({ isolationLevel, readOnly }: TransactionOptions): Promise<void> {
    const level = isolationLevel === undefined || isolationLevel === "AUTOCOMMIT"
      ? ""
      : ` ISOLATION LEVEL ${isolationLevel}`;
    this.#transaction = true;
    const at = performance.now();
    try {
      await this.#send(`BEGIN${level}${readOnly ? " READ ONLY" : ""}`);
      this.#emitEnd("begin", at);
    } catch (error) {
      this.#transaction = false;
      this.#pooled.discard = true;
      throw error;
    }
  }

  async #rollback(): Promise<void> {
    if (!this.#transaction) return;
    this.#transaction = false;
    this.#failure = undefined;
    if (this.#pooled.driver.lost) return; // the server rolled back
    const at = performance.now();
    await this.#send("ROLLBACK");
    this.#emitEnd("rollback", at);
  }

  /** Sends a statement and tells the listeners. `shown` are the parameters as the caller gave them. */
  async #send(
    sql: string,
    parameters: readonly (string | null)[] = [],
    shown: readonly unknown[] = [],
  ): Promise<RawResult> {
    const at = performance.now();
    this.#pooled.lastSql = sql;
    let answer: RawResult | undefined;
    let error: Error | undefined;
    try {
      return answer = await this.#pooled.driver.query({ sql, parameters });
    } catch (thrown) {
      throw error = thrown as Error;
    } finally {
      if (this.#events.wants("query")) {
        this.#events.emit({
          type: "query",
          at,
          milliseconds: performance.now() - at,
          connection: this.id,
          sql,
          parameters: shown,
          rowCount: answer?.rowCount ?? 0,
          ...(error ? { error } : {}),
        });
      }
    }
  }

  async #cancellable(answer: Promise<RawResult>, signal: AbortSignal): Promise<RawResult> {
    let cancelling: Promise<void> | undefined;
    const cancel = () => {
      // a request that comes late would hit the next user of this connection
      this.#pooled.discard = true;
      cancelling = this.#pooled.driver.cancel().catch(() => {});
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await answer;
    } catch (error) {
      throw signal.aborted && error instanceof StatementCancelledError ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", cancel);
      await cancelling;
    }
  }

  #emitEnd(type: "begin" | "commit" | "rollback", at: number): void {
    this.#events.emit({ type, at, milliseconds: performance.now() - at, connection: this.id });
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new ConnectionClosedError(what);
  }
}

/** A savepoint: `commit()` keeps its work in the transaction, `rollback()` undoes it; so does leaving its block. */
export class Savepoint implements AsyncDisposable {
  #open = true;

  constructor(readonly release: () => Promise<void>, readonly undo: () => Promise<void>) {}

  /** Keeps the work as a part of the transaction around it. */
  async commit(): Promise<void> {
    if (!this.#open) throw new TransactionStateError("This savepoint is over: it was committed or rolled back.");
    this.#open = false;
    await this.release();
  }

  /** Undoes the work since the savepoint; the transaction goes on. A second call does nothing. */
  async rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.undo();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }
}
