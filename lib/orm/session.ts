/**
 * The session: a unit of work on a database. Reads run at once; writes stay pending until `flush()` or `commit()` sends
 * them together. As in SQLAlchemy, a session checks out a connection for its first statement and returns it at the end
 * of the transaction.
 *
 * @module
 */
import type { Connection, Query, TransactionOptions } from "../engine/connection.ts";
import { encodable } from "../engine/encodable.ts";
import type { Engine } from "../engine/engine.ts";
import { NoResultFound } from "../engine/errors.ts";
import { Limit, type LimitOptions, limitsOf } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { BEGIN, LIMIT, SYNC_LIMIT } from "../engine/option_kinds.ts";
import type { FirstColumn, Result, ScalarResult } from "../engine/result.ts";
import { Savepoint } from "../engine/savepoint.ts";
import { compiled } from "../engine/kysely/compilable.ts";
import type { StreamArguments, StreamOptions } from "../engine/cursor.ts";
import { RowStream } from "../engine/row_stream.ts";
import { PartitionObjects } from "./partition_objects.ts";
import { CallGuard } from "./call_guard.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import type { FittingRelations } from "./relation_types.ts";
import { lookUp, SAVEPOINT_ENDS, SessionBase } from "./session_base.ts";
import {
  checkGetOptions,
  checkSessionOptions,
  type GetOptions,
  type SessionExecuteOptions,
  type SessionOptions,
} from "./session_options.ts";
import { type NotAwaited, SessionEmitter } from "./session_events.ts";
import type { SessionMaker } from "./sessionmaker.ts";
import { SessionSteps } from "./session_steps.ts";

export type { GetOptions, SessionExecuteOptions, SessionOptions } from "./session_options.ts";

/** A unit of work whose calls are awaited. Made by a {@linkcode SessionMaker}. */
export class Session extends SessionBase<Session, NotAwaited | Promise<unknown>> implements AsyncDisposable {
  readonly #steps: SessionSteps<Connection>;
  readonly #calls: CallGuard;

  /**
   * @ignore
   * @param events those of its session maker.
   * @throws {TypeError} for an unknown option or a value of the wrong type.
   * @throws {RangeError} for a value out of range.
   */
  constructor(engine: Engine, options: SessionOptions = {}, events?: SessionMaker["events"]) {
    checkSessionOptions(options);
    const { commandTimeout } = options;
    const connect = (begin: TransactionOptions) =>
      engine.connect({ ...begin, ...steps.transaction.limits, commandTimeout, holder: calls.site });
    const emitter = new SessionEmitter(events, false);
    const steps: SessionSteps<Connection> = new SessionSteps(options, connect, emitter as SessionEmitter);
    const calls = new CallGuard(steps.transaction);
    super(steps);
    this.#steps = steps;
    this.#calls = calls;
  }

  /**
   * Returns the object with a primary key: from the identity map without a query, otherwise from its row.
   *
   * @param key the value of the primary key; for a key of several columns an object with its attributes.
   * @returns the object, or `null` when there is no such row.
   */
  async get<M extends AnyModel>(
    model: M & FittingRelations<M>,
    key: KeyOf<M>,
    options: GetOptions = {},
  ): Promise<InstanceType<M> | null> {
    const { known, key: values } = lookUp(this.#steps, model, key, options);
    if (known) return known;
    const work = this.#steps.get(model, values, options);
    return await this.#calls.run("work", `get(${model.name})`, work, limitsOf(options)) as InstanceType<M> | null;
  }

  /**
   * Returns the object with a primary key, as `get()` does.
   *
   * @throws {NoResultFound} when there is no such row.
   */
  async getOne<M extends AnyModel>(
    model: M & FittingRelations<M>,
    key: KeyOf<M>,
    options: GetOptions = {},
  ): Promise<InstanceType<M>> {
    const object = await this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Executes a query. `select(Model)`, also with `fromStatement(query)`, returns rows of one object each; a query of
   * Kysely, or SQL with parameters, returns plain rows.
   *
   * @param options `signal` and `timeout` apply to the whole call, including the flush before and the loading of
   * relations after the query; `synchronizeSession` says what becomes of objects that a bulk statement changed.
   * @throws {DatabaseError} when the server reports an error.
   * @throws {ConcurrentUseError} when another call of this session runs.
   * @throws {AnswerTimeoutError} when the timeout expires.
   * @throws the signal's reason when it aborts.
   * @throws {InvalidStatementError} when the result of a `fromStatement` lacks a column; no object was made.
   */
  execute<Row = Record<string, unknown>>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SessionExecuteOptions,
  ): Promise<Result<Row>> {
    return this.#calls.run("work", "execute()", this.#steps.execute(statement, parameters, options), limitsOf(options));
  }

  /**
   * Returns the first column of the first row, for `select(Model)` an object, or `null` when there is no row; further
   * rows are ignored.
   */
  async scalar<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SessionExecuteOptions,
  ): Promise<FirstColumn<Row> | null> {
    return (await this.execute(statement, parameters, options)).scalar();
  }

  /** Returns the first column of every row: for `select(Model)` the objects. */
  async scalars<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    options?: SessionExecuteOptions,
  ): Promise<ScalarResult<FirstColumn<Row>>> {
    return (await this.execute(statement, parameters, options)).scalars();
  }

  /**
   * Executes a query and streams its result through a cursor. When the loop asks for the next partition, the session
   * forgets the objects of the previous one, except those with pending changes and those it had before.
   *
   * ```ts ignore
   * for await (const heroes of session.streamScalars(select(Hero)).partitions(500)) await index(heroes);
   * ```
   *
   * @throws {TypeError} when an argument has the wrong type.
   * @throws {EncodingError} when a parameter cannot be sent.
   * @throws {TransactionStateError} in the loop when the transaction ends before the loop does.
   * @throws in the loop every error of `execute()`.
   */
  stream<Row>(...[query, parameters, options]: StreamArguments<Row>): RowStream<Row> {
    if (options) checkOptions("stream()", options, LIMIT);
    encodable(query, parameters);
    return new RowStream((size) => this.#answers(query, parameters, size, options), (answer) => answer.all());
  }

  /** Streams the first column of each row: for `select(Model)` the objects. */
  streamScalars<Row>(...query: StreamArguments<Row>): RowStream<FirstColumn<Row>, Row> {
    return this.stream(...query).read((answer) => answer.scalars().all());
  }

  /**
   * Copies the state of an object, which may be new or in another session, onto the object of its row in this session,
   * loading it if necessary, or onto a new object when there is no row. Attributes that were not given, and relations
   * that are not loaded, are left unchanged: defaults belong to the INSERT. An object that was given a version is
   * checked against that of the row. Objects in relations are merged, too.
   *
   * @returns the object in this session; the given one is not added.
   */
  merge<T extends object>(object: T, limits?: LimitOptions): Promise<T> {
    return this.#calls.run("work", "merge()", this.#steps.merge(object), limits);
  }

  /**
   * Reads the values of an object again; its pending changes are lost.
   *
   * @throws {DetachedObjectError} when the object is not in this session.
   * @throws {NoResultFound} when its row does not exist any more.
   */
  async refresh(object: object, options: GetOptions = {}): Promise<void> {
    checkGetOptions(options);
    await this.#calls.run("work", "refresh()", this.#steps.refresh(object, options), limitsOf(options));
  }

  /**
   * Begins a transaction explicitly, to choose its options; otherwise the first statement begins one. Missing options
   * default to those of the session.
   *
   * @throws {TransactionBegunError} when a transaction is open.
   */
  async begin(options?: TransactionOptions & LimitOptions): Promise<void> {
    if (options !== undefined) checkOptions("begin()", options, BEGIN);
    await this.#calls.run("begin", "begin()", this.#steps.begin(options), limitsOf(options));
  }

  /**
   * Flushes and sets a savepoint, to which the transaction and the objects can be rolled back.
   *
   * ```ts ignore
   * await using savepoint = await session.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                            // … unless committed
   * ```
   */
  async beginNested(limits?: LimitOptions): Promise<Savepoint> {
    const nested = await this.#calls.run("work", "beginNested()", this.#steps.beginNested(), limits);
    return new Savepoint(
      nested,
      (end, work, own) => this.#calls.run(SAVEPOINT_ENDS[end], `${end}() of a savepoint`, work, own),
    );
  }

  /**
   * Sends the pending changes: new, changed and deleted objects, and their relations. The transaction stays open.
   *
   * @throws {EncodingError} before anything is sent, when a value cannot be sent.
   * @throws {MissingValueError} before anything is sent, when a required value is missing.
   * @throws {ReferenceCircleError} before anything is sent, when new rows refer to each other and none can be first.
   * @throws {UniqueCircleError} before anything is sent, when rows exchange unique values and none can give it up first.
   * @throws {StaleDataError} when a row was deleted or changed; the session then requires `rollback()`.
   * @throws {DatabaseError} when the server reports an error; the session then requires `rollback()`.
   */
  flush(limits?: LimitOptions): Promise<void> {
    return this.#calls.run("work", "flush()", this.#steps.flush(), limits);
  }

  /**
   * Flushes and commits the transaction. COMMIT is sent together with new rows; where the number of changed rows must
   * be checked, it is sent afterwards.
   *
   * @throws {CommitOutcomeUnknownError} when the connection breaks, or the timeout expires, during COMMIT.
   */
  commit(limits?: LimitOptions): Promise<void> {
    return this.#calls.run("commit", "commit()", this.#steps.commit(), limits);
  }

  /** Rolls back the transaction. Objects are restored as they were when it began; new ones leave the session. */
  rollback(limits?: Pick<LimitOptions, "timeout">): Promise<void> {
    return this.#calls.run("rollback", "rollback()", this.#steps.rollback(limits?.timeout), limits);
  }

  /**
   * Rolls back uncommitted work and returns the connection. A second call has no effect.
   *
   * @param limits `timeout`: milliseconds after which the connection is dropped (default: `connectTimeout` of the
   * engine).
   */
  async close(limits: Pick<LimitOptions, "timeout"> = {}): Promise<void> {
    checkOptions("close()", limits, SYNC_LIMIT);
    const limit = Limit.of(limits);
    await this.#calls.idle(limit?.timeout ?? Infinity); // a call that was not awaited
    await this.#steps.close()?.close({ timeout: limit?.left });
  }

  /** Calls `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#answers<Row>(query: Query<Row>, parameters: readonly unknown[] = [], size: number, options?: StreamOptions) {
    const connection = await this.#calls.run("work", "stream()", this.#steps.stream(), options);
    const { sql, parameters: values } = compiled(query, parameters);
    for await (const answer of connection.stream<Row>(sql, values, options).answers(size)) {
      const objects = new PartitionObjects(this.#steps.tracker);
      yield await this.#calls.run("work", "stream()", this.#steps.partition(query, answer, objects), options);
      objects.forget();
    }
  }
}
