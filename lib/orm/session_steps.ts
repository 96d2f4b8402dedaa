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
    yield* this.#autoflush(key);
    return yield* this.#read(model, key, options);
  }

  *execute<Row>(statement: Query<Row>, parameters: readonly unknown[] = []): Steps<Result<Row>> {
    const { sql, parameters: values } = compiled(statement, parameters);
    yield* this.#autoflush(values, sql);
    const onlyReads = statement instanceof Select && !statement.refresh;
    const connection = yield* this.transaction.begun();
    const answer = yield* step(
      connection.execute<Row>(sql, values, { ...this.transaction.limits, onlyReads }),
    );
    return yield* this.#load(new Loader(this.tracker).result(statement, answer));
  }

  /** The connection for a stream; what waits is sent before. */
  *stream(): Steps<Connection> {
    yield* this.#autoflush();
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
    yield* this.transaction.guard(this.#undo(nested));
    this.transaction.recover();
    this.tracker.rollbackNested(depth);
  }

  *#undo(nested: NestedTransaction): Steps<void> {
    yield* step(nested.rollback(this.transaction.limits));
  }

  /** @param parameters those of the statement that comes next, which must not fail after the flush. */
  *flush(parameters?: readonly unknown[], sql?: string): Steps<void> {
    const flush = new Flush(this.tracker);
    if (flush.isEmpty) return;
    if (parameters) encodeParameters(parameters, sql);
    const connection = yield* this.transaction.begun();
    yield* this.transaction.guard(this.#write(flush, connection));
  }

  *commit(): Steps<void> {
    const flush = new Flush(this.tracker);
    if (flush.isEmpty && !this.transaction.isOpen) return;
    const connection = yield* this.transaction.begun();
    yield* this.transaction.guard(this.#writeAndCommit(flush, connection));
    this.tracker.committed();
    if (this.#options.expireOnCommit) this.tracker.expire();
    yield* this.transaction.end("commit");
  }

  *rollback(timeout?: number): Steps<void> {
    this.tracker.rollback();
    yield* this.transaction.end("rollback", timeout);
  }

  *close(timeout?: number): Steps<void> {
    this.tracker.clear();
    yield* this.transaction.end("close", timeout);
  }

  *#write(flush: Flush, connection: SessionConnection): Steps<void> {
    yield* flush.send(connection, this.transaction);
    yield* flush.receive();
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

  *#autoflush(parameters?: readonly unknown[], sql?: string): Steps<void> {
    if (this.#options.autoflush ?? true) yield* this.flush(parameters, sql);
  }

  /** The object of a key, read from its row. @param anew also if it is known. */
  *#read(
    model: AnyModel,
    key: readonly unknown[],
    { withForUpdate }: GetOptions,
    anew = Boolean(withForUpdate),
  ): Steps<Entity | null> {
    const [row] = yield* this.#rows(selectByKey(model.table, withForUpdate), key, !withForUpdate);
    return row ? this.tracker.load(model, row, anew) : null;
  }

  *#rows(sql: string, parameters: readonly unknown[], onlyReads = true): Steps<unknown[][]> {
    const connection = yield* this.transaction.begun();
    const limits = this.transaction.limits;
    return (yield* step(connection.execute(sql, parameters, { ...limits, onlyReads }))).tuples().all();
  }

  *#load<T>(loading: Loading<T>): Steps<T> {
    let next = loading.next();
    while (!next.done) next = loading.next(yield* this.#rows(next.value.sql, next.value.parameters));
    return next.value;
  }
}
