/**
 * A connection of libpq, blocking or on threads.
 *
 * @module
 */
import type { ConnectSettings, RawResult, Statement, TransactionStatus } from "../../driver.ts";
import {
  AnswerTimeoutError,
  ConnectionLostError,
  CopyNotSupportedError,
  DriverError,
  type ServerErrorFields,
  StatementCancelledError,
} from "../../errors.ts";
import { settledWithin } from "../../../base/within.ts";
import { PreparedStatements } from "../prepared_statements.ts";
import { unnamedText } from "../unnamed_text.ts";
import { databaseError } from "../server_error.ts";
import type { SyncDriverConnection } from "../../sync_driver.ts";
import type { Reported } from "../../../values/date_styles.ts";
import { cString, CStringArray, fromC } from "./c_strings.ts";
import { cancelling, cancelOnThread } from "./cancel.ts";
import { beginsCopy, endCopy } from "./copy.ts";
import { assertOnlyOne, noteTransaction } from "./one_unit_of_work.ts";
import { Pipeline } from "./pipeline.ts";
import { LastResult, readError, readRows, readShape, type Shape } from "./result.ts";
import { type SocketPoll, socketPoll } from "./socket_poll.ts";
import { CONNECTION_OK, ExecStatus, type Libpq, TEXT, TRANSACTION_STATUSES } from "./symbols.ts";
import { runBlocking, Threads, TimeIsUp, type Work } from "./waiting.ts";
import { Wire, WireClosed } from "./wire.ts";

/** A prepared statement, and its columns once they are known. */
interface Prepared {
  readonly name: Uint8Array<ArrayBuffer>;
  shape?: Shape;
}

/** An open connection, with `query()` as the port requires and the blocking `querySync()`. */
export class LibpqConnection implements SyncDriverConnection {
  readonly backendPid: number;
  onLost: (() => void) | undefined;
  readonly #pq: Libpq;
  readonly #settings: ConnectSettings;
  readonly #poll: SocketPoll;
  readonly #threads: Threads;
  readonly #wire: Wire;
  readonly #pipeline: Pipeline;
  #lost: Error | undefined;
  #transactionStatus: TransactionStatus = "idle";
  readonly #prepared = new PreparedStatements<Prepared>((name) => ({ name: cString(name) }));
  readonly #values = new CStringArray();
  readonly #reported: Reported = (setting) =>
    fromC(this.#pq.PQparameterStatus(this.#wire.connection, cString(setting))) || undefined;
  /** Reads the answer to what was sent without waiting for it. */
  #unread: Work<void> | undefined;
  /** On threads: resolves when all statements so far are answered, because a connection runs one at a time. */
  #turn: Promise<void> = Promise.resolve();
  #queued = 0;

  /** @param connection address of an open connection, which this object closes. */
  constructor(pq: Libpq, settings: ConnectSettings, connection: Deno.PointerValue) {
    this.#pq = pq;
    this.#settings = settings;
    this.#poll = socketPoll(pq);
    this.#threads = new Threads(this.#poll);
    this.#wire = new Wire(pq, connection);
    this.#pipeline = new Pipeline(pq, this.#wire);
    this.backendPid = pq.PQbackendPID(connection);
  }

  get transactionStatus(): TransactionStatus {
    if (this.#unread) {
      this.#pq.PQconsumeInput(this.#wire.connection);
      this.#unread.next(); // reads the answer if it has arrived
    }
    return this.#transactionStatus;
  }

  /** The reason the connection is unusable. Checks the socket, which nobody watches while it is idle. */
  get lost(): Error | undefined {
    if (this.#lost === undefined && this.#queued === 0) this.#look();
    return this.#lost;
  }

  query(statement: Statement): Promise<RawResult> {
    return this.#settings.nonblocking ? this.#inTurn(statement) : this.#settled(statement);
  }

  /**
   * Runs a statement and blocks the thread until it is answered, or times out.
   *
   * @param ahead a statement without parameters to run first: in the same round trip, if both are prepared. Its error
   * may be thrown.
   * @throws {DatabaseError}
   * @throws {ConnectionLostError}
   * @throws {SecondUnitOfWorkError}
   * @throws {AnswerTimeoutError}
   */
  querySync(statement: Statement, ahead?: string): RawResult {
    const work = ahead === undefined ? this.#querying(statement) : this.#queryingAfter(ahead, statement);
    // most statements take this path: no generator more than they need
    return runBlocking(this.#poll, statement.timeout === undefined ? work : this.#limited(statement, work));
  }

  /** Sends a statement without parameters; the next call reads its answer first. */
  sendSync(sql: string, timeout?: number): void {
    const work = this.#sending(sql);
    const mayWait = timeout !== undefined && (this.#unread !== undefined || this.#prepared.get(sql) === undefined);
    runBlocking(this.#poll, mayWait ? this.#limited({ sql, parameters: [], timeout }, work) : work);
  }

  /** Requests cancellation, for at most `connectTimeout`. */
  async cancel(): Promise<void> {
    if (this.#wire.connection === null) return;
    const { connectTimeout } = this.#settings;
    if (this.#pq.PQcancelCreate) {
      const until = performance.now() + connectTimeout;
      return await new Threads(this.#poll).run(cancelling(this.#pq, this.#wire.connection, until));
    }
    const request = cancelOnThread(this.#pq, this.#wire.connection);
    if (!await settledWithin(connectTimeout, request)) throw new TimeIsUp();
    await request;
  }

  async close(limit = Infinity): Promise<void> {
    this.onLost = undefined;
    await settledWithin(limit, this.#turn);
    this.closeSync();
    await this.#threads.free;
  }

  /** Closes the connection immediately. A second call does nothing. */
  closeSync(): void {
    this.onLost = undefined;
    this.drop(new Error("the connection was closed"));
  }

  drop(reason: Error): void {
    this.#lose(reason);
    this.#wire.close();
    this.#threads.wake();
  }

  // deno-lint-ignore require-await -- the promise is settled when this returns
  async #settled(statement: Statement): Promise<RawResult> {
    return this.querySync(statement);
  }

  async #inTurn(statement: Statement): Promise<RawResult> {
    const { promise: after, resolve: done } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = after;
    this.#queued++;
    try {
      await before;
      return await this.#threads.run(this.#limited(statement, this.#querying(statement)));
    } finally {
      this.#queued--;
      done();
    }
  }

  *#limited<T>({ timeout, sql }: Statement, work: Work<T>): Work<T> {
    if (timeout !== undefined) this.#wire.limit(timeout);
    try {
      return yield* work;
    } catch (error) {
      if (error instanceof WireClosed) throw this.#lostError(sql);
      if (timeout === undefined) throw error;
      const isOurs = error instanceof StatementCancelledError && this.#wire.isCancelled;
      if (!isOurs && !(error instanceof TimeIsUp)) throw error;
      const isOver = this.#statusNow() !== undefined;
      if (!isOver) this.drop(new Error(`no answer within ${timeout / 1000} s`));
      throw new AnswerTimeoutError(timeout / 1000, isOver ? "cancelled" : "dropped", sql, { cause: error });
    } finally {
      if (timeout !== undefined) this.#wire.limit(Infinity);
    }
  }

  *#queryingAfter(ahead: string, statement: Statement): Work<RawResult> {
    const prepared = this.#prepared.get(statement.sql);
    const first = this.#prepared.get(ahead);
    if (prepared && first) return yield* this.#together(ahead, first, statement, prepared);
    yield* this.#querying({ sql: ahead, parameters: [], isSingle: true });
    return yield* this.#querying(statement);
  }

  *#querying(statement: Statement): Work<RawResult> {
    const { sql, parameters, isSingle, waitsForNoLock } = statement;
    if (this.#unread) yield* this.#unread;
    this.#assertUsable(sql, waitsForNoLock);
    if (parameters.length === 0 && !isSingle) {
      const text = cString(unnamedText(statement));
      return yield* this.#answer(this.#pq.PQsendQuery(this.#wire.connection, text), sql);
    }
    const prepared = this.#prepared.get(sql) ?? (yield* this.#preparing(sql));
    const { connection } = this.#wire;
    const values = this.#values.write(parameters);
    const sent = prepared
      ? this.#pq.PQsendQueryPrepared(connection, prepared.name, parameters.length, values, null, null, TEXT)
      : this.#pq.PQsendQueryParams(
        connection,
        cString(unnamedText(statement)),
        parameters.length,
        null,
        values,
        null,
        null,
        TEXT,
      );
    return yield* this.#answer(sent, sql, prepared);
  }

  /** Prepares a statement on its first use; `undefined` if it is to be sent unnamed. */
  *#preparing(sql: string): Work<Prepared | undefined> {
    if (!this.#settings.prepare) return undefined;
    const text = cString(sql);
    const prepared = this.#prepared.add(sql);
    if (!prepared) return undefined;
    try {
      yield* this.#answer(this.#pq.PQsendPrepare(this.#wire.connection, prepared.name, text, 0, null), sql);
      this.#assertInTime();
      return prepared;
    } catch (error) {
      this.#prepared.forget(sql, prepared);
      throw error;
    }
  }

  /** Sends both statements together and reads both answers. */
  *#together(ahead: string, first: Prepared, { sql, parameters }: Statement, second: Prepared): Work<RawResult> {
    this.#assertUsable(sql);
    this.#add(first);
    this.#add(second, parameters);
    this.#pipeline.send();
    if (this.#unread) yield* this.#unread;
    if (this.#lost) throw this.#lostError(sql);
    try {
      yield* this.#pipeline.next((result) => this.#decode(result, ahead, first));
      return yield* this.#pipeline.next((result) => this.#decode(result, sql, second));
    } finally {
      yield* this.#pipeline.toSync();
      this.#noteTransaction(sql);
    }
  }

  *#sending(sql: string): Work<void> {
    if (this.#unread) yield* this.#unread;
    this.#assertUsable(sql);
    const prepared = this.#prepared.get(sql) ?? (yield* this.#preparing(sql));
    if (!prepared) return void (yield* this.#querying({ sql, parameters: [] }));
    this.#add(prepared);
    this.#pipeline.send();
    this.#unread = this.#reading(sql);
    noteTransaction(this, false, sql);
  }

  #add({ name }: Prepared, parameters: readonly (string | null)[] = []): void {
    this.#pipeline.add(name, parameters.length, this.#values.write(parameters));
  }

  /** Reads the answer to what was sent without waiting for it. */
  *#reading(sql: string): Work<void> {
    try {
      yield* this.#pipeline.next((result) => this.#decode(result, sql, undefined));
      yield* this.#pipeline.toSync();
      this.#readTransactionStatus();
    } catch (error) {
      if (error instanceof TimeIsUp) throw error;
      this.#lose(error as Error); // the state of the connection is unknown
    } finally {
      this.#unread = undefined;
    }
  }

  /** Checks that an earlier statement has not used up the time. */
  #assertInTime(): void {
    if (this.#wire.isCancelled) throw new TimeIsUp();
  }

  #assertUsable(sql: string, waitsForNoLock = false): void {
    this.#assertInTime();
    if (this.#lost) throw this.#lostError(sql);
    if (!this.#settings.nonblocking && !waitsForNoLock) assertOnlyOne(this, sql);
  }

  #lostError(sql: string): ConnectionLostError {
    return new ConnectionLostError(this.#lost!.message, sql, { cause: this.#lost });
  }

  /**
   * Reads all results of a statement. Several statements in one text have several results: the last one counts, and an
   * error is the last one.
   *
   * @param sent 1 if libpq accepted the statement.
   */
  *#answer(sent: number, sql: string, prepared?: Prepared): Work<RawResult> {
    if (sent !== 1) throw this.#broken(sql);
    using last = new LastResult(this.#pq);
    let isCopy = false;
    for (let result = yield* this.#wire.result(); result !== null; result = yield* this.#wire.result()) {
      last.replace(result);
      const status = this.#pq.PQresultStatus(result);
      if (!beginsCopy(status)) continue;
      isCopy = true;
      yield* endCopy(this.#pq, this.#wire, status);
    }
    this.#noteTransaction(sql);
    if (isCopy) {
      if (prepared) this.#prepared.failed(sql, prepared, "0A000"); // in pipeline mode libpq could not end the COPY
      throw new CopyNotSupportedError(sql);
    }
    return this.#decode(last.result, sql, prepared);
  }

  #noteTransaction(sql: string): void {
    this.#readTransactionStatus();
    if (!this.#settings.nonblocking && !this.#lost) noteTransaction(this, this.#transactionStatus !== "idle", sql);
  }

  #readTransactionStatus(): void {
    this.#transactionStatus = this.#statusNow() ?? this.#transactionStatus;
  }

  #statusNow(): TransactionStatus | undefined {
    return TRANSACTION_STATUSES[this.#pq.PQtransactionStatus(this.#wire.connection)];
  }

  #decode(result: Deno.PointerValue, sql: string, prepared: Prepared | undefined): RawResult {
    switch (this.#pq.PQresultStatus(result)) {
      case ExecStatus.TUPLES_OK: {
        const shape = prepared?.shape ?? readShape(this.#pq, result);
        if (prepared) prepared.shape = shape;
        return readRows(this.#pq, result, shape, this.#reported);
      }
      case ExecStatus.COMMAND_OK:
      case ExecStatus.EMPTY_QUERY:
        return readRows(this.#pq, result, { columns: [], decoders: [] }, this.#reported);
      default:
        throw this.#error(result, sql, prepared);
    }
  }

  #error(result: Deno.PointerValue, sql: string, prepared: Prepared | undefined): Error {
    const fields = readError(this.#pq, result);
    if (prepared && fields) this.#prepared.failed(sql, prepared, fields.sqlstate);
    if (!fields || this.#pq.PQstatus(this.#wire.connection) !== CONNECTION_OK) return this.#broken(sql, fields);
    const error = databaseError(fields, sql);
    return error instanceof ConnectionLostError ? this.#broken(sql, fields) : error;
  }

  /** Returns the error for a broken connection, or of libpq itself. */
  #broken(sql: string, fields?: ServerErrorFields): Error {
    const problem = fields ? `${fields.message}, SQLSTATE ${fields.sqlstate}` : this.#problem();
    if (!fields && this.#pq.PQstatus(this.#wire.connection) === CONNECTION_OK) return new DriverError(problem, sql);
    this.#lose(new Error(problem));
    return this.#lostError(sql);
  }

  /** Reads pending input and detects a closed connection. */
  #look(): void {
    // the first call reads the server's last message, the second one the end of the stream
    for (let time = 0; time < 2; time++) this.#pq.PQconsumeInput(this.#wire.connection);
    if (this.#pq.PQstatus(this.#wire.connection) !== CONNECTION_OK) this.#lose(new Error(this.#problem()));
  }

  /** Returns the first line of libpq's error message. */
  #problem(): string {
    return fromC(this.#pq.PQerrorMessage(this.#wire.connection)).split("\n", 1)[0];
  }

  #lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    noteTransaction(this, false, "");
    this.onLost?.();
  }
}
