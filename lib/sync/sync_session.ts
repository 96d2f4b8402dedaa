/**
 * The blocking session: the same unit of work, sent by calls that block the thread. Nothing else runs on the thread
 * between its first statement and its commit, so that no second unit of work can interfere.
 *
 * @module
 */
import type { Query, TransactionOptions } from "../engine/connection.ts";
import { encodable } from "../engine/encodable.ts";
import { NoResultFound } from "../engine/errors.ts";
import { Limit, limitsOf } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { SYNC_BEGIN, SYNC_LIMIT } from "../engine/option_kinds.ts";
import { checkWork, type SyncLimitOptions } from "../engine/options.ts";
import type { FirstColumn, Result, ScalarResult } from "../engine/result.ts";
import { SyncSavepoint } from "../engine/savepoint.ts";
import { runBlocking, type Steps } from "../engine/steps.ts";
import { compiled } from "../engine/kysely/compilable.ts";
import type { AnyModel, KeyOf } from "../orm/model.ts";
import { ConcurrentUseError } from "../orm/errors.ts";
import type { FittingRelations } from "../orm/relation_types.ts";
import { lookUp, SAVEPOINT_ENDS, SessionBase } from "../orm/session_base.ts";
import {
  checkGetOptions,
  checkSessionOptions,
  type GetOptions,
  type SessionExecuteOptions,
  type SessionOptions,
} from "../orm/session_options.ts";
import { type NotAwaited, SessionEmitter, SessionEvents } from "../orm/session_events.ts";
import type { SessionAction } from "../orm/session_state.ts";
import { SessionSteps } from "../orm/session_steps.ts";
import { PartitionObjects } from "../orm/partition_objects.ts";
import { SyncRowStream } from "../engine/row_stream.ts";
import type { SyncConnection } from "./sync_connection.ts";
import { refusePromise, type SyncEngine } from "./sync_engine.ts";

/**
 * Options of {@linkcode SyncSession.get}: those of {@linkcode Session}, except the signal, which a blocked thread
 * cannot receive.
 */
export type SyncGetOptions = Omit<GetOptions, "signal">;

/** Options of {@linkcode SyncSession.execute}: those of {@linkcode Session}, except the signal. */
export type SyncSessionExecuteOptions = Omit<SessionExecuteOptions, "signal">;

/** Makes blocking sessions. Returned by {@linkcode syncSessionmaker}. */
export interface SyncSessionMaker {
  (): SyncSession;
  /** The events of all sessions that it makes, and has made; their listeners must not be async. */
  readonly events: SessionEvents<SyncSession, NotAwaited>;
  /**
   * Runs `work` with a new session: commits when it returns, rolls back when it throws.
   *
   * @param work must not be async.
   * @param options `timeout` applies to checking out the connection and to the commit, not to the work.
   * @returns the value of `work`.
   * @throws {TypeError} when `work` returns a promise.
   */
  begin<T>(work: (session: SyncSession) => T, options?: TransactionOptions & SyncLimitOptions): T;
}

/**
 * Returns a function that makes blocking sessions.
 *
 * ```ts ignore
 * const getSession = syncSessionmaker(createSyncEngine("postgresql+libpq://…"));
 * using session = getSession();
 * session.add(new Hero({ name: "sandy" }));
 * session.commit();
 * ```
 */
export function syncSessionmaker(engine: SyncEngine, options: SessionOptions = {}): SyncSessionMaker {
  checkSessionOptions(options);
  const events = new SessionEvents<SyncSession, NotAwaited>();
  const make = () => new SyncSession(engine, options, events);
  return Object.assign(make, {
    events,
    begin<T>(work: (session: SyncSession) => T, transaction?: TransactionOptions & SyncLimitOptions): T {
      checkWork(work);
      using session = make();
      session.begin(transaction);
      const value = work(session);
      refusePromise(value, "begin() of a SyncSession");
      session.commit(limitsOf(transaction));
      return value;
    },
  });
}

/**
 * A unit of work whose calls block. Made by a {@linkcode SyncSessionMaker}; its methods are those of
 * {@linkcode Session}.
 */
export class SyncSession extends SessionBase<SyncSession, NotAwaited> implements Disposable {
  readonly #steps: SessionSteps<SyncConnection>;
  /** The call that runs: a listener may try another one. */
  #running: string | undefined;

  /**
   * @ignore
   * @param events those of its session maker.
   * @throws {TypeError} for an unknown option or a value of the wrong type.
   * @throws {RangeError} for a value out of range.
   */
  constructor(engine: SyncEngine, options: SessionOptions = {}, events?: SyncSessionMaker["events"]) {
    checkSessionOptions(options);
    const { commandTimeout } = options;
    const connect = (begin: TransactionOptions) =>
      engine.connect({ ...begin, ...steps.transaction.limits, commandTimeout });
    const emitter = new SessionEmitter(events, true);
    const steps: SessionSteps<SyncConnection> = new SessionSteps(options, connect, emitter as SessionEmitter);
    super(steps);
    this.#steps = steps;
  }

  /** Returns the object with a primary key, from the identity map or its row; `null` when there is no such row. */
  get<M extends AnyModel>(
    model: M & FittingRelations<M>,
    key: KeyOf<M>,
    options: SyncGetOptions = {},
  ): InstanceType<M> | null {
    const { known, key: values } = lookUp(this.#steps, model, key, options);
    if (known) return known;
    return this.#run("work", "get()", this.#steps.get(model, values, options), limitsOf(options)) as
      | InstanceType<M>
      | null;
  }

  /**
   * Returns the object with a primary key, as `get()` does.
   *
   * @throws {NoResultFound} when there is no such row.
   */
  getOne<M extends AnyModel>(
    model: M & FittingRelations<M>,
    key: KeyOf<M>,
    options: SyncGetOptions = {},
  ): InstanceType<M> {
    const object = this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Executes a query: `select(Model)` returns rows of one object each; a query of Kysely, or SQL, returns plain rows.
   *
   * @param options `timeout` in milliseconds for the whole call, and `synchronizeSession` as for a {@linkcode Session}.
   * @throws {AnswerTimeoutError} when the timeout expires.
   * @throws {DatabaseError} when the server reports an error.
   * @throws {SecondUnitOfWorkError} when another session has the connection.
   */
  execute<Row = Record<string, unknown>>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SyncSessionExecuteOptions,
  ): Result<Row> {
    return this.#run("work", "execute()", this.#steps.execute(statement, parameters, options), limitsOf(options));
  }

  /**
   * Returns the first column of the first row, for `select(Model)` an object, or `null` when there is no row; further
   * rows are ignored.
   */
  scalar<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SyncSessionExecuteOptions,
  ): FirstColumn<Row> | null {
    return this.execute(statement, parameters, options).scalar();
  }

  /** Returns the first column of every row: for `select(Model)` the objects. */
  scalars<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SyncSessionExecuteOptions,
  ): ScalarResult<FirstColumn<Row>> {
    return this.execute(statement, parameters, options).scalars();
  }

  /**
   * Executes a query and streams its result, as the `stream()` of a {@linkcode Session} does.
   *
   * @param limits `timeout` in milliseconds for each partition.
   */
  stream<Row>(query: Query<Row>, parameters?: readonly unknown[], limits?: SyncLimitOptions): SyncRowStream<Row> {
    if (limits) checkOptions("stream()", limits, SYNC_LIMIT);
    encodable(query, parameters);
    return new SyncRowStream((size) => this.#answers(query, parameters, size, limits), (answer) => answer.all());
  }

  /** Streams the first column of each row: for `select(Model)` the objects. */
  streamScalars<Row>(
    query: Query<Row>,
    parameters?: readonly unknown[],
    limits?: SyncLimitOptions,
  ): SyncRowStream<FirstColumn<Row>, Row> {
    return this.stream(query, parameters, limits).read((answer) => answer.scalars<FirstColumn<Row>>().all());
  }

  /** Copies the state of an object onto the object of its row in this session; see {@linkcode Session.merge}. */
  merge<T extends object>(object: T, limits?: SyncLimitOptions): T {
    return this.#run("work", "merge()", this.#steps.merge(object), limits);
  }

  /**
   * Reads the values of an object again; its pending changes are lost.
   *
   * @throws {DetachedObjectError} when the object is not in this session.
   * @throws {NoResultFound} when its row does not exist any more.
   */
  refresh(object: object, options: SyncGetOptions = {}): void {
    checkGetOptions(options);
    this.#run("work", "refresh()", this.#steps.refresh(object, options), limitsOf(options));
  }

  /**
   * Begins a transaction explicitly, to choose its options.
   *
   * @throws {TransactionBegunError} when a transaction is open.
   */
  begin(options?: TransactionOptions & SyncLimitOptions): void {
    if (options !== undefined) checkOptions("begin()", options, SYNC_BEGIN);
    this.#run("begin", "begin()", this.#steps.begin(options), limitsOf(options));
  }

  /** Flushes and sets a savepoint, to which the transaction and the objects can be rolled back. */
  beginNested(limits?: SyncLimitOptions): SyncSavepoint {
    const nested = this.#run("work", "beginNested()", this.#steps.beginNested(), limits);
    return new SyncSavepoint(
      nested,
      (end, work, own) => this.#run(SAVEPOINT_ENDS[end], `${end}() of a savepoint`, work, own),
    );
  }

  /**
   * Sends the pending changes. The transaction stays open.
   *
   * @throws {EncodingError} before anything is sent, when a value cannot be sent.
   * @throws {MissingValueError} before anything is sent, when a required value is missing.
   * @throws {ReferenceCircleError} before anything is sent, when new rows refer to each other and none can be first.
   * @throws {UniqueCircleError} before anything is sent, when rows exchange unique values and none can give it up first.
   * @throws {StaleDataError} when a row was deleted or changed; the session then requires `rollback()`.
   * @throws {DatabaseError} when the server reports an error; the session then requires `rollback()`.
   */
  flush(limits?: SyncLimitOptions): void {
    this.#run("work", "flush()", this.#steps.flush(), limits);
  }

  /**
   * Flushes and commits the transaction.
   *
   * @throws {CommitOutcomeUnknownError} when the connection breaks, or the timeout expires, during COMMIT.
   */
  commit(limits?: SyncLimitOptions): void {
    this.#run("commit", "commit()", this.#steps.commit(), limits);
  }

  /** Rolls back the transaction. Objects are restored as they were when it began; new ones leave the session. */
  rollback(limits?: SyncLimitOptions): void {
    this.#run("rollback", "rollback()", this.#steps.rollback(limits?.timeout), limits);
  }

  /** Rolls back uncommitted work and returns the connection. A second call has no effect. */
  close(limits: SyncLimitOptions = {}): void {
    checkOptions("close()", limits, SYNC_LIMIT);
    if (this.#running) throw new ConcurrentUseError(this.#running, "close()");
    this.#steps.close()?.close({ timeout: limits.timeout });
  }

  /** Calls `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Runs a call; its timeout applies to all of its statements together. */
  #run<T>(action: SessionAction, what: string, work: Steps<T>, limits?: SyncLimitOptions): T {
    const { transaction } = this.#steps;
    if (this.#running) throw new ConcurrentUseError(this.#running, what);
    transaction.assert(action);
    if (limits) checkOptions(what, limits, SYNC_LIMIT);
    transaction.limit = limits && Limit.of(limits);
    this.#running = what;
    try {
      return runBlocking(work);
    } finally {
      this.#running = transaction.limit = undefined;
    }
  }

  *#answers<Row>(
    query: Query<Row>,
    parameters: readonly unknown[] = [],
    size: number,
    limits?: SyncLimitOptions,
  ): Generator<Result<Row>, void> {
    const connection = this.#run("work", "stream()", this.#steps.stream(), limits);
    const { sql, parameters: values } = compiled(query, parameters);
    for (const answer of connection.stream<Row>(sql, values, limits).answers(size)) {
      const objects = new PartitionObjects(this.#steps.tracker);
      yield this.#run("work", "stream()", this.#steps.partition(query, answer, objects), limits);
      objects.forget();
    }
  }
}
