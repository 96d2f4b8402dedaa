/**
 * A connection taken from the pool, and the transaction on it. As in SQLAlchemy 2 a transaction begins by itself with
 * the first statement and lasts until `commit()` or `rollback()`; what was not committed is rolled back on `close()`.
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

/** Settings of one statement. */
export interface ExecuteOptions extends LimitOptions {
  /** It changes nothing and takes no lock: when a transaction of nothing else is rolled back, nobody need wait for that. */
  readonly onlyReads?: boolean;
}

/** Nothing goes before. */
const SETTLED: Promise<unknown> = Promise.resolve();

/** Gives a connection back to its pool. @param limit milliseconds to wait for what the pool does with it. */
type Release = (connection: PooledConnection, limit: number | undefined) => Promise<void>;

/** A connection and its transaction. Made by `engine.connect()` and `engine.begin()`. */
export class Connection implements AsyncDisposable {
  readonly #pooled: PooledConnection;
  readonly #events: EngineEvents;
  readonly #options: ConnectionOptions;
  readonly #state: TransactionState;
  readonly #release: Release;
  /** The answer to the statement sent last: by then those sent before are answered too. */
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(pooled: PooledConnection, events: EngineEvents, options: ConnectionOptions, release: Release) {
    this.#pooled = pooled;
    this.#events = events;
    this.#options = options;
    this.#state = new TransactionState(pooled, options);
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

  /**
   * True from the first statement, or `begin()`, to `commit()` or `rollback()`. A transaction may also be begun and ended
   * by statements: whenever no statement is under way this is what the server says.
   */
  get inTransaction(): boolean {
    return this.#state.current !== undefined;
  }

  /**
   * Runs a statement. It is sent at once: statements that are started without awaiting the ones before travel together.
   *
   * ```ts ignore
   * const result = await connection.execute<{ name: string }>("SELECT name FROM heroes WHERE id = $1", [id]);
   * result.scalarOneOrNone();
   * ```
   *
   * @param query SQL with `$1`, `$2`, … or a query of Kysely, its `sql` templates too. Several statements in one text need to be without
   * parameters; the result is that of the last.
   * @param options `signal` and `timeout` (milliseconds; else `commandTimeout` of the connection, or of the engine) end the
   * wait: the statement is cancelled on the server, and where that does not answer either, the connection is dropped.
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} what the server reports.
   * @throws {AnswerTimeoutError} @throws the signal's reason
   * @throws {CopyNotSupportedError} @throws {ConnectionLostError} @throws {ConnectionClosedError}
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    options: ExecuteOptions = {},
  ): Promise<Result<Row>> {
    return mayGoUnawaited(this.#execute<Row>(query, parameters, options));
  }

  /**
   * The rows of a query while they come, through a cursor, so that they never are in memory all together.
   *
   * ```ts ignore
   * for await (const { name } of connection.stream<{ name: string }>("SELECT name FROM heroes")) console.log(name);
   * for await (const rows of connection.stream("SELECT * FROM heroes").partitions(500)) console.log(rows.length);
   * ```
   *
   * @param query a SELECT, TABLE or VALUES: PostgreSQL has cursors for nothing else.
   * @throws {TypeError} @throws {EncodingError} at once, for wrong arguments. @throws in the loop what `execute()` throws.
   * @throws {TransactionStateError} when the transaction ends before the loop.
   */
  stream<Row = Record<string, unknown>>(...[query, parameters, options]: StreamArguments<Row>): RowStream<Row> {
    if (options) checkOptions("stream()", options, LIMIT);
    const { isAutocommit } = this.#state;
    const cursor = { ...encodable(query, parameters), isAutocommit, transaction: () => this.#state.current };
    const answers = (size: number) => cursorAnswers<Result<Row>>(this, { ...cursor, size }, options);
    return new RowStream(answers, (answer) => answer.all());
  }

  /**
   * Begins a transaction now, rather than with the first statement; on an AUTOCOMMIT connection the only way to have one.
   *
   * @param options what is missing is as `connect()` was told.
   * @throws {TransactionStateError} when one is open. @throws {AnswerTimeoutError} @throws the signal's reason
   */
  async begin(options: TransactionOptions & LimitOptions = {}): Promise<void> {
    this.#assertOpen("begin a transaction");
    checkOptions("begin()", options, BEGIN);
    const limit = this.#limitOf(options);
    limit?.throwIfAborted();
    await this.#control(this.#state.begin(options), "begin", this.#state.current!, limit);
  }

  /**
   * Marks a point to which the transaction can be rolled back.
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
   * Makes the work of the transaction permanent. Without a transaction it does nothing.
   *
   * @throws {FailedTransactionError} when an earlier statement failed: the server rolled everything back.
   * @throws {DatabaseError} when a check made at the end fails, such as that of a deferred constraint.
   * @throws {CommitOutcomeUnknownError} when the connection broke while the server worked on it, or its time was over.
   * @throws {AnswerTimeoutError} @throws the signal's reason: when the server has cancelled it, nothing was committed.
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
   * Undoes the work of the transaction. Without a transaction it does nothing.
   *
   * @throws {AnswerTimeoutError} @throws the signal's reason: then the server rolls back by itself, as with a lost connection.
   */
  async rollback(options: LimitOptions = {}): Promise<void> {
    this.#assertOpen("roll back");
    checkOptions("rollback()", options, LIMIT);
    options.signal?.throwIfAborted();
    await this.#rollback(Limit.of(options, this.#options.commandTimeout));
  }

  /** Has the pool close the connection instead of keeping it when it comes back, as SQLAlchemy's `invalidate()` does. */
  invalidate(): void {
    this.#pooled.discard = true;
  }

  /**
   * Rolls back what was not committed and gives the connection back to the pool. A second call does nothing.
   *
   * @param options after `timeout` milliseconds (default: `connectTimeout` of the engine) without an answer, the connection
   * is dropped. What the pool does with it then, such as `resetOnReturn`, counts too, and goes on behind the end of that time.
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
    if (limited) limited.before = this.#lastAnswer;
    const sending = { sql: statement.sql, parameters: encoded, timeout: limit?.left };
    const answer = this.#send(sending, statement.parameters);
    const raw = await (limited ? answerWithin(answer, limit!, limited, statement.sql) : answer);
    await begin;
    return new Result<Row>(raw);
  }

  /** What ends a call, if anything does. */
  #limitOf({ signal, timeout }: LimitOptions): Limit | undefined {
    const { commandTimeout, commandSignal } = this.#options;
    return Limit.of({ signal: signal ?? commandSignal, timeout }, commandTimeout);
  }

  /** @param sentBefore the answer to what was sent before. */
  #limited(sentBefore: Promise<unknown>): LimitedConnection & { before: Promise<unknown> } {
    const before = this.#closed ? SETTLED : sentBefore; // who closes it waits for nobody's longer time
    return {
      others: before,
      before,
      cancel: () => {
        this.#pooled.discard = true; // a request that comes late would hit the next user of this connection
        return this.#pooled.driver.cancel();
      },
      drop: (reason) => this.#pooled.driver.drop(reason),
    };
  }

  /** Sends what begins or ends a transaction, and waits for the answer. */
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

  /** Waits until all that was sent is answered: by then the server has said whether a transaction is open. */
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
   * Sends a statement, after those that were sent before.
   *
   * @param shown the parameters as the caller gave them, for the listeners. @param role what it is to the transaction.
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
    const sending = report ? { ...statement, onFirstByte: () => report.firstByte() } : statement;
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
