/**
 * The calls of a session, written once as steps: {@linkcode Session} awaits each step, {@linkcode SyncSession} blocks.
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
import type { Passing } from "./passing.ts";
import { Flush } from "./flush.ts";
import type { Entity } from "./identity_map.ts";
import { Loader, type Loading } from "./loading.ts";
import type { AnyModel } from "./model.ts";
import { Select } from "./select.ts";
import type { GetOptions, SessionOptions } from "./session_options.ts";
import { type NestedTransaction, type SessionConnection, SessionTransaction } from "./session_transaction.ts";
import { Tracker } from "./tracker.ts";

/** The objects of a session, its transaction, and what its calls do. */
export class SessionSteps<Connection extends SessionConnection = SessionConnection> {
  readonly tracker = new Tracker();
  readonly transaction: SessionTransaction<Connection>;
  readonly #options: SessionOptions;

  /** @param connect takes a connection for a transaction. */
  constructor(options: SessionOptions, connect: (options: TransactionOptions) => Eventual<Connection>) {
    this.#options = options;
    this.transaction = new SessionTransaction(connect, options);
  }

  /** The object with this key, read from its row; `null` when there is none. */
  *get(model: AnyModel, key: readonly unknown[], options: GetOptions): Steps<Entity | null> {
    const flush = this.#autoflush(key);
    if (flush) yield* this.#write(flush);
    return yield* this.#read(model, key, options);
  }

  *execute<Row>(statement: Query<Row>, parameters: readonly unknown[] = []): Steps<Result<Row>> {
    const { sql, parameters: values } = compiled(statement, parameters);
    const flush = this.#autoflush(values, sql);
    if (flush) yield* this.#write(flush);
    const onlyReads = statement instanceof Select && !statement.refresh;
    const connection = this.transaction.connection ?? (yield* this.transaction.begun());
    const answer = yield* step(this.#query<Row>(connection, sql, values, onlyReads));
    return yield* this.#load(new Loader(this.tracker).result(statement, answer));
  }

  /** The connection for a stream; what waits is sent before. */
  *stream(): Steps<Connection> {
    const flush = this.#autoflush();
    if (flush) yield* this.#write(flush);
    return yield* this.transaction.begun();
  }

  /** The result of one partition of a stream. */
  partition<Row>(query: Query<Row>, answer: Result<Row>, passing: Passing): Steps<Result<Row>> {
    return this.#load(new Loader(passing).result(query, answer));
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
    yield* this.transaction.begun(options);
  }

  *beginNested(): Steps<SavepointSteps> {
    yield* this.flush();
    const connection = yield* this.transaction.begun();
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
    const flush = this.#pending();
    if (flush) yield* this.#write(flush);
  }

  *commit(): Steps<void> {
    const flush = this.#pending();
    if (!flush && !this.transaction.isOpen) return;
    const connection = this.transaction.connection ?? (yield* this.transaction.begun());
    try {
      if (flush) yield* this.#writeAndCommit(flush, connection);
      else yield* step(connection.commit(this.transaction.limits));
    } catch (error) {
      throw this.transaction.fail(error);
    }
    this.tracker.committed();
    if (this.#options.expireOnCommit) this.tracker.expire();
    yield* step(this.transaction.end("commit")?.close({}));
  }

  /** @param timeout milliseconds, then the connection is dropped. */
  *rollback(timeout?: number): Steps<void> {
    this.tracker.rollback();
    yield* step(this.transaction.end("rollback")?.close({ timeout }));
  }

  /** Forgets all objects. @returns the connection to close, if a transaction is open: that rolls it back. */
  close(): Connection | undefined {
    this.tracker.clear();
    return this.transaction.end("close");
  }

  *#write(flush: Flush): Steps<void> {
    const connection = yield* this.transaction.begun();
    try {
      yield* flush.send(connection, this.transaction);
      yield* flush.receive();
    } catch (error) {
      throw this.transaction.fail(error);
    }
  }

  /** COMMIT travels with the last statements, unless their answers have to be looked at first. */
  *#writeAndCommit(flush: Flush, connection: SessionConnection): Steps<void> {
    yield* flush.send(connection, this.transaction);
    // a failed COMMIT would end the transaction around an open savepoint, too
    if (this.tracker.isNested || flush.isChecked) yield* flush.receive();
    const committed = connection.commit(this.transaction.limits);
    const answer = committed && mayGoUnawaited(committed);
    try {
      yield* flush.receive();
    } catch (error) {
      const outcome = yield* step(answer?.catch((reason) => reason));
      // the error of a statement says more than that of the COMMIT behind it, unless nobody knows what that did
      throw outcome instanceof CommitOutcomeUnknownError ? outcome : error;
    }
    yield* step(answer);
  }

  /** What waits to be written, if anything does. */
  #pending(): Flush | undefined {
    const flush = new Flush(this.tracker);
    return flush.isEmpty ? undefined : flush;
  }

  /** What is written before a statement. @param parameters those of the statement, which must not fail afterwards. */
  #autoflush(parameters?: readonly unknown[], sql?: string): Flush | undefined {
    const flush = this.#options.autoflush ?? true ? this.#pending() : undefined;
    if (flush && parameters) encodeParameters(parameters, sql);
    return flush;
  }

  /** The object of a key, read from its row. @param anew also if it is known. */
  *#read(
    model: AnyModel,
    key: readonly unknown[],
    { withForUpdate }: GetOptions,
    anew = Boolean(withForUpdate),
  ): Steps<Entity | null> {
    const connection = this.transaction.connection ?? (yield* this.transaction.begun());
    const sql = selectByKey(model.table, withForUpdate);
    const answer = yield* step(this.#query(connection, sql, key, !withForUpdate));
    const [row] = answer.tuples().all();
    return row ? this.tracker.load(model, row, anew) : null;
  }

  *#load<T>(loading: Loading<T>): Steps<T> {
    let next = loading.next();
    while (!next.done) {
      const connection = yield* this.transaction.begun();
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
