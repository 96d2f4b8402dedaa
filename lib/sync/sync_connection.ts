/**
 * A connection without promises: what {@linkcode Connection} does, but each call blocks the thread until the server has
 * answered, so that nothing else happens in between.
 *
 * @module
 */
import { compiled, type Query } from "../kysely/compilable.ts";
import type { RawResult, Statement, SyncDriverConnection } from "../engine/driver.ts";
import { encodeParameters } from "../engine/drivers/parameters.ts";
import {
  CommitOutcomeUnknownError,
  ConnectionClosedError,
  ConnectionLostError,
  DatabaseError,
  FailedTransactionError,
  StaleStatementError,
  TransactionStateError,
} from "../engine/errors.ts";
import { type EngineEvents, since } from "../engine/events.ts";
import { Result } from "../engine/result.ts";
import { syncCursorAnswers } from "../stream/cursor.ts";
import { SyncRowStream } from "../stream/row_stream.ts";
import { beginStatement, type TransactionOptions } from "../engine/transaction_options.ts";

/** A connection and its transaction. Made by `connect()` and `begin()` of a {@linkcode SyncEngine}. */
export class SyncConnection implements Disposable {
  readonly #driver: SyncDriverConnection;
  readonly #events: EngineEvents;
  readonly #options: TransactionOptions;
  readonly #release: (isUsable: boolean) => void;
  /** The open transaction: another one is another object. */
  #transaction: object | undefined;
  /** The error that made the server ignore the rest of the transaction. */
  #failure: Error | undefined;
  #closed = false;

  /** @param id its number in the events; @param release gives the connection back to its engine. */
  constructor(
    readonly id: number,
    driver: SyncDriverConnection,
    events: EngineEvents,
    options: TransactionOptions,
    release: (isUsable: boolean) => void,
  ) {
    this.#driver = driver;
    this.#events = events;
    this.#options = options;
    this.#release = release;
  }

  /** The process id of the server process, as `pg_backend_pid()` gives it. */
  get backendPid(): number {
    return this.#driver.backendPid;
  }

  /** True from the first statement, or `begin()`, to `commit()` or `rollback()`. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /**
   * Runs a statement, in a transaction that begins by itself with the first one.
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely, its `sql` templates too. Several statements in one text need to be without
   * parameters; the result is that of the last.
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} what the server reports.
   * @throws {ConnectionLostError} @throws {ConnectionClosedError}
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
  ): Result<Row> {
    this.#assertOpen("execute a statement");
    const statement = compiled(query, parameters);
    const encoded = encodeParameters(statement.parameters, statement.sql);
    if (!this.#transaction && this.#options.isolationLevel !== "AUTOCOMMIT") this.begin();
    const inTransaction = this.#transaction;
    try {
      const raw = this.#send(statement.sql, encoded, statement.parameters);
      this.#follow(raw, statement.sql);
      return new Result<Row>(raw);
    } catch (error) {
      if (error instanceof FailedTransactionError) error.cause ??= this.#failure;
      else if (inTransaction) this.#failure ??= error as Error;
      throw error;
    }
  }

  /** The rows of a SELECT while they come, through a cursor: as the `stream()` of a {@linkcode Connection}. */
  stream<Row = Record<string, unknown>>(query: Query<Row>, parameters: readonly unknown[] = []): SyncRowStream<Row> {
    const isAutocommit = this.#options.isolationLevel === "AUTOCOMMIT";
    const cursor = { ...compiled(query, parameters), isAutocommit, transaction: () => this.#transaction };
    const answers = (size: number) => syncCursorAnswers<Result<Row>>(this, { ...cursor, size });
    return new SyncRowStream(answers, (answer) => answer.all());
  }

  /**
   * Begins a transaction now, rather than with the first statement; on an AUTOCOMMIT connection the only way to have one.
   *
   * @param options what is missing is as `connect()` was told.
   * @throws {TransactionStateError} when one is open.
   */
  begin(options: TransactionOptions = {}): void {
    this.#assertOpen("begin a transaction");
    if (this.#transaction) throw new TransactionStateError("A transaction is open: commit() or rollback() it first.");
    const { isolationLevel = this.#options.isolationLevel, readOnly = this.#options.readOnly } = options;
    this.#send(beginStatement({ isolationLevel, readOnly }), [], [], "begin");
    this.#transaction = {};
  }

  /**
   * Makes the work of the transaction permanent. Without a transaction it does nothing.
   *
   * @throws {FailedTransactionError} when an earlier statement failed: the server rolled everything back.
   * @throws {DatabaseError} when a check made at the end fails, such as that of a deferred constraint.
   * @throws {CommitOutcomeUnknownError} when the connection broke while the server worked on it.
   */
  commit(): void {
    this.#assertOpen("commit");
    if (!this.#transaction) return;
    const cause = this.#end();
    const lostBefore = this.#driver.lost !== undefined; // then COMMIT is not even sent
    let answer: RawResult;
    try {
      answer = this.#send("COMMIT", [], [], "commit");
    } catch (error) {
      const unknown = error instanceof ConnectionLostError && !lostBefore;
      throw unknown ? new CommitOutcomeUnknownError({ cause: error }) : error;
    }
    if (answer.command === "COMMIT") return;
    const message = "nothing was committed: an earlier statement of this transaction failed";
    throw new FailedTransactionError({ sqlstate: "25P02", message }, "COMMIT", { cause });
  }

  /** Undoes the work of the transaction. Without a transaction it does nothing. */
  rollback(): void {
    this.#assertOpen("roll back");
    this.#rollback();
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    let isUsable = true;
    try {
      this.#rollback();
    } catch {
      isUsable = false; // it is in an unknown state: the engine replaces it
    }
    this.#release(isUsable && !this.#driver.lost);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #rollback(): void {
    if (!this.#transaction) return;
    this.#end();
    try {
      if (!this.#driver.lost) this.#send("ROLLBACK", [], [], "rollback");
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error; // else the server rolled back
    }
  }

  /** The transaction is over. @returns why it had failed, if it had. */
  #end(): Error | undefined {
    const failure = this.#failure;
    this.#transaction = undefined;
    this.#failure = undefined;
    return failure;
  }

  /** Keeps up with transactions and savepoints that are controlled by statements. */
  #follow({ command }: RawResult, sql: string): void {
    if (command === "BEGIN" || command === "START") this.#transaction ??= {};
    else if (command === "ROLLBACK" && /\bTO\b/i.test(sql)) this.#failure = undefined;
    else if (command === "COMMIT" || command === "ROLLBACK") this.#end();
  }

  /** Sends a statement and tells the listeners; the parameters are `shown` as the caller gave them. */
  #send(
    sql: string,
    parameters: readonly (string | null)[],
    shown: readonly unknown[],
    transaction?: "begin" | "commit" | "rollback",
  ): RawResult {
    const sending = { sql, parameters: shown, connection: this.id };
    if (this.#events.wants("send")) this.#events.emit({ type: "send", at: performance.now(), ...sending });
    const at = performance.now();
    let answer: RawResult | undefined;
    let error: Error | undefined;
    try {
      return answer = this.#query({ sql, parameters });
    } catch (thrown) {
      throw error = thrown as Error;
    } finally {
      const time = { ...since(at), connection: this.id };
      const rowCount = answer?.rowCount ?? 0;
      this.#events.emit({ type: "query", ...time, ...sending, rowCount, ...(error ? { error } : {}) });
      const failed = error instanceof DatabaseError || answer?.command === "ROLLBACK"; // a COMMIT may end so too
      const type = transaction === "commit" && failed ? "rollback" : answer && transaction;
      if (type) this.#events.emit({ type, ...time });
    }
  }

  /** Outside a transaction a stale statement has done nothing, and is sent again. */
  #query(statement: Statement): RawResult {
    try {
      return this.#driver.querySync(statement);
    } catch (error) {
      if (error instanceof StaleStatementError && !this.#transaction) return this.#driver.querySync(statement);
      throw error;
    }
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new ConnectionClosedError(what);
  }
}
