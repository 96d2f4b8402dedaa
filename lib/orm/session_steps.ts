/**
 * The calls of a session as steps, written once: {@linkcode Session} awaits each step, {@linkcode SyncSession} blocks.
 *
 * @module
 */
import type { Query, TransactionOptions } from "../engine/connection.ts";
import { encodeParameters } from "../values/parameters.ts";
import { CommitOutcomeUnknownError, NoResultFound } from "../engine/errors.ts";
import type { Result } from "../engine/result.ts";
import type { SavepointSteps } from "../engine/savepoint.ts";
import { type Eventual, step, type Steps } from "../engine/steps.ts";
import { mayGoUnawaited } from "../engine/unawaited.ts";
import { merge } from "./merge.ts";
import { compiled } from "../engine/kysely/compilable.ts";
import { selectByKey } from "./selects.ts";
import type { PartitionObjects } from "./partition_objects.ts";
import { withDefaults } from "./default_loaders.ts";
import { Flush } from "./flush.ts";
import { sentValue } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";
import { Loader, type Loading } from "./loading.ts";
import type { AnyModel } from "./model.ts";
import { Select, selectObject } from "./select.ts";
import { givesObjects } from "./object_statement.ts";
import {
  checkExecuteOptions,
  type GetOptions,
  type SessionExecuteOptions,
  type SessionOptions,
} from "./session_options.ts";
import { planSynchronization } from "./synchronize.ts";
import { type NestedTransaction, type SessionConnection, SessionTransaction } from "./session_transaction.ts";
import type { SessionEmitter } from "./session_events.ts";
import { Tracker } from "./tracker.ts";

/** The objects of a session, its transaction and its calls. */
export class SessionSteps<Connection extends SessionConnection = SessionConnection> {
  readonly tracker: Tracker;
  readonly transaction: SessionTransaction<Connection>;
  readonly #options: SessionOptions;

  /** @param connect checks out a connection for a transaction. */
  constructor(
    options: SessionOptions,
    connect: (options: TransactionOptions) => Eventual<Connection>,
    readonly emitter: SessionEmitter,
  ) {
    this.#options = options;
    this.tracker = new Tracker(emitter);
    this.transaction = new SessionTransaction(connect, options);
  }

  /** Reads the object with a key; `null` when there is no such row. */
  *get(model: AnyModel, key: readonly unknown[], options: GetOptions): Steps<Entity | null> {
    const flush = this.#autoflush(key);
    if (flush) yield* flush;
    return yield* this.#read(model, key, options);
  }

  *execute<Row>(
    statement: Query<Row>,
    parameters: readonly unknown[] = [],
    options: SessionExecuteOptions = {},
  ): Steps<Result<Row>> {
    checkExecuteOptions(options);
    const sent = compiled(statement, parameters);
    const { sql, parameters: values } = sent;
    const flush = this.#autoflush(values, sql);
    if (flush) yield* flush;
    const isSelect = statement instanceof Select;
    const onlyReads = isSelect && !statement.refresh;
    const connection = this.transaction.connection ?? (yield* this.transaction.begin());
    if (!onlyReads) this.tracker.noteWrite();
    const { synchronizeSession: how = "auto" } = options;
    const bulk = isSelect ? undefined : planSynchronization(this.tracker, sent, how, givesObjects(statement));
    const query = this.#query<Row>(connection, bulk?.sql ?? sql, bulk?.parameters ?? values, onlyReads);
    const answer = yield* step(query);
    const result = bulk?.finish(answer) ?? answer;
    const objects = yield* this.#load(new Loader(this.tracker).result(statement, result));
    bulk?.removeDeleted(answer, objects);
    return objects;
  }

  /** Flushes and returns the connection for a stream. */
  *stream(): Steps<Connection> {
    const flush = this.#autoflush();
    if (flush) yield* flush;
    return yield* this.transaction.begin();
  }

  /** Converts one partition of a stream to its result. */
  partition<Row>(query: Query<Row>, answer: Result<Row>, objects: PartitionObjects): Steps<Result<Row>> {
    return this.#load(new Loader(objects).result(query, answer));
  }

  *merge<T extends object>(object: T): Steps<T> {
    return (yield* merge(this, object as Entity)) as T;
  }

  *refresh(object: object, options: GetOptions): Steps<void> {
    const state = this.tracker.stateOf(object as Entity, "refresh");
    state.reset();
    if (!(yield* this.#read(state.model, state.rowKey, options, true))) throw new NoResultFound();
  }

  *begin(options?: TransactionOptions): Steps<void> {
    yield* this.transaction.begin(options);
  }

  *beginNested(): Steps<SavepointSteps> {
    yield* this.flush();
    const connection = yield* this.transaction.begin();
    const nested = yield* step(connection.beginNested(this.transaction.limits));
    const depth = this.tracker.beginNested();
    return {
      get isOpen() {
        return nested.isOpen;
      },
      commit: () => this.#commitNested(nested, depth),
      rollback: () => this.#rollbackNested(nested, depth),
    };
  }

  *#commitNested(nested: NestedTransaction, depth: number): Steps<void> {
    yield* this.flush();
    yield* step(nested.commit(this.transaction.limits));
    this.tracker.commitNested(depth);
  }

  *#rollbackNested(nested: NestedTransaction, depth: number): Steps<void> {
    try {
      yield* step(nested.rollback(this.transaction.limits));
    } catch (error) {
      throw this.transaction.fail(error);
    }
    this.transaction.recover();
    this.tracker.rollbackNested(depth);
  }

  *flush(): Steps<void> {
    if (this.#isHeard) yield* this.emitter.beforeFlush();
    const flush = this.#pending();
    if (flush) yield* this.#write(flush);
  }

  *commit(): Steps<void> {
    if (this.#isHeard) yield* this.emitter.beforeFlush();
    const flush = this.#pending();
    if (!flush && !this.transaction.isOpen) return;
    const connection = this.transaction.connection ?? (yield* this.transaction.begin());
    try {
      if (flush) yield* this.#writeAndCommit(flush, connection);
      else yield* step(connection.commit(this.transaction.limits));
    } catch (error) {
      throw this.transaction.fail(error);
    }
    const written = this.emitter.has("afterCommit") ? this.tracker.written() : undefined;
    this.tracker.commit();
    if (this.#options.expireOnCommit) this.tracker.expire();
    yield* step(this.transaction.end("commit")?.close({}));
    if (written) yield* this.emitter.afterCommit(written);
  }

  /** @param timeout milliseconds after which the connection is dropped. */
  *rollback(timeout?: number): Steps<void> {
    this.tracker.rollback();
    yield* step(this.transaction.end("rollback")?.close({ timeout }));
  }

  /**
   * Detaches all objects and ends the transaction.
   *
   * @returns its connection, if one was open; closing it rolls back uncommitted work.
   */
  close(): Connection | undefined {
    this.tracker.clear();
    return this.transaction.end("close");
  }

  *#write(flush: Flush): Steps<void> {
    const connection = yield* this.transaction.begin();
    try {
      yield* flush.send(connection, this.transaction);
      yield* flush.receive();
    } catch (error) {
      throw this.transaction.fail(error);
    }
  }

  /** Sends COMMIT together with the last statements, unless their results must be checked first. */
  *#writeAndCommit(flush: Flush, connection: SessionConnection): Steps<void> {
    yield* flush.send(connection, this.transaction);
    // a failed COMMIT would also end the transaction that encloses an open savepoint
    if (this.tracker.isNested || flush.mustReceiveBeforeCommit) yield* flush.receive();
    const committed = connection.commit(this.transaction.limits);
    const answer = committed && mayGoUnawaited(committed);
    try {
      yield* flush.receive();
    } catch (error) {
      const outcome = yield* step(answer?.catch((reason) => reason));
      // the error of a statement explains more than that of its COMMIT, unless the outcome of that is unknown
      throw outcome instanceof CommitOutcomeUnknownError ? outcome : error;
    }
    yield* step(answer);
  }

  /** True if listeners are to be told of the flush that comes. */
  get #isHeard(): boolean {
    return this.emitter.has("beforeFlush") && this.tracker.hasPending;
  }

  /** Prepares the pending changes, if there are any. */
  #pending(): Flush | undefined {
    if (this.tracker.states.size === 0) return undefined;
    const flush = new Flush(this.tracker);
    return flush.isEmpty ? undefined : flush;
  }

  /**
   * Returns the flush before a statement, if one is due.
   *
   * @param parameters of the statement: checked now, so that it does not fail after the flush.
   */
  #autoflush(parameters?: readonly unknown[], sql?: string): Steps<void> | undefined {
    if (this.#options.autoflush === false) return undefined;
    if (this.#isHeard) {
      if (parameters) encodeParameters(parameters, sql);
      return this.flush();
    }
    const flush = this.#pending();
    if (flush && parameters) encodeParameters(parameters, sql);
    return flush && this.#write(flush);
  }

  /**
   * Reads the object with a key.
   *
   * @param refresh overwrites the values of an object that is in the session.
   */
  *#read(
    model: AnyModel,
    key: readonly unknown[],
    { withForUpdate }: GetOptions,
    refresh = Boolean(withForUpdate),
  ): Steps<Entity | null> {
    const connection = this.transaction.connection ?? (yield* this.transaction.begin());
    if (withDefaults(model).length > 0) {
      const statement = selectObject(model, key, { lock: withForUpdate, refresh });
      const { sql, parameters } = statement.compile();
      const answer = yield* step(this.#query<Record<string, Entity>>(connection, sql, parameters, !withForUpdate));
      return (yield* this.#load(new Loader(this.tracker).result<Record<string, Entity>>(statement, answer))).scalar();
    }
    const sql = selectByKey(model.table, withForUpdate);
    const values = key.map((value, index) => sentValue(model.table.primaryKey[index], value));
    const answer = yield* step(this.#query(connection, sql, values, !withForUpdate));
    const [row] = answer.tuples().all();
    return row ? this.tracker.load(model, row, refresh) : null;
  }

  *#load<T>(loading: Loading<T>): Steps<T> {
    let next = loading.next();
    while (!next.done) {
      const connection = yield* this.transaction.begin();
      const { sql, parameters } = next.value;
      next = loading.next((yield* step(this.#query(connection, sql, parameters, true))).tuples().all());
    }
    return next.value;
  }

  #query<Row>(
    connection: SessionConnection,
    sql: string,
    parameters: readonly unknown[],
    onlyReads: boolean,
  ): Eventual<Result<Row>> {
    return connection.execute(sql, parameters, { ...this.transaction.limits, onlyReads });
  }
}
