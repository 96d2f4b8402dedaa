/**
 * A connection without promises: what {@linkcode Connection} does, but each call blocks the thread until the server has
 * answered, so that nothing else happens in between.
 *
 * @module
 */
import { compiled, type Query } from "../kysely/compilable.ts";
import type { RawResult, Statement } from "../engine/driver.ts";
import { SecondUnitOfWorkError } from "../engine/drivers/libpq/one_unit_of_work.ts";
import { encodable } from "../engine/encodable.ts";
import { checkSyncExecuteOptions, checkTransactionOptions, type SyncExecuteOptions } from "../engine/options.ts";
import { encodeParameters } from "../engine/drivers/parameters.ts";
import type { SyncDriverConnection } from "../engine/drivers/sync_driver.ts";
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

/** What a statement is to the transaction. */
interface Role {
  /** The BEGIN that goes ahead of it. */
  readonly ahead?: string | undefined;
  /** That it begins or ends the transaction itself. */
  readonly type?: "begin" | "commit" | "rollback" | undefined;
}

/** What became of a statement. */
interface Outcome extends Role {
  readonly answer: RawResult | undefined;
  readonly error: Error | undefined;
}

/** An open transaction; another one is another object. */
class Transaction {
  /** The error that made the server ignore the rest of it. */
  failure?: Error;
  /** Something in it did more than read. */
  isAwaited = false;
}

/** A connection and its transaction. Made by `connect()` and `begin()` of a {@linkcode SyncEngine}. */
export class SyncConnection implements Disposable {
  readonly #driver: SyncDriverConnection;
  readonly #events: EngineEvents;
  readonly #options: TransactionOptions;
  readonly #release: (isUsable: boolean) => void;
  #transaction: Transaction | undefined;
  #lastSql: string | undefined;
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

  /** The statement that was sent last, if any. */
  get lastSql(): string | undefined {
    return this.#lastSql;
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
   * @param options as of a {@linkcode Connection}; what `onlyReads` is one statement, and no script.
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} what the server reports.
   * @throws {ConnectionLostError} @throws {ConnectionClosedError}
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    options: SyncExecuteOptions = {},
  ): Result<Row> {
    this.#assertOpen("execute a statement");
    checkSyncExecuteOptions(options);
    const { onlyReads = false } = options;
    const statement = compiled(query, parameters);
    const encoded = encodeParameters(statement.parameters, statement.sql);
    const begins = !this.#transaction && this.#options.isolationLevel !== "AUTOCOMMIT";
    const transaction = begins ? this.#transaction = new Transaction() : this.#transaction;
    if (transaction && !onlyReads) transaction.isAwaited = true;
    const sending = { sql: statement.sql, parameters: encoded, isSingle: onlyReads };
    try {
      const ahead = begins ? beginStatement(this.#options) : undefined;
      const raw = this.#send(sending, statement.parameters, { ahead });
      this.#follow(raw, statement.sql);
      return new Result<Row>(raw);
    } catch (error) {
      if (begins && error instanceof SecondUnitOfWorkError) this.#transaction = undefined; // nothing was sent
      else if (error instanceof FailedTransactionError) error.cause ??= transaction?.failure;
      else if (transaction) transaction.failure ??= error as Error;
      throw error;
    }
  }

  /** The rows of a SELECT while they come, through a cursor: as the `stream()` of a {@linkcode Connection}. */
  stream<Row = Record<string, unknown>>(query: Query<Row>, parameters: readonly unknown[] = []): SyncRowStream<Row> {
    const isAutocommit = this.#options.isolationLevel === "AUTOCOMMIT";
    const cursor = { ...encodable(query, parameters), isAutocommit, transaction: () => this.#transaction };
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
    checkTransactionOptions(options);
    if (this.#transaction) throw new TransactionStateError("A transaction is open: commit() or rollback() it first.");
    const { isolationLevel = this.#options.isolationLevel, readOnly = this.#options.readOnly } = options;
    this.#send({ sql: beginStatement({ isolationLevel, readOnly }), parameters: [] }, [], { type: "begin" });
    this.#transaction = new Transaction();
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
    const cause = this.#transaction.failure;
    this.#transaction = undefined;
    const lostBefore = this.#driver.lost !== undefined; // then COMMIT is not even sent
    let answer: RawResult;
    try {
      answer = this.#send({ sql: "COMMIT", parameters: [] }, [], { type: "commit" });
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
    // who listens to events hears of the end before this returns
    const isHeard = this.#events.wants("query") || this.#events.wants("rollback");
    let isUsable = true;
    try {
      if (this.#transaction && !this.#transaction.isAwaited && !isHeard) this.#driver.sendSync("ROLLBACK");
      else this.#rollback();
    } catch {
      isUsable = false; // it is in an unknown state: the engine replaces it
    }
    this.#release(isUsable);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #rollback(): void {
    if (!this.#transaction) return;
    this.#transaction = undefined;
    try {
      this.#send({ sql: "ROLLBACK", parameters: [] }, [], { type: "rollback" });
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error; // else the server rolled back
    }
  }

  /** Keeps up with transactions and savepoints that are controlled by statements. */
  #follow({ command }: RawResult, sql: string): void {
    const toSavepoint = command === "ROLLBACK" && /\bTO\b/i.test(sql);
    if (command === "BEGIN" || command === "START") this.#transaction ??= new Transaction();
    else if (toSavepoint && this.#transaction) this.#transaction.failure = undefined;
    else if (command === "COMMIT" || command === "ROLLBACK") this.#transaction = undefined;
  }

  /** Sends a statement and tells the listeners; the parameters are `shown` as the caller gave them. */
  #send(statement: Statement, shown: readonly unknown[], { ahead, type }: Role): RawResult {
    this.#lastSql = statement.sql;
    if (!this.#events.isHeard) return this.#query(statement, ahead);
    const at = performance.now();
    const sending = [...(ahead ? [{ sql: ahead, parameters: [] }] : []), { sql: statement.sql, parameters: shown }];
    for (const each of sending) this.#events.emit({ type: "send", at, ...each, connection: this.id });
    let answer: RawResult | undefined;
    let error: Error | undefined;
    try {
      return answer = this.#query(statement, ahead);
    } catch (thrown) {
      throw error = thrown as Error;
    } finally {
      this.#tell(at, statement.sql, shown, { ahead, type, answer, error });
    }
  }

  /** Tells the listeners what became of a statement, and of the BEGIN that went ahead of it. */
  #tell(at: number, sql: string, parameters: readonly unknown[], { ahead, type, answer, error }: Outcome): void {
    const time = { ...since(at), connection: this.id };
    const isAnswer = error instanceof DatabaseError; // the server had got as far as that
    const failure = error ? { error } : {};
    if (ahead) {
      const begun = { sql: ahead, parameters: [], rowCount: 0, ...(isAnswer ? {} : failure) };
      this.#events.emit({ type: "query", ...time, ...begun });
      if (!error || isAnswer) this.#events.emit({ type: "begin", ...time });
    }
    this.#events.emit({ type: "query", ...time, sql, parameters, rowCount: answer?.rowCount ?? 0, ...failure });
    const failed = isAnswer || answer?.command === "ROLLBACK"; // a COMMIT may end so too
    const became = type === "commit" && failed ? "rollback" : answer && type;
    if (became) this.#events.emit({ type: became, ...time });
  }

  /** Outside a transaction a stale statement has done nothing, and is sent again. */
  #query(statement: Statement, ahead?: string): RawResult {
    try {
      return this.#driver.querySync(statement, ahead);
    } catch (error) {
      if (error instanceof StaleStatementError && !this.#transaction) return this.#driver.querySync(statement);
      throw error;
    }
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new ConnectionClosedError(what);
  }
}
