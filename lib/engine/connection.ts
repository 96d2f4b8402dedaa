/**
 * Connections checked out from the pool, with their transaction. As in SQLAlchemy 2 a transaction begins automatically
 * with the first statement and lasts until `commit()` or `rollback()`; `close()` rolls back uncommitted changes.
 *
 * @module
 */
import { compiled, type Query } from "./kysely/compilable.ts";
import type { RawResult, Statement } from "./driver.ts";
import { CommitOutcomeUnknownError, ConnectionClosedError } from "./errors.ts";
import type { EngineEvents } from "./events.ts";
import { encodeParameters } from "../values/parameters.ts";
import { encodable } from "./encodable.ts";
import { cursorAnswers, type StreamArguments } from "./cursor.ts";
import { RowStream } from "./row_stream.ts";
import { answerWithin, Limit, type LimitedConnection, type LimitOptions } from "./limit.ts";
import { checkOptions } from "./check_options.ts";
import { BEGIN, EXECUTE, LIMIT, SYNC_LIMIT } from "./option_kinds.ts";
import type { ConnectionOptions } from "./options.ts";
import type { PooledConnection } from "./pooled_connection.ts";
import { Result } from "./result.ts";
import { Savepoint } from "./savepoint.ts";
import { runAwaiting } from "./steps.ts";
import { type Role, StatementReport } from "./statement_report.ts";
import { type Transaction, TransactionState } from "./transaction.ts";
import type { TransactionOptions } from "./transaction_options.ts";
import { mayGoUnawaited } from "./unawaited.ts";

export type { Compilable, Query } from "./kysely/compilable.ts";
export type { Savepoint } from "./savepoint.ts";
export type { IsolationLevel, TransactionOptions } from "./transaction_options.ts";

/** Options of a statement. */
export interface ExecuteOptions extends LimitOptions {
  /**
   * True if the statement changes nothing and takes no lock: when a transaction of such statements is rolled back,
   * nobody needs to wait for it.
   */
  readonly onlyReads?: boolean;
}

/** A settled promise: no statement precedes. */
const SETTLED: Promise<unknown> = Promise.resolve();

/**
 * Returns a connection to its pool.
 *
 * @param limit milliseconds to wait until the pool has reset or closed it.
 */
type Release = (connection: PooledConnection, limit: number | undefined) => Promise<void>;

/** A connection and its transaction. Created by `engine.connect()` and `engine.begin()`. */
export class Connection implements AsyncDisposable {
  readonly #pooled: PooledConnection;
  readonly #events: EngineEvents;
  readonly #options: ConnectionOptions;
  readonly #state: TransactionState;
  readonly #release: Release;
  /** The answer to the last statement: once it is settled, so are all earlier ones. */
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @ignore */
  constructor(pooled: PooledConnection, events: EngineEvents, options: ConnectionOptions, release: Release) {
    this.#pooled = pooled;
    this.#events = events;
    this.#options = options;
    this.#state = new TransactionState(pooled, options);
    this.#release = release;
  }

  /** Number of the pooled connection, as in the engine's events. */
  get id(): number {
    return this.#pooled.id;
  }

  /** Process ID of the server process, as returned by `pg_backend_pid()`. */
  get backendPid(): number {
    return this.#pooled.driver.backendPid;
  }

  /**
   * True from the first statement, or `begin()`, to `commit()` or `rollback()`. Statements may also begin and end a
   * transaction: whenever none is in flight, this is the status reported by the server.
   */
  get inTransaction(): boolean {
    return this.#state.current !== undefined;
  }

  /**
   * Runs a statement. It is sent immediately: statements started without awaiting earlier ones are pipelined.
   *
   * ```ts ignore
   * const result = await connection.execute<{ name: string }>("SELECT name FROM heroes WHERE id = $1", [id]);
   * result.scalarOneOrNone();
   * ```
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely, including its `sql` templates. Several statements in one
   * text are possible without parameters; the result is that of the last.
   * @param options `signal` and `timeout` (milliseconds; default: `commandTimeout` of the connection or engine) limit
   * the wait: the statement is cancelled on the server, and if the server does not answer, the connection is dropped.
   * @throws {EncodingError} before anything is sent.
   * @throws {DatabaseError} reported by the server.
   * @throws {AnswerTimeoutError}
   * @throws the signal's reason
   * @throws {CopyNotSupportedError}
   * @throws {ConnectionLostError}
   * @throws {ConnectionClosedError}
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    options: ExecuteOptions = {},
  ): Promise<Result<Row>> {
    return mayGoUnawaited(this.#execute<Row>(query, parameters, options));
  }

  /**
   * Streams the rows of a query through a cursor, so that they are never all in memory.
   *
   * ```ts ignore
   * for await (const { name } of connection.stream<{ name: string }>("SELECT name FROM heroes")) console.log(name);
   * for await (const rows of connection.stream("SELECT * FROM heroes").partitions(500)) console.log(rows.length);
   * ```
   *
   * @param query a SELECT, TABLE or VALUES: PostgreSQL has cursors only for these.
   * @throws {TypeError} immediately, for invalid arguments.
   * @throws {EncodingError} immediately.
   * @throws inside the loop, the errors of `execute()`.
   * @throws {TransactionStateError} if the transaction ends before the loop.
   */
  stream<Row = Record<string, unknown>>(...[query, parameters, options]: StreamArguments<Row>): RowStream<Row> {
    if (options) checkOptions("stream()", options, LIMIT);
    const { isAutocommit } = this.#state;
    const cursor = { ...encodable(query, parameters), isAutocommit, transaction: () => this.#state.current };
    const answers = (size: number) => cursorAnswers<Result<Row>>(this, { ...cursor, size }, options);
    return new RowStream(answers, (answer) => answer.all());
  }

  /**
   * Begins a transaction now instead of with the first statement; on an AUTOCOMMIT connection this is the only way to
   * have one.
   *
   * @param options override those of `connect()`.
   * @throws {TransactionStateError} if a transaction is open.
   * @throws {AnswerTimeoutError}
   * @throws the signal's reason
   */
  async begin(options: TransactionOptions & LimitOptions = {}): Promise<void> {
    this.#assertOpen("begin a transaction");
    checkOptions("begin()", options, BEGIN);
    const limit = this.#limitOf(options);
    limit?.throwIfAborted();
    await this.#control(this.#state.begin(options), "begin", this.#state.current!, limit);
  }

  /**
   * Sets a savepoint, to which the transaction can be rolled back.
   *
   * ```ts ignore
   * await using savepoint = await connection.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                               // … unless it was kept
   * ```
   */
  async beginNested(options: LimitOptions = {}): Promise<Savepoint> {
    this.#assertOpen("set a savepoint");
    checkOptions("beginNested()", options, LIMIT);
    const execute = (sql: string, limits: LimitOptions) => this.#execute(sql, [], limits);
    return new Savepoint(await runAwaiting(this.#state.savepoint(execute, options)));
  }

  /**
   * Commits the transaction. Without a transaction it does nothing.
   *
   * @throws {FailedTransactionError} if an earlier statement failed: the server rolled back everything.
   * @throws {DatabaseError} if a check at the end fails, such as that of a deferred constraint.
   * @throws {CommitOutcomeUnknownError} if the connection broke, or the time was over, while the server processed
   * COMMIT.
   * @throws {AnswerTimeoutError} if the server cancelled COMMIT: nothing was committed.
   * @throws the signal's reason, likewise.
   */
  async commit(options: LimitOptions = {}): Promise<void> {
    this.#assertOpen("commit");
    checkOptions("commit()", options, LIMIT);
    const limit = this.#limitOf(options);
    limit?.throwIfAborted();
    if (!this.#state.current) await this.#settled(limit);
    await runAwaiting(this.#state.commit((sql, role, transaction) => this.#control(sql, role, transaction, limit)));
  }

  /**
   * Rolls back the transaction. Without a transaction it does nothing.
   *
   * @throws {AnswerTimeoutError} if ROLLBACK was not answered: the server rolls back by itself, as with a lost
   * connection.
   * @throws the signal's reason, likewise.
   */
  async rollback(options: LimitOptions = {}): Promise<void> {
    this.#assertOpen("roll back");
    checkOptions("rollback()", options, LIMIT);
    options.signal?.throwIfAborted();
    await this.#rollback(Limit.of(options, this.#options.commandTimeout));
  }

  /**
   * Makes the pool close the connection instead of keeping it once it is returned, like SQLAlchemy's `invalidate()`.
   */
  invalidate(): void {
    this.#pooled.discard = true;
  }

  /**
   * Rolls back uncommitted changes and returns the connection to the pool. A second call does nothing.
   *
   * @param options `timeout`: milliseconds (default: `connectTimeout` of the engine) until an unanswered connection is
   * dropped. It includes the time the pool takes, for example for `resetOnReturn`, which continues in the background
   * when the time is over.
   */
  async close(options: Pick<LimitOptions, "timeout"> = {}): Promise<void> {
    if (this.#closed) return;
    checkOptions("close()", options, SYNC_LIMIT);
    this.#closed = true;
    const limit = Limit.of(options, this.#options.closeTimeout);
    // after reads alone the ROLLBACK travels ahead of the next holder's statements, unawaited: to take and close a
    // connection is one round trip instead of two, 0.8 times as long; at a distance of 1 ms half as long
    const endsInBackground = this.#state.hasOnlyRead && !this.#reportsEnd;
    const ended = this.#end(limit);
    if (endsInBackground) this.#pooled.ending = ended;
    else await ended;
    await this.#release(this.#pooled, limit?.left);
  }

  /** Calls `close()` at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #execute<Row>(
    query: Query,
    parameters: readonly unknown[],
    options: ExecuteOptions,
  ): Promise<Result<Row>> {
    this.#assertOpen("execute a statement");
    checkOptions("execute()", options, EXECUTE);
    const { onlyReads = false } = options;
    const limit = this.#limitOf(options);
    limit?.throwIfAborted();
    const statement = compiled(query, parameters);
    const encoded = encodeParameters(statement.parameters, statement.sql);
    const limited = limit && this.#limited(this.#lastAnswer);
    const beginSql = this.#state.beforeStatement(onlyReads);
    const begin = beginSql === undefined
      ? undefined
      : mayGoUnawaited(this.#send({ sql: beginSql, parameters: [], timeout: limit?.left }, [], "begin"));
    if (limited) limited.preceding = this.#lastAnswer;
    const sending = { sql: statement.sql, parameters: encoded, isSingle: onlyReads, timeout: limit?.left };
    const answer = this.#send(sending, statement.parameters);
    const raw = await (limited ? answerWithin(answer, limit!, limited, statement.sql) : answer);
    await begin;
    return new Result<Row>(raw);
  }

  /** Returns the time limit of a call, if there is one. */
  #limitOf({ signal, timeout }: LimitOptions): Limit | undefined {
    const { commandTimeout, commandSignal } = this.#options;
    return Limit.of({ signal: signal ?? commandSignal, timeout }, commandTimeout);
  }

  /**
   * Returns the connection as the target of a limited call.
   *
   * @param sentBefore the answer to the statements sent before.
   */
  #limited(sentBefore: Promise<unknown>): LimitedConnection & { preceding: Promise<unknown> } {
    const earlier = this.#closed ? SETTLED : sentBefore; // close() does not wait for the longer limits of other calls
    return {
      otherCalls: earlier,
      preceding: earlier,
      cancel: () => {
        this.#pooled.discard = true; // a late request would cancel a statement of the next holder
        return this.#pooled.driver.cancel();
      },
      drop: (reason) => this.#pooled.driver.drop(reason),
    };
  }

  /** Sends BEGIN, COMMIT or ROLLBACK and waits for the answer. */
  #control(sql: string, role: Role, transaction: Transaction, limit: Limit | undefined): Promise<RawResult> {
    const limited = limit && this.#limited(this.#lastAnswer);
    const answer = this.#send({ sql, parameters: [], timeout: limit?.left }, [], role, transaction);
    const unanswered = role === "commit" ? (cause: unknown) => new CommitOutcomeUnknownError({ cause }) : undefined;
    return limited ? answerWithin(answer, limit!, limited, sql, unanswered) : answer;
  }

  async #rollback(limit: Limit | undefined): Promise<void> {
    if (!this.#state.current) await this.#settled(limit);
    await runAwaiting(this.#state.rollback((sql, role, transaction) => this.#control(sql, role, transaction, limit)));
  }

  /** True if listeners expect the events of a ROLLBACK before `close()` returns. */
  get #reportsEnd(): boolean {
    return this.#events.wants("query") || this.#events.wants("rollback");
  }

  /** Rolls back the open transaction; without one, waits for the statements in flight, so that the next holder does not. */
  async #end(limit: Limit | undefined): Promise<void> {
    try {
      await this.#rollback(limit);
      if (this.#state.current) this.#pooled.discard = true; // by the server's report a transaction is still open
    } catch {
      this.#pooled.discard = true; // its state is unknown: the pool replaces it
    }
  }

  /** Waits until all statements are answered: by then the server has reported whether a transaction is open. */
  async #settled(limit: Limit | undefined): Promise<void> {
    const settle = async () => {
      let last: Promise<unknown>;
      do {
        last = this.#lastAnswer;
        await last.catch(() => {});
      } while (last !== this.#lastAnswer);
    };
    const settled = settle();
    await (limit && this.#pooled.underWay > 0 ? answerWithin(settled, limit, this.#limited(settled)) : settled);
  }

  /**
   * Sends a statement after those already sent.
   *
   * @param shown the parameters as the caller passed them, for listeners.
   * @param role of the statement in its transaction.
   */
  #send(
    statement: Statement,
    shown: readonly unknown[] = [],
    role?: Role,
    transaction: Transaction | undefined = this.#state.current,
  ): Promise<RawResult> {
    const answer = this.#answer(statement, shown, role, transaction);
    this.#lastAnswer = answer;
    return answer;
  }

  async #answer(
    statement: Statement,
    parameters: readonly unknown[],
    role: Role | undefined,
    transaction: Transaction | undefined,
  ): Promise<RawResult> {
    const { driver } = this.#pooled;
    this.#pooled.lastSql = statement.sql;
    this.#state.sent();
    const report = this.#events.isHeard
      ? new StatementReport(this.#events, this.id, { sql: statement.sql, parameters }, role)
      : undefined;
    const { comment } = this.#options;
    const commented = comment ? { ...statement, comment: comment() } : statement;
    const sending = report ? { ...commented, onFirstByte: () => report.firstByte() } : commented;
    let answer: RawResult | undefined;
    let failure: Error | undefined;
    try {
      answer = await driver.query(sending).catch((error) => {
        if (this.#state.canRepeat(error, transaction)) return driver.query(sending);
        throw error;
      });
      return answer;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      report?.end(answer, failure);
      this.#state.answered(transaction, failure);
    }
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new ConnectionClosedError(what);
  }
}
