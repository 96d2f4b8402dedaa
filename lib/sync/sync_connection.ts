/**
 * A blocking connection: like {@linkcode Connection}, but each call blocks the thread until the result arrives, so that
 * nothing else runs in between.
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

/** The state in which a connection is returned. */
export interface Return {
  readonly isUsable: boolean;
  /** True while the result of its last ROLLBACK is outstanding. */
  readonly isEnding: boolean;
}

/** The result of a BEGIN that was sent together with a statement and succeeded. */
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

  /**
   * @ignore
   * @param id its number in events.
   * @param release returns the connection to its engine.
   */
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

  /** The process id of the server process, as `pg_backend_pid()` returns it. */
  get backendPid(): number {
    return this.#driver.backendPid;
  }

  /** The last statement sent, if any. */
  get lastSql(): string | undefined {
    return this.#lastSql;
  }

  /** True while a transaction is open, begun implicitly, by `begin()` or by a statement. */
  get inTransaction(): boolean {
    return this.#state.current !== undefined;
  }

  /**
   * Executes a statement. The first one begins a transaction.
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely, including `sql` templates. A text with several statements
   * takes no parameters; the result is that of the last.
   * @param options as for a {@linkcode Connection}, without `signal`, which a blocked thread cannot receive. A query
   * with `onlyReads` is a single statement.
   * @throws {EncodingError} before anything is sent, when a parameter cannot be sent.
   * @throws {DatabaseError} when the server reports an error.
   * @throws {AnswerTimeoutError} when `timeout`, or by default `commandTimeout`, expires.
   * @throws {CopyNotSupportedError} for COPY from or to the client.
   * @throws {ConnectionLostError} when the connection breaks.
   * @throws {ConnectionClosedError} after `close()`.
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

  /** Streams the rows of a SELECT through a cursor, as the `stream()` of a {@linkcode Connection} does. */
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
   * Begins a transaction explicitly rather than with the first statement; required on an AUTOCOMMIT connection.
   *
   * @param options default to those of `connect()`.
   * @throws {TransactionStateError} when a transaction is open.
   * @throws {AnswerTimeoutError} when the timeout expires.
   */
  begin(options: TransactionOptions & SyncLimitOptions = {}): void {
    this.#assertOpen("begin a transaction");
    checkOptions("begin()", options, SYNC_BEGIN);
    this.#control(this.#state.begin(options), "begin", this.#state.current!, options.timeout);
  }

  /**
   * Sets a savepoint, as the `beginNested()` of a {@linkcode Connection} does.
   *
   * ```ts ignore
   * using savepoint = connection.beginNested(); // rolled back at the end of the block …
   * savepoint.commit();                         // … unless committed
   * ```
   */
  beginNested(options: SyncLimitOptions = {}): SyncSavepoint {
    this.#assertOpen("set a savepoint");
    checkOptions("beginNested()", options, SYNC_LIMIT);
    const execute = (sql: string, limits: SyncLimitOptions) => this.execute(sql, [], limits);
    return new SyncSavepoint(runBlocking(this.#state.savepoint(execute, options)));
  }

  /**
   * Commits the transaction. Without a transaction it has no effect.
   *
   * @throws {FailedTransactionError} when an earlier statement failed: the server rolled back.
   * @throws {DatabaseError} when a check at COMMIT fails, such as that of a deferred constraint.
   * @throws {CommitOutcomeUnknownError} when the connection breaks, or the timeout expires, during COMMIT.
   * @throws {AnswerTimeoutError} when the server cancelled COMMIT in time: nothing was committed.
   */
  commit(options: SyncLimitOptions = {}): void {
    this.#assertOpen("commit");
    checkOptions("commit()", options, SYNC_LIMIT);
    runBlocking(this.#state.commit((...control) => this.#control(...control, options.timeout)));
  }

  /**
   * Rolls back the transaction. Without a transaction it has no effect.
   *
   * @throws {AnswerTimeoutError} when the timeout expires.
   */
  rollback(options: SyncLimitOptions = {}): void {
    this.#assertOpen("roll back");
    checkOptions("rollback()", options, SYNC_LIMIT);
    this.#rollback(options.timeout);
  }

  /** Rolls back uncommitted work and returns the connection. A second call has no effect. */
  close(options: SyncLimitOptions = {}): void {
    if (this.#closed) return;
    checkOptions("close()", options, SYNC_LIMIT);
    this.#closed = true;
    // listeners must receive the end of the transaction before this call returns
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
      isUsable = false; // its state is unknown: the engine replaces it
    }
    this.#release({ isUsable, isEnding });
  }

  /** Calls `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #rollback(timeout: number | undefined): void {
    if (!this.#state.current) return;
    runBlocking(this.#state.rollback((...control) => this.#control(...control, timeout)));
  }

  /** Returns the timeout of a statement in milliseconds; `undefined` for none. */
  #timeout(requested: number | undefined): number | undefined {
    const timeout = requested ?? this.#options.commandTimeout;
    return timeout < Infinity ? timeout : undefined;
  }

  /** Sends a statement that begins or ends a transaction. */
  #control(sql: string, role: Role, transaction: Transaction, timeout: number | undefined): RawResult {
    return this.#send({ sql, parameters: [], timeout: this.#timeout(timeout) }, [], { role }, transaction);
  }

  /**
   * Sends a statement.
   *
   * @param shown the parameters before encoding, for listeners.
   * @param how its role in the transaction, or the BEGIN to send ahead of it.
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
      // an error of the statement means that the server executed the BEGIN before it
      const hasBegun = !failure || failure instanceof DatabaseError;
      beginReport?.end(hasBegun ? BEGUN : undefined, hasBegun ? undefined : failure);
      ownReport?.end(answer, failure);
      this.#state.answered(transaction, failure);
    }
  }

  #query(written: Statement, ahead: string | undefined, transaction: Transaction | undefined): RawResult {
    const { comment } = this.#options;
    const statement = comment ? { ...written, comment: comment() } : written;
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
