/**
 * The session without promises: the same objects, the same plan, sent by calls that block the thread. Nothing else runs
 * between its first statement and its commit, and so no second unit of work can get in its way.
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
import { lookUp, SAVEPOINT_ENDS, SessionBase } from "../orm/session_base.ts";
import { checkGetOptions, checkSessionOptions, type GetOptions, type SessionOptions } from "../orm/session_options.ts";
import type { SessionAction } from "../orm/session_state.ts";
import { SessionSteps } from "../orm/session_steps.ts";
import { PartitionObjects } from "../orm/partition_objects.ts";
import { SyncRowStream } from "../engine/row_stream.ts";
import type { SyncConnection } from "./sync_connection.ts";
import { refusePromise, type SyncEngine } from "./sync_engine.ts";

/** What {@linkcode SyncSession.get} may be told: as a {@linkcode Session}, but no signal reaches a blocked thread. */
export type SyncGetOptions = Omit<GetOptions, "signal">;

/** Makes sessions without promises. Made by {@linkcode syncSessionmaker}. */
export interface SyncSessionMaker {
  (): SyncSession;
  /**
   * Runs `work`, which must not be async, with a session of its own: committed when it returns, else rolled back.
   *
   * @param options `timeout` ends what it waits for itself: a connection, and then the commit.
   */
  begin<T>(work: (session: SyncSession) => T, options?: TransactionOptions & SyncLimitOptions): T;
}

/**
 * A function that makes sessions without promises.
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
  const make = () => new SyncSession(engine, options);
  return Object.assign(make, {
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

/** Made by the function that {@linkcode syncSessionmaker} returns. Its methods are those of {@linkcode Session}. */
export class SyncSession extends SessionBase implements Disposable {
  readonly #steps: SessionSteps<SyncConnection>;

  /** @throws {TypeError} @throws {RangeError} for an option that does not exist, or cannot be. */
  constructor(engine: SyncEngine, options: SessionOptions = {}) {
    checkSessionOptions(options);
    const { commandTimeout } = options;
    const steps: SessionSteps<SyncConnection> = new SessionSteps(
      options,
      (begin) => engine.connect({ ...begin, ...steps.transaction.limits, commandTimeout }),
    );
    super(steps);
    this.#steps = steps;
  }

  /** The object with this primary key: from the identity map, else from its row; `null` when there is no such row. */
  get<M extends AnyModel>(model: M, key: KeyOf<M>, options: SyncGetOptions = {}): InstanceType<M> | null {
    const { known, key: values } = lookUp(this.#steps, model, key, options);
    if (known) return known;
    return this.#run("work", "get()", this.#steps.get(model, values, options), limitsOf(options)) as
      | InstanceType<M>
      | null;
  }

  /** As `get()`, but a missing row is an error. @throws {NoResultFound} */
  getOne<M extends AnyModel>(model: M, key: KeyOf<M>, options: SyncGetOptions = {}): InstanceType<M> {
    const object = this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Runs a query: `select(Model)` gives rows of one object each, any query of Kysely, or SQL, its rows.
   *
   * @param limits `timeout` in milliseconds for the whole call. @throws {AnswerTimeoutError} when it is over.
   * @throws {DatabaseError} what the server reports. @throws {SecondUnitOfWorkError} when another session is at work.
   */
  execute<Row = Record<string, unknown>>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: SyncLimitOptions,
  ): Result<Row> {
    return this.#run("work", "execute()", this.#steps.execute(statement, parameters), limits);
  }

  /** The first column of the first row, which of `select(Model)` is an object, or `null`; further rows are ignored. */
  scalar<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: SyncLimitOptions,
  ): FirstColumn<Row> | null {
    return this.execute(statement, parameters, limits).scalar();
  }

  /** The first column of every row: of `select(Model)` the objects. */
  scalars<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: SyncLimitOptions,
  ): ScalarResult<FirstColumn<Row>> {
    return this.execute(statement, parameters, limits).scalars();
  }

  /**
   * What `execute()` gives, while it comes; objects pass through, as in the `stream()` of a {@linkcode Session}.
   *
   * @param limits `timeout` in milliseconds for each partition.
   */
  stream<Row>(query: Query<Row>, parameters?: readonly unknown[], limits?: SyncLimitOptions): SyncRowStream<Row> {
    return new SyncRowStream(this.#answersOf(query, parameters, limits), (answer) => answer.all());
  }

  /** As `stream()`, the first column of each row: of `select(Model)` the objects. */
  streamScalars<Row>(
    query: Query<Row>,
    parameters?: readonly unknown[],
    limits?: SyncLimitOptions,
  ): SyncRowStream<FirstColumn<Row>, Row> {
    return new SyncRowStream(this.#answersOf(query, parameters, limits), (answer) => answer.scalars().all());
  }

  /** Copies the state of an object onto the object of its row in this session; see {@linkcode Session.merge}. */
  merge<T extends object>(object: T, limits?: SyncLimitOptions): T {
    return this.#run("work", "merge()", this.#steps.merge(object), limits);
  }

  /** Reads the values of an object anew; its changes are lost. @throws {DetachedObjectError} @throws {NoResultFound} */
  refresh(object: object, options: SyncGetOptions = {}): void {
    checkGetOptions(options);
    this.#run("work", "refresh()", this.#steps.refresh(object, options), limitsOf(options));
  }

  /** Begins a transaction now, to choose how. @throws {TransactionBegunError} when one is open. */
  begin(options?: TransactionOptions & SyncLimitOptions): void {
    if (options !== undefined) checkOptions("begin()", options, SYNC_BEGIN);
    this.#run("begin", "begin()", this.#steps.begin(options), limitsOf(options));
  }

  /** Sends what waits and marks a point to which the transaction can be rolled back, objects included. */
  beginNested(limits?: SyncLimitOptions): SyncSavepoint {
    const nested = this.#run("work", "beginNested()", this.#steps.beginNested(), limits);
    return new SyncSavepoint(
      nested,
      (end, work, own) => this.#run(SAVEPOINT_ENDS[end], `${end}() of a savepoint`, work, own),
    );
  }

  /**
   * Sends what waits. The transaction stays open.
   *
   * @throws {EncodingError} @throws {MissingValueError} before anything is sent.
   * @throws {StaleDataError} @throws {DatabaseError} the session then needs a `rollback()`.
   */
  flush(limits?: SyncLimitOptions): void {
    this.#run("work", "flush()", this.#steps.flush(), limits);
  }

  /**
   * Sends what waits and makes the transaction permanent.
   *
   * @throws {CommitOutcomeUnknownError} when the connection broke, or the time was over, while the server worked on COMMIT.
   */
  commit(limits?: SyncLimitOptions): void {
    this.#run("commit", "commit()", this.#steps.commit(), limits);
  }

  /** Undoes the transaction. Objects return to what they were when it began; new ones leave the session. */
  rollback(limits?: SyncLimitOptions): void {
    this.#run("rollback", "rollback()", this.#steps.rollback(limits?.timeout), limits);
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  close(limits: SyncLimitOptions = {}): void {
    checkOptions("close()", limits, SYNC_LIMIT);
    this.#steps.close()?.close({ timeout: limits.timeout });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Carries out a call; each of its statements may take what is left of its time. */
  #run<T>(action: SessionAction, what: string, work: Steps<T>, limits?: SyncLimitOptions): T {
    const { transaction } = this.#steps;
    transaction.assert(action);
    if (limits) checkOptions(what, limits, SYNC_LIMIT);
    transaction.limit = limits && Limit.of(limits);
    try {
      return runBlocking(work);
    } finally {
      transaction.limit = undefined;
    }
  }

  #answersOf<Row>(query: Query<Row>, parameters?: readonly unknown[], limits?: SyncLimitOptions) {
    if (limits) checkOptions("stream()", limits, SYNC_LIMIT);
    encodable(query, parameters);
    return (size: number) => this.#answers(query, parameters, size, limits);
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
