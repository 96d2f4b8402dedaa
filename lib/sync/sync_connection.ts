/**
 * A connection without promises: what {@linkcode Connection} does, but each call blocks the thread until the server has
 * answered, so that nothing else happens in between.
 *
 * @module
 */
import { compiled, type Query } from "../engine/kysely/compilable.ts";
import type { RawResult, Statement } from "../engine/driver.ts";
import { encodable } from "../engine/encodable.ts";
import { checkOptions } from "../engine/check_options.ts";
import { SYNC_BEGIN, SYNC_EXECUTE, SYNC_LIMIT } from "../engine/option_kinds.ts";
import type { ConnectionOptions, SyncExecuteOptions, SyncLimitOptions } from "../engine/options.ts";
import { encodeParameters } from "../values/parameters.ts";
import type { SyncDriverConnection } from "../engine/sync_driver.ts";
import { ConnectionClosedError, DatabaseError } from "../engine/errors.ts";
import type { EngineEvents } from "../engine/events.ts";
import { Result } from "../engine/result.ts";
import { SyncSavepoint } from "../engine/savepoint.ts";
import { runBlocking } from "../engine/steps.ts";
import { syncCursorAnswers } from "../engine/cursor.ts";
import { SyncRowStream } from "../engine/row_stream.ts";
import { type Role, StatementReport } from "../engine/statement_report.ts";
import { type Transaction, TransactionState } from "../engine/transaction.ts";
import type { TransactionOptions } from "../engine/transaction_options.ts";

/** In what state a connection is given back. */
export interface Return {
  readonly isUsable: boolean;
  /** True while the end of its last transaction is on its way. */
  readonly isEnding: boolean;
}

/** Reports a BEGIN that went ahead and was carried out. */
const BEGUN = { command: "BEGIN", rowCount: 0 };

/** A connection and its transaction. Made by `connect()` and `begin()` of a {@linkcode SyncEngine}. */
export class SyncConnection implements Disposable {
  readonly #driver: SyncDriverConnection;
  readonly #events: EngineEvents;
  readonly #options: ConnectionOptions;
  readonly #state: TransactionState;
  readonly #release: (how: Return) => void;
  #lastSql: string | undefined;
  #closed = false;

  /** @param id its number in the events; @param release gives the connection back to its engine. */
  constructor(
    readonly id: number,
    driver: SyncDriverConnection,
    events: EngineEvents,
    options: ConnectionOptions,
    release: (how: Return) => void,
  ) {
    this.#driver = driver;
    this.#events = events;
    this.#options = options;
    this.#state = new TransactionState({ driver, underWay: 0 }, options);
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

  /** True when a transaction is open: it began by itself, with `begin()` or with a statement of its own. */
  get inTransaction(): boolean {
    return this.#state.current !== undefined;
  }

  /**
   * Runs a statement, in a transaction that begins by itself with the first one.
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely, its `sql` templates too. Several statements in one text need to be without
   * parameters; the result is that of the last.
   * @param options as of a {@linkcode Connection}, without `signal`: none is heard while the thread is blocked. What
   * `onlyReads` is one statement, and no script.
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} what the server reports.
   * @throws {AnswerTimeoutError} when `timeout`, or else `commandTimeout`, is over.
   * @throws {CopyNotSupportedError} @throws {ConnectionLostError} @throws {ConnectionClosedError}
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    options: SyncExecuteOptions = {},
  ): Result<Row> {
    this.#assertOpen("execute a statement");
    checkOptions("execute()", options, SYNC_EXECUTE);
    const { onlyReads = false, timeout } = options;
    const statement = compiled(query, parameters);
    const encoded = encodeParameters(statement.parameters, statement.sql);
    const ahead = this.#state.beforeStatement(onlyReads);
    const sending = { sql: statement.sql, parameters: encoded, isSingle: onlyReads, timeout: this.#timeout(timeout) };
    return new Result<Row>(this.#send(sending, statement.parameters, { ahead }));
  }

  /** The rows of a SELECT while they come, through a cursor: as the `stream()` of a {@linkcode Connection}. */
  stream<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    options: SyncLimitOptions = {},
  ): SyncRowStream<Row> {
    checkOptions("stream()", options, SYNC_LIMIT);
    const { isAutocommit } = this.#state;
    const cursor = { ...encodable(query, parameters), isAutocommit, transaction: () => this.#state.current };
    const answers = (size: number) => syncCursorAnswers<Result<Row>>(this, { ...cursor, size }, options);
    return new SyncRowStream(answers, (answer) => answer.all());
  }

  /**
   * Begins a transaction now, rather than with the first statement; on an AUTOCOMMIT connection the only way to have one.
   *
   * @param options what is missing is as `connect()` was told.
   * @throws {TransactionStateError} when one is open. @throws {AnswerTimeoutError}
   */
  begin(options: TransactionOptions & SyncLimitOptions = {}): void {
    this.#assertOpen("begin a transaction");
    checkOptions("begin()", options, SYNC_BEGIN);
    this.#control(this.#state.begin(options), "begin", this.#state.current!, options.timeout);
  }

  /**
   * Marks a point to which the transaction can be rolled back, as the `beginNested()` of a {@linkcode Connection}.
   *
   * ```ts ignore
   * using savepoint = connection.beginNested(); // rolled back at the end of the block …
   * savepoint.commit();                         // … unless it was kept
   * ```
   */
  beginNested(options: SyncLimitOptions = {}): SyncSavepoint {
    this.#assertOpen("set a savepoint");
    checkOptions("beginNested()", options, SYNC_LIMIT);
    const execute = (sql: string, limits: SyncLimitOptions) => this.execute(sql, [], limits);
    return new SyncSavepoint(runBlocking(this.#state.savepoint(execute, options)));
  }

  /**
   * Makes the work of the transaction permanent. Without a transaction it does nothing.
   *
   * @throws {FailedTransactionError} when an earlier statement failed: the server rolled everything back.
   * @throws {DatabaseError} when a check made at the end fails, such as that of a deferred constraint.
   * @throws {CommitOutcomeUnknownError} when the connection broke while the server worked on it, or its time was over.
   * @throws {AnswerTimeoutError} when the server has cancelled it in time: nothing was committed.
   */
  commit(options: SyncLimitOptions = {}): void {
    this.#assertOpen("commit");
    checkOptions("commit()", options, SYNC_LIMIT);
    runBlocking(this.#state.commit((...control) => this.#control(...control, options.timeout)));
  }

  /** Undoes the work of the transaction. Without a transaction it does nothing. @throws {AnswerTimeoutError} */
  rollback(options: SyncLimitOptions = {}): void {
    this.#assertOpen("roll back");
    checkOptions("rollback()", options, SYNC_LIMIT);
    this.#rollback(options.timeout);
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  close(options: SyncLimitOptions = {}): void {
    if (this.#closed) return;
    checkOptions("close()", options, SYNC_LIMIT);
    this.#closed = true;
    // who listens to events hears of the end before this returns
    const isHeard = this.#events.wants("query") || this.#events.wants("rollback");
    const timeout = options.timeout ?? this.#options.closeTimeout;
    let [isUsable, isEnding] = [true, false];
    try {
      if (this.#state.hasOnlyRead && !isHeard) {
        this.#state.end();
        this.#driver.sendSync("ROLLBACK", this.#timeout(timeout));
        isEnding = true;
      } else {
        this.#rollback(timeout);
        isUsable = this.#state.current === undefined;
      }
    } catch {
      isUsable = false; // it is in an unknown state: the engine replaces it
    }
    this.#release({ isUsable, isEnding });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #rollback(timeout: number | undefined): void {
    if (!this.#state.current) return;
    runBlocking(this.#state.rollback((...control) => this.#control(...control, timeout)));
  }

  /** Milliseconds that a statement may take; `undefined` is for ever. */
  #timeout(asked: number | undefined): number | undefined {
    const timeout = asked ?? this.#options.commandTimeout;
    return timeout < Infinity ? timeout : undefined;
  }

  /** Sends what begins or ends a transaction. */
  #control(sql: string, role: Role, transaction: Transaction, timeout: number | undefined): RawResult {
    return this.#send({ sql, parameters: [], timeout: this.#timeout(timeout) }, [], { role }, transaction);
  }

  /**
   * Sends a statement.
   *
   * @param shown the parameters as the caller gave them, for the listeners. @param how what it is to the transaction, or
   * the BEGIN that goes ahead of it.
   */
  #send(
    statement: Statement,
    shown: readonly unknown[],
    { role, ahead }: { readonly role?: Role; readonly ahead?: string | undefined },
    transaction: Transaction | undefined = this.#state.current,
  ): RawResult {
    this.#lastSql = statement.sql;
    this.#state.sent();
    const report = (sql: string, parameters: readonly unknown[], role?: Role) =>
      this.#events.isHeard ? new StatementReport(this.#events, this.id, { sql, parameters }, role) : undefined;
    const beginReport = ahead === undefined ? undefined : report(ahead, [], "begin");
    const ownReport = report(statement.sql, shown, role);
    let answer: RawResult | undefined;
    let failure: Error | undefined;
    try {
      return answer = this.#query(statement, ahead, transaction);
    } catch (error) {
      throw failure = error as Error;
    } finally {
      const hasBegun = !failure || failure instanceof DatabaseError; // the server had got as far as that
      beginReport?.end(hasBegun ? BEGUN : undefined, hasBegun ? undefined : failure);
      ownReport?.end(answer, failure);
      this.#state.answered(transaction, failure);
    }
  }

  #query(statement: Statement, ahead: string | undefined, transaction: Transaction | undefined): RawResult {
    try {
      return this.#driver.querySync(statement, ahead);
    } catch (error) {
      if (this.#state.canRepeat(error, transaction)) return this.#driver.querySync(statement);
      throw error;
    }
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new ConnectionClosedError(what);
  }
}
