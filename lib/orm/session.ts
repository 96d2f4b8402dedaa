/**
 * The session: a shopping cart for rows. Reads run at once, writes wait in the session until `flush()` or `commit()`
 * sends them together. As in SQLAlchemy a connection is taken with the first statement and given back at the end of the
 * transaction.
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
import { Passing } from "./passing.ts";
import { RowStream } from "../engine/row_stream.ts";
import { CallGuard } from "./call_guard.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import { lookUp, SAVEPOINT_ENDS, SessionBase } from "./session_base.ts";
import { checkGetOptions, checkSessionOptions, type GetOptions, type SessionOptions } from "./session_options.ts";
import { SessionSteps } from "./session_steps.ts";

export type { GetOptions, SessionOptions } from "./session_options.ts";

/** Made by the function that {@linkcode sessionmaker} returns. */
export class Session extends SessionBase implements AsyncDisposable {
  readonly #steps: SessionSteps<Connection>;
  readonly #calls: CallGuard;

  /** @throws {TypeError} @throws {RangeError} for an option that does not exist, or cannot be. */
  constructor(engine: Engine, options: SessionOptions = {}) {
    checkSessionOptions(options);
    const { commandTimeout } = options;
    const steps: SessionSteps<Connection> = new SessionSteps(options, (begin) => {
      return engine.connect({ ...begin, ...steps.transaction.limits, commandTimeout, holder: calls.site });
    });
    const calls = new CallGuard(steps.transaction);
    super(steps);
    this.#steps = steps;
    this.#calls = calls;
  }

  /**
   * The object with this primary key: from the identity map without asking the server if it is there, else from its row.
   *
   * @param key the value of the primary key; an object with its attributes when it has several.
   * @returns the object, or `null` when there is no such row.
   */
  async get<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): Promise<InstanceType<M> | null> {
    const { known, key: values } = lookUp(this.#steps, model, key, options);
    if (known) return known;
    const work = this.#steps.get(model, values, options);
    return await this.#calls.run("work", `get(${model.name})`, work, limitsOf(options)) as InstanceType<M> | null;
  }

  /** As `get()`, but a missing row is an error. @throws {NoResultFound} */
  async getOne<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): Promise<InstanceType<M>> {
    const object = await this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Runs a query. `select(Model)` gives rows of one object each, also with `fromStatement(query)`; any query of Kysely
   * by itself, or SQL with its parameters, gives its rows.
   *
   * @param limits end the whole call: what waits is sent first, and relations may be loaded behind it.
   * @throws {DatabaseError} what the server reports. @throws {ConcurrentUseError} when the session is busy.
   * @throws {AnswerTimeoutError} @throws the signal's reason
   * @throws {InvalidStatementError} when the result of a `fromStatement` lacks a column; no object was made.
   */
  execute<Row = Record<string, unknown>>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: LimitOptions,
  ): Promise<Result<Row>> {
    return this.#calls.run("work", "execute()", this.#steps.execute(statement, parameters), limits);
  }

  /** The first column of the first row, which of `select(Model)` is an object, or `null`; further rows are ignored. */
  async scalar<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: LimitOptions,
  ): Promise<FirstColumn<Row> | null> {
    return (await this.execute(statement, parameters, limits)).scalar();
  }

  /** The first column of every row: of `select(Model)` the objects. */
  async scalars<Row>(
    statement: Query<Row>,
    parameters?: readonly unknown[],
    limits?: LimitOptions,
  ): Promise<ScalarResult<FirstColumn<Row>>> {
    return (await this.execute(statement, parameters, limits)).scalars();
  }

  /**
   * What `execute()` gives, while it comes, through a cursor. Objects stay in the session until the loop asks for the next
   * partition; then it forgets those that came with the one before, unless they have changes that wait to be written or
   * it knew them already.
   *
   * ```ts ignore
   * for await (const heroes of session.streamScalars(select(Hero)).partitions(500)) await index(heroes);
   * ```
   *
   * @throws {TypeError} @throws {EncodingError} at once, for wrong arguments. @throws in the loop what `execute()` throws.
   * @throws {TransactionStateError} when the transaction ends before the loop.
   */
  stream<Row>(...[query, parameters, options]: StreamArguments<Row>): RowStream<Row> {
    if (options) checkOptions("stream()", options, LIMIT);
    encodable(query, parameters);
    return new RowStream((size) => this.#answers(query, parameters, size, options), (answer) => answer.all());
  }

  /** As `stream()`, the first column of each row: of `select(Model)` the objects. */
  streamScalars<Row>(...query: StreamArguments<Row>): RowStream<FirstColumn<Row>, Row> {
    return this.stream(...query).read((answer) => answer.scalars().all());
  }

  /**
   * Copies the state of an object, which may be new or of another session, onto the object of its row in this session,
   * which is loaded for that; where there is none, onto a new one. Attributes that are undefined and relations that are
   * not loaded are left as they are; what relations hold is merged, too.
   *
   * @returns the object of this session: the one that was given is not in it.
   */
  merge<T extends object>(object: T, limits?: LimitOptions): Promise<T> {
    return this.#calls.run("work", "merge()", this.#steps.merge(object), limits);
  }

  /** Reads the values of an object anew; its changes are lost. @throws {DetachedObjectError} @throws {NoResultFound} */
  async refresh(object: object, options: GetOptions = {}): Promise<void> {
    checkGetOptions(options);
    await this.#calls.run("work", "refresh()", this.#steps.refresh(object, options), limitsOf(options));
  }

  /**
   * Begins a transaction now, to choose how: else it begins by itself with the first statement. What the options leave
   * out is as the session was told.
   *
   * @throws {TransactionBegunError} when one is open.
   */
  async begin(options?: TransactionOptions & LimitOptions): Promise<void> {
    if (options !== undefined) checkOptions("begin()", options, BEGIN);
    await this.#calls.run("begin", "begin()", this.#steps.begin(options), limitsOf(options));
  }

  /**
   * Sends what waits and marks a point to which the transaction can be rolled back, objects included.
   *
   * ```ts ignore
   * await using savepoint = await session.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                            // … unless it was kept
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
   * Sends what waits: new objects, changed ones, deleted ones, and their relations. The transaction stays open.
   *
   * @throws {EncodingError} @throws {MissingValueError} before anything is sent.
   * @throws {StaleDataError} @throws {DatabaseError} the session then needs a `rollback()`.
   */
  flush(limits?: LimitOptions): Promise<void> {
    return this.#calls.run("work", "flush()", this.#steps.flush(), limits);
  }

  /**
   * Sends what waits and makes the transaction permanent. COMMIT travels together with new rows; where the number of
   * changed rows has to be looked at, it waits for that.
   *
   * @throws {CommitOutcomeUnknownError} when the connection broke, or the time was over, while the server worked on COMMIT.
   */
  commit(limits?: LimitOptions): Promise<void> {
    return this.#calls.run("commit", "commit()", this.#steps.commit(), limits);
  }

  /** Undoes the transaction. Objects return to what they were when it began; new ones leave the session. */
  rollback(limits?: Pick<LimitOptions, "timeout">): Promise<void> {
    return this.#calls.run("rollback", "rollback()", this.#steps.rollback(limits?.timeout), limits);
  }

  /**
   * Rolls back what was not committed and gives the connection back. A second call does nothing.
   *
   * @param limits after `timeout` milliseconds (default: `connectTimeout` of the engine) the connection is dropped.
   */
  async close(limits: Pick<LimitOptions, "timeout"> = {}): Promise<void> {
    checkOptions("close()", limits, SYNC_LIMIT);
    const limit = Limit.of(limits);
    await this.#calls.idle(limit?.timeout ?? Infinity); // someone forgot to await a call
    await this.#steps.close()?.close({ timeout: limit?.left });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#answers<Row>(query: Query<Row>, parameters: readonly unknown[] = [], size: number, options?: StreamOptions) {
    const connection = await this.#calls.run("work", "stream()", this.#steps.stream(), options);
    const { sql, parameters: values } = compiled(query, parameters);
    for await (const answer of connection.stream<Row>(sql, values, options).answers(size)) {
      const passing = new Passing(this.#steps.tracker);
      yield await this.#calls.run("work", "stream()", this.#steps.partition(query, answer, passing), options);
      passing.forget();
    }
  }
}
