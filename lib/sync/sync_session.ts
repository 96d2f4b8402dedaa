/**
 * The session without promises: the same objects, the same plan, sent by calls that block the thread. Nothing else runs
 * between its first statement and its commit, and so no second unit of work can get in its way.
 *
 * @module
 */
import type { Query, TransactionOptions } from "../engine/connection.ts";
import { encodeParameters } from "../engine/drivers/parameters.ts";
import { encodable } from "../engine/encodable.ts";
import { checkSyncBeginOptions, checkWork } from "../engine/options.ts";
import { compiled } from "../kysely/compilable.ts";
import { NoResultFound } from "../engine/errors.ts";
import type { FirstColumn, Result, ScalarResult } from "../engine/result.ts";
import type { SyncConnection } from "./sync_connection.ts";
import { refusePromise, type SyncEngine } from "./sync_engine.ts";
import { Flush, takeOver } from "../orm/flush.ts";
import type { Entity } from "../orm/identity_map.ts";
import { Loader, type Loading } from "../orm/loading.ts";
import type { AnyModel, KeyOf } from "../orm/model.ts";
import { propagateKeys } from "../orm/relations.ts";
import { Select } from "../orm/select.ts";
import { selectByKey } from "../schema/selects.ts";
import {
  checkGetOptions,
  checkSessionOptions,
  type GetOptions,
  keyValues,
  type SessionOptions,
} from "../orm/session_options.ts";
import { type SessionAction, type SessionState, transition } from "../orm/session_state.ts";
import { Passing } from "../stream/passing.ts";
import { SyncRowStream } from "../stream/row_stream.ts";
import { Tracker } from "../orm/tracker.ts";
import type { Step } from "../schema/dml.ts";

/** Makes sessions without promises. Made by {@linkcode syncSessionmaker}. */
export interface SyncSessionMaker {
  (): SyncSession;
  /** Runs `work`, which must not be async, with a session of its own: committed when it returns, else rolled back. */
  begin<T>(work: (session: SyncSession) => T, options?: TransactionOptions): T;
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
    begin<T>(work: (session: SyncSession) => T, transaction?: TransactionOptions): T {
      checkWork(work);
      using session = make();
      session.begin(transaction);
      const value = work(session);
      refusePromise(value, "begin() of a SyncSession");
      session.commit();
      return value;
    },
  });
}

/** Made by the function that {@linkcode syncSessionmaker} returns. Its methods are those of {@linkcode Session}. */
export class SyncSession implements Disposable {
  readonly #engine: SyncEngine;
  readonly #options: SessionOptions;
  readonly #tracker = new Tracker();
  #state: SessionState = "idle";
  #failure: Error | undefined;
  #connection: SyncConnection | undefined;

  constructor(engine: SyncEngine, options: SessionOptions = {}) {
    checkSessionOptions(options);
    this.#engine = engine;
    this.#options = options;
  }

  /** `idle`, `active`, `failed` or `closed`: see `session_state.ts`. */
  get state(): SessionState {
    return this.#state;
  }

  /** Puts a new object into the session, with the objects that it refers to; written with the next flush. */
  add(object: object): void {
    this.#assert("work");
    this.#tracker.add(object as Entity);
  }

  /** Puts several new objects into the session. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /** Marks an object whose row the next flush deletes. @throws {DetachedObjectError} when it is not in this session. */
  delete(object: object): void {
    this.#assert("work");
    this.#tracker.delete(object as Entity);
  }

  /** The next query or `get()` that meets an object's row reads its values anew. Without an object: all of them. */
  expire(object?: object): void {
    this.#tracker.expire(object as Entity | undefined);
  }

  /** What waits to be sent, as data. @throws {MissingValueError} when a new object lacks a value that it needs. */
  diff(): Step[] {
    this.#assert("work");
    return this.#tracker.plan();
  }

  /** The object with this primary key: from the identity map, else from its row; `null` when there is no such row. */
  get<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): InstanceType<M> | null {
    this.#assert("work");
    checkGetOptions(options);
    const { withForUpdate } = options;
    const values = keyValues(model, key);
    const known = this.#tracker.find(model, values);
    if (known && !withForUpdate) return known as InstanceType<M>;
    this.#autoflush(values);
    const [row] = this.#query(selectByKey(model.table, withForUpdate), values, !withForUpdate);
    return (row ? this.#tracker.load(model, row, Boolean(withForUpdate)) : null) as InstanceType<M> | null;
  }

  /** As `get()`, but a missing row is an error. @throws {NoResultFound} */
  getOne<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): InstanceType<M> {
    const object = this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Runs a query: `select(Model)` gives rows of one object each, any query of Kysely, or SQL, its rows.
   *
   * @throws {DatabaseError} what the server reports. @throws {SecondUnitOfWorkError} when another session is at work.
   */
  execute<Row = Record<string, unknown>>(statement: Query<Row>, parameters: readonly unknown[] = []): Result<Row> {
    this.#assert("work");
    const { sql, parameters: values } = compiled(statement, parameters);
    this.#autoflush(values, sql);
    const onlyReads = statement instanceof Select && !statement.refresh;
    const answer = this.#begun().execute<Row>(sql, values, { onlyReads });
    return this.#load(new Loader(this.#tracker).result(statement, answer));
  }

  /** The first column of the first row, which of `select(Model)` is an object, or `null`; further rows are ignored. */
  scalar<Row>(statement: Query<Row>, parameters?: readonly unknown[]): FirstColumn<Row> | null {
    return this.execute(statement, parameters).scalar();
  }

  /** The first column of every row: of `select(Model)` the objects. */
  scalars<Row>(statement: Query<Row>, parameters?: readonly unknown[]): ScalarResult<FirstColumn<Row>> {
    return this.execute(statement, parameters).scalars();
  }

  /** What `execute()` gives, while it comes; objects pass through, as in the `stream()` of a {@linkcode Session}. */
  stream<Row>(query: Query<Row>, parameters?: readonly unknown[]): SyncRowStream<Row> {
    encodable(query, parameters);
    return new SyncRowStream((size) => this.#answers(query, parameters, size), (answer) => answer.all());
  }

  /** As `stream()`, the first column of each row: of `select(Model)` the objects. */
  streamScalars<Row>(query: Query<Row>, parameters?: readonly unknown[]): SyncRowStream<FirstColumn<Row>, Row> {
    encodable(query, parameters);
    return new SyncRowStream((size) => this.#answers(query, parameters, size), (answer) => answer.scalars().all());
  }

  /** Begins a transaction now, to choose how. @throws {TransactionBegunError} when one is open. */
  begin(options?: TransactionOptions): void {
    this.#assert("begin");
    if (options !== undefined) checkSyncBeginOptions(options);
    this.#begun(options);
  }

  /**
   * Sends what waits. The transaction stays open.
   *
   * @throws {EncodingError} @throws {MissingValueError} before anything is sent.
   * @throws {StaleDataError} @throws {DatabaseError} the session then needs a `rollback()`.
   */
  flush(): void {
    this.#assert("work");
    this.#flush();
  }

  /** Sends what waits and makes the transaction permanent. */
  commit(): void {
    this.#assert("commit");
    this.#flush();
    const connection = this.#connection;
    if (!connection) return;
    this.#guard(() => connection.commit());
    this.#tracker.committed();
    if (this.#options.expireOnCommit) this.#tracker.expire();
    this.#end("commit");
  }

  /** Undoes the transaction. Objects return to what they were when it began; new ones leave the session. */
  rollback(): void {
    this.#assert("rollback");
    this.#tracker.rollback();
    this.#end("rollback");
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  close(): void {
    this.#tracker.clear();
    this.#end("close");
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Ends the transaction: what was not committed is rolled back. */
  #end(action: "commit" | "rollback" | "close"): void {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = undefined;
    connection?.close();
  }

  /** @param parameters those of the statement that comes next, which must not fail after this was written. */
  #flush(parameters?: readonly unknown[], sql?: string): void {
    const flush = new Flush(this.#tracker);
    if (flush.isEmpty) return;
    if (parameters) encodeParameters(parameters, sql);
    const connection = this.#begun();
    this.#guard(() => {
      for (const step of flush.steps) {
        if (step.waits) step.entities.forEach(propagateKeys);
        takeOver(step, connection.execute(step.sql, step.parameters()));
      }
      flush.done();
    });
  }

  /** Does what leaves nothing of the transaction to keep when it goes wrong. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure = error as Error;
      this.#state = transition(this.#state, "fail");
      throw error;
    }
  }

  #autoflush(parameters?: readonly unknown[], sql?: string): void {
    if (this.#options.autoflush ?? true) this.#flush(parameters, sql);
  }

  #query(sql: string, parameters: readonly unknown[], onlyReads = true): unknown[][] {
    return this.#begun().execute(sql, parameters, { onlyReads }).tuples().all();
  }

  *#answers<Row>(query: Query<Row>, parameters: readonly unknown[] = [], size: number): Generator<Result<Row>, void> {
    this.#assert("work");
    const { sql, parameters: values } = compiled(query, parameters);
    this.#autoflush();
    for (const answer of this.#begun().stream<Row>(sql, values).answers(size)) {
      const passing = new Passing(this.#tracker);
      yield this.#load(new Loader(passing).result(query, answer));
      passing.forget();
    }
  }

  #load<T>(loading: Loading<T>): T {
    let step = loading.next();
    while (!step.done) step = loading.next(this.#query(step.value.sql, step.value.parameters));
    return step.value;
  }

  /** The connection of the transaction, which begins with it. */
  #begun(options?: TransactionOptions): SyncConnection {
    if (!this.#connection) {
      const { isolationLevel, readOnly } = { ...this.#options, ...options };
      const { commandTimeout } = this.#options;
      this.#connection = this.#engine.connect({ isolationLevel, readOnly, commandTimeout });
      this.#state = transition(this.#state, "work");
    }
    return this.#connection;
  }

  #assert(action: SessionAction): void {
    transition(this.#state, action, this.#failure);
  }
}
