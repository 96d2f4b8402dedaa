/**
 * The session: a shopping cart for rows. Reads run at once, writes wait in the session until `flush()` or `commit()`
 * sends them together. As in SQLAlchemy a connection is taken with the first statement and given back at the end of the
 * transaction.
 *
 * @module
 */
import type { Query, TransactionOptions } from "../engine/connection.ts";
import { encodeParameters } from "../engine/drivers/parameters.ts";
import { encodable } from "../engine/encodable.ts";
import { checkBeginOptions, checkLimitOptions, checkSyncLimitOptions } from "../engine/options.ts";
import type { Engine } from "../engine/engine.ts";
import { CommitOutcomeUnknownError, NoResultFound } from "../engine/errors.ts";
import type { FirstColumn, Result, ScalarResult } from "../engine/result.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import { Savepoint } from "../engine/savepoint.ts";
import { mayGoUnawaited } from "../engine/unawaited.ts";
import { merge } from "../ext/merge.ts";
import type { StreamArguments, StreamOptions } from "../stream/cursor.ts";
import { Passing } from "../stream/passing.ts";
import { RowStream } from "../stream/row_stream.ts";
import { compiled } from "../kysely/compilable.ts";
import { Flush } from "./flush.ts";
import type { Entity } from "./identity_map.ts";
import { Loader, type Loading } from "./loading.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import { selectByKey } from "../schema/selects.ts";
import {
  checkGetOptions,
  checkSessionOptions,
  type GetOptions,
  keyValues,
  type SessionOptions,
} from "./session_options.ts";
import { Select } from "./select.ts";
import type { SessionState } from "./session_state.ts";
import { SessionTransaction } from "./session_transaction.ts";
import { Tracker } from "./tracker.ts";
import type { Step } from "../schema/dml.ts";

export type { GetOptions, SessionOptions } from "./session_options.ts";

/** Made by the function that {@linkcode sessionmaker} returns. */
export class Session implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #transaction: SessionTransaction;
  readonly #tracker = new Tracker();

  /** @throws {TypeError} @throws {RangeError} for an option that does not exist, or cannot be. */
  constructor(engine: Engine, options: SessionOptions = {}) {
    checkSessionOptions(options);
    this.#transaction = new SessionTransaction(engine, options);
    this.#options = options;
  }

  /** `idle`, `active`, `failed` or `closed`: see `session_state.ts`. */
  get state(): SessionState {
    return this.#transaction.state;
  }

  /** The objects that will be inserted. */
  get new(): ReadonlySet<object> {
    return this.#tracker.objects("new");
  }

  /** The objects that will be updated. */
  get dirty(): ReadonlySet<object> {
    return this.#tracker.objects("dirty");
  }

  /** The objects that will be deleted. */
  get deleted(): ReadonlySet<object> {
    return this.#tracker.objects("deleted");
  }

  /** Puts a new object into the session, with the objects that it refers to; written with the next flush. */
  add(object: object): void {
    this.#transaction.assert("work");
    this.#tracker.add(object as Entity);
  }

  /** Puts several new objects into the session. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /** Marks an object whose row the next flush deletes. @throws {DetachedObjectError} when it is not in this session. */
  delete(object: object): void {
    this.#transaction.assert("work");
    this.#tracker.delete(object as Entity);
  }

  /** Takes an object out of the session: its changes are not written, and the next query makes another object. */
  expunge(object: object): void {
    this.#tracker.expunge(object as Entity);
  }

  /** The next query or `get()` that meets an object's row reads its values anew. Without an object: all of them. */
  expire(object?: object): void {
    this.#tracker.expire(object as Entity | undefined);
  }

  /**
   * What waits to be sent, as data: the statements in their order, with their parameters as far as they are known.
   *
   * @throws {MissingValueError} when a new object lacks a value that it needs.
   */
  diff(): Step[] {
    this.#transaction.assert("work");
    return this.#tracker.plan();
  }

  /**
   * The object with this primary key: from the identity map without asking the server if it is there, else from its row.
   *
   * @param key the value of the primary key; an object with its attributes when it has several.
   * @returns the object, or `null` when there is no such row.
   */
  async get<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): Promise<InstanceType<M> | null> {
    this.#transaction.assert("work");
    checkGetOptions(options);
    const values = keyValues(model, key);
    const known = this.#tracker.find(model, values);
    if (known && !options.withForUpdate) return known as InstanceType<M>;
    return await this.#transaction.run("work", `get(${model.name})`, async () => {
      await this.#autoflush(values);
      return await this.#read(model, values, options) as InstanceType<M> | null;
    }, options);
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
    parameters: readonly unknown[] = [],
    limits?: LimitOptions,
  ): Promise<Result<Row>> {
    return this.#transaction.run("work", "execute()", async () => {
      const { sql, parameters: values } = compiled(statement, parameters);
      await this.#autoflush(values, sql);
      const onlyReads = statement instanceof Select && !statement.refresh;
      const answer = await (await this.#transaction.begun()).execute<Row>(sql, values, {
        ...this.#transaction.limits,
        onlyReads,
      });
      return await this.#load(new Loader(this.#tracker).result(statement, answer));
    }, limits);
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
    if (options) checkLimitOptions("stream()", options);
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
  merge<T extends object>(object: T): Promise<T> {
    return merge(this, object);
  }

  /** Reads the values of an object anew; its changes are lost. @throws {DetachedObjectError} @throws {NoResultFound} */
  refresh(object: object, options: GetOptions = {}): Promise<void> {
    return this.#transaction.run("work", "refresh()", async () => {
      checkGetOptions(options);
      const state = this.#tracker.stateOf(object as Entity, "refresh");
      state.reset();
      if (!await this.#read(state.model, state.rowKey, options, true)) throw new NoResultFound();
    }, options);
  }

  /**
   * Begins a transaction now, to choose how: else it begins by itself with the first statement. What the options leave
   * out is as the session was told.
   *
   * @throws {TransactionBegunError} when one is open.
   */
  begin(options?: TransactionOptions & LimitOptions): Promise<void> {
    return this.#transaction.run("begin", "begin()", async () => {
      if (options !== undefined) checkBeginOptions(options);
      await this.#transaction.begun(options);
    }, options);
  }

  /**
   * Sends what waits and marks a point to which the transaction can be rolled back, objects included.
   *
   * ```ts ignore
   * await using savepoint = await session.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                            // … unless it was kept
   * ```
   */
  beginNested(limits?: LimitOptions): Promise<Savepoint> {
    return this.#transaction.run("work", "beginNested()", async () => {
      await this.#flush();
      const inner = await (await this.#transaction.begun()).beginNested(this.#transaction.limits);
      const depth = this.#tracker.beginNested();
      const commit = async () => {
        await this.#flush();
        await inner.commit(this.#transaction.limits);
        this.#tracker.commitNested(depth);
      };
      const rollback = async () => {
        await this.#transaction.guard(() => inner.rollback(this.#transaction.limits));
        this.#transaction.recover();
        this.#tracker.rollbackNested(depth);
      };
      return new Savepoint(
        () => inner.isOpen,
        (own) => this.#transaction.run("work", "commit() of a savepoint", commit, own),
        (own) => this.#transaction.run("rollbackNested", "rollback() of a savepoint", rollback, own),
      );
    }, limits);
  }

  /**
   * Sends what waits: new objects, changed ones, deleted ones, and their relations. The transaction stays open.
   *
   * @throws {EncodingError} @throws {MissingValueError} before anything is sent.
   * @throws {StaleDataError} @throws {DatabaseError} the session then needs a `rollback()`.
   */
  flush(limits?: LimitOptions): Promise<void> {
    return this.#transaction.run("work", "flush()", () => this.#flush(), limits);
  }

  /**
   * Sends what waits and makes the transaction permanent. COMMIT travels together with new rows; where the number of
   * changed rows has to be looked at, it waits for that.
   *
   * @throws {CommitOutcomeUnknownError} when the connection broke, or the time was over, while the server worked on COMMIT.
   */
  commit(limits?: LimitOptions): Promise<void> {
    return this.#transaction.run("commit", "commit()", async () => {
      const flush = new Flush(this.#tracker);
      if (flush.isEmpty && !this.#transaction.isOpen) return;
      const connection = await this.#transaction.begun();
      await this.#transaction.guard(async () => {
        const sent = flush.send(connection, () => this.#transaction.limits);
        // a failed COMMIT would end the transaction around an open savepoint, too
        if (this.#tracker.isNested || flush.isChecked) await sent;
        const committed = mayGoUnawaited(connection.commit(this.#transaction.limits));
        await sent.catch(async (error) => {
          const outcome = await committed.catch((reason) => reason);
          // when a statement failed its error says more, unless nobody knows what became of the COMMIT behind it
          throw outcome instanceof CommitOutcomeUnknownError ? outcome : error;
        });
        await committed;
      });
      this.#tracker.committed();
      if (this.#options.expireOnCommit) this.#tracker.expire();
      await this.#transaction.end("commit");
    }, limits);
  }

  /** Undoes the transaction. Objects return to what they were when it began; new ones leave the session. */
  rollback(limits?: Pick<LimitOptions, "timeout">): Promise<void> {
    return this.#transaction.run("rollback", "rollback()", async () => {
      this.#tracker.rollback();
      await this.#transaction.end("rollback", limits?.timeout);
    }, limits);
  }

  /**
   * Rolls back what was not committed and gives the connection back. A second call does nothing.
   *
   * @param limits after `timeout` milliseconds (default: `connectTimeout` of the engine) the connection is dropped.
   */
  async close(limits: Pick<LimitOptions, "timeout"> = {}): Promise<void> {
    checkSyncLimitOptions("close()", limits);
    const limit = Limit.of(limits);
    await this.#transaction.idle(limit?.timeout ?? Infinity); // someone forgot to await a call
    this.#tracker.clear();
    await this.#transaction.end("close", limit?.left);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @param parameters those of the statement that comes next, which must not fail after this was written. */
  async #flush(parameters?: readonly unknown[], sql?: string): Promise<void> {
    const flush = new Flush(this.#tracker);
    if (flush.isEmpty) return;
    if (parameters) encodeParameters(parameters, sql);
    const connection = await this.#transaction.begun();
    await this.#transaction.guard(() => flush.send(connection, () => this.#transaction.limits));
  }

  async #autoflush(parameters?: readonly unknown[], sql?: string): Promise<void> {
    if (this.#options.autoflush ?? true) await this.#flush(parameters, sql);
  }

  /** The object of a key, read from its row. @param anew also if it is known. */
  async #read(model: AnyModel, key: unknown[], { withForUpdate }: GetOptions, anew = Boolean(withForUpdate)) {
    const [row] = await this.#rows(selectByKey(model.table, withForUpdate), key, !withForUpdate);
    return row ? this.#tracker.load(model, row, anew) : null;
  }

  async #rows(sql: string, parameters: readonly unknown[], onlyReads = true): Promise<unknown[][]> {
    const connection = await this.#transaction.begun();
    return (await connection.execute(sql, parameters, { ...this.#transaction.limits, onlyReads })).tuples().all();
  }

  async *#answers<Row>(query: Query<Row>, parameters: readonly unknown[] = [], size: number, options?: StreamOptions) {
    const connection = await this.#transaction.run("work", "stream()", async () => {
      await this.#autoflush();
      return await this.#transaction.begun();
    }, options);
    const { sql, parameters: values } = compiled(query, parameters);
    for await (const answer of connection.stream<Row>(sql, values, options).answers(size)) {
      const passing = new Passing(this.#tracker);
      const load = () => this.#load(new Loader(passing).result(query, answer));
      yield await this.#transaction.run("work", "stream()", load, options);
      passing.forget();
    }
  }

  async #load<T>(loading: Loading<T>): Promise<T> {
    let step = loading.next();
    while (!step.done) step = loading.next(await this.#rows(step.value.sql, step.value.parameters));
    return step.value;
  }
}
