/** One connection of libpq, blocking or on threads. @module */
import type { ConnectSettings, RawResult, Statement, TransactionStatus } from "../../driver.ts";
import { ConnectionLostError } from "../../errors.ts";
import { databaseError } from "../server_error.ts";
import type { SyncDriverConnection } from "../sync_driver.ts";
import type { Reported } from "../values.ts";
import { cString, CStringArray, fromC } from "./c_strings.ts";
import { type Calls, runBlocking, runOnThreads, type Work } from "./calls.ts";
import { assertOnlyOne, noteTransaction } from "./one_unit_of_work.ts";
import { Pipeline } from "./pipeline.ts";
import { readError, reading, readRows, readShape, type Shape } from "./result.ts";
import { CONNECTION_OK, ExecStatus, IN_ERROR, IN_TRANSACTION, type Libpq } from "./symbols.ts";

/** Distinct statements prepared per connection; more are sent unnamed, so that made-up SQL cannot fill the server. */
const MOST_PREPARED = 500;

/** A statement that the server has prepared, and its columns once they are known. */
interface Prepared {
  readonly name: Uint8Array<ArrayBuffer>;
  shape?: Shape;
}

/** An open connection. `query()` answers both as the port wants it and, with `querySync()`, without a promise. */
export class LibpqConnection implements SyncDriverConnection {
  readonly backendPid: number;
  onLost: (() => void) | undefined;
  readonly #pq: Libpq;
  readonly #calls: Calls;
  readonly #settings: ConnectSettings;
  readonly #pipeline: Pipeline;
  #handle: Deno.PointerValue;
  #lost: Error | undefined;
  readonly #prepared = new Map<string, Prepared>();
  #counter = 0;
  /** What the call under way reads: in fields, so that it is not collected meanwhile. */
  readonly #values = new CStringArray();
  #sql: Uint8Array<ArrayBuffer> | undefined;
  readonly #reported: Reported = (setting) =>
    fromC(this.#pq.PQparameterStatus(this.#handle, cString(setting))) || undefined;
  /** What was sent without waiting for its answer. */
  #sent: string | undefined;
  /** On threads: the calls that are not answered, one after another, because a connection serves one at a time. */
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;

  /** @param handle the address of an open connection, which this object closes. */
  constructor(pq: Libpq, calls: Calls, settings: ConnectSettings, handle: Deno.PointerValue) {
    this.#pq = pq;
    this.#calls = calls;
    this.#settings = settings;
    this.#handle = handle;
    this.#pipeline = new Pipeline(pq, handle);
    this.backendPid = pq.PQbackendPID(handle);
    pq.PQsetNoticeReceiver(handle, pq.PQfreemem, null); // the default prints notices
  }

  get transactionStatus(): TransactionStatus {
    if (this.#handle === null || this.#queued > 0) return "idle";
    const status = this.#pq.PQtransactionStatus(this.#handle);
    return status === IN_ERROR ? "failed" : status === IN_TRANSACTION ? "in transaction" : "idle";
  }

  /** Nobody watches the socket: this looks, unless another thread uses the connection. */
  get lost(): Error | undefined {
    if (this.#lost === undefined && this.#queued === 0) this.#look();
    return this.#lost;
  }

  query(statement: Statement): Promise<RawResult> {
    return this.#settings.nonblocking ? this.#enqueue(statement) : this.#settled(statement);
  }

  /**
   * Runs a statement and blocks the thread until it is answered.
   *
   * @param ahead a statement without parameters that is carried out before it: in the same round trip, when both have
   * been prepared. What is thrown may be its error.
   * @throws {DatabaseError} @throws {ConnectionLostError} @throws {SecondUnitOfWorkError}
   */
  querySync(statement: Statement, ahead?: string): RawResult {
    const prepared = this.#prepared.get(statement.sql);
    const first = ahead === undefined ? undefined : this.#prepared.get(ahead);
    if (prepared && first) return this.#together(ahead!, first, statement, prepared);
    this.#finishSent();
    if (ahead !== undefined) runBlocking(this.#querying({ sql: ahead, parameters: [], isSingle: true }));
    return runBlocking(this.#querying(statement));
  }

  /** Sends a statement without parameters and does not wait for its answer, which the next call reads first. */
  sendSync(sql: string): void {
    this.#finishSent();
    const prepared = runBlocking(this.#preparing(sql));
    if (!prepared) return void runBlocking(this.#querying({ sql, parameters: [] }));
    this.#add(prepared);
    this.#pipeline.send();
    this.#sent = sql;
    noteTransaction(this, false, sql);
  }

  async cancel(): Promise<void> {
    if (this.#handle === null) return;
    const request = this.#pq.PQgetCancel(this.#handle);
    const problem = new Uint8Array(256);
    try {
      const isSent = await this.#pq.PQcancel(request, problem, problem.length) === 1;
      if (!isSent) throw new Error(fromC(Deno.UnsafePointer.of(problem)));
    } finally {
      this.#pq.PQfreeCancel(request);
    }
  }

  async close(): Promise<void> {
    await this.#queue;
    this.closeSync();
  }

  drop(reason: Error): void {
    this.#lose(reason);
    void this.close();
  }

  /** Closes the connection at once. A second call does nothing. */
  closeSync(): void {
    this.onLost = undefined;
    this.#lose(new Error("the connection was closed"));
    if (this.#handle !== null) this.#pq.PQfinish(this.#handle);
    this.#handle = null;
  }

  // deno-lint-ignore require-await -- the promise is settled when this returns
  async #settled(statement: Statement): Promise<RawResult> {
    return this.querySync(statement);
  }

  #enqueue(statement: Statement): Promise<RawResult> {
    this.#queued++;
    const answer = this.#queue.then(() => runOnThreads(this.#querying(statement))).finally(() => this.#queued--);
    this.#queue = answer.catch(() => {});
    return answer;
  }

  /** Both statements travel together, and so do their answers. */
  #together(ahead: string, first: Prepared, { sql, parameters }: Statement, second: Prepared): RawResult {
    this.#assertUsable(sql);
    this.#add(first);
    this.#add(second, parameters);
    this.#pipeline.send();
    this.#finishSent();
    try {
      this.#pipeline.next((result) => this.#decode(result, ahead, first));
      return this.#pipeline.next((result) => this.#decode(result, sql, second));
    } finally {
      this.#pipeline.toMark();
      this.#noteTransaction(sql);
    }
  }

  #add({ name }: Prepared, parameters: readonly (string | null)[] = []): void {
    this.#pipeline.add(name, parameters.length, this.#values.write(parameters));
  }

  /** Reads the answer to what `sendSync()` sent. */
  #finishSent(): void {
    const sql = this.#sent;
    if (sql === undefined) return;
    this.#sent = undefined;
    try {
      this.#pipeline.next((result) => this.#decode(result, sql, undefined));
    } catch (error) {
      this.#lose(error as Error); // in what state it is nobody knows
    } finally {
      this.#pipeline.toMark();
    }
  }

  #assertUsable(sql: string): void {
    if (this.#lost) throw new ConnectionLostError(this.#lost.message, sql);
    if (!this.#settings.nonblocking) assertOnlyOne(this, sql);
  }

  *#querying({ sql, parameters, isSingle }: Statement): Work<RawResult> {
    this.#assertUsable(sql);
    if (parameters.length === 0 && !isSingle) {
      return this.#read(yield this.#calls.exec(this.#handle, this.#sql = cString(sql)), sql);
    }
    const prepared = yield* this.#preparing(sql);
    const values = this.#values.write(parameters);
    if (!prepared) {
      this.#sql = cString(sql);
      return this.#read(yield this.#calls.execParams(this.#handle, this.#sql, parameters.length, values), sql);
    }
    const answer = yield this.#calls.execPrepared(this.#handle, prepared.name, parameters.length, values);
    return this.#read(answer, sql, prepared);
  }

  /** The statement, prepared on its first use; `undefined` when it is to be sent unnamed. */
  *#preparing(sql: string): Work<Prepared | undefined> {
    const known = this.#prepared.get(sql);
    if (known || !this.#settings.prepare || this.#prepared.size >= MOST_PREPARED) return known;
    const prepared: Prepared = { name: cString(`s${++this.#counter}`) };
    this.#sql = cString(sql);
    this.#read(yield this.#calls.prepare(this.#handle, prepared.name, this.#sql), sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  #read(result: Deno.PointerValue, sql: string, prepared?: Prepared): RawResult {
    try {
      return reading(this.#pq, result, () => this.#decode(result, sql, prepared));
    } finally {
      if (!this.#settings.nonblocking) this.#noteTransaction(sql);
    }
  }

  #noteTransaction(sql: string): void {
    if (this.#lost) return;
    noteTransaction(this, this.transactionStatus !== "idle", sql);
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
      case ExecStatus.COPY_IN:
      case ExecStatus.COPY_OUT:
      case ExecStatus.COPY_BOTH:
        // the connection serves nothing else until the COPY ends
        this.#lose(new Error("COPY is not supported here"));
        throw new ConnectionLostError("COPY is not supported here", sql);
      default:
        throw this.#error(result, sql, prepared);
    }
  }

  #error(result: Deno.PointerValue, sql: string, prepared: Prepared | undefined): Error {
    const fields = readError(this.#pq, result);
    // what was prepared may not fit its tables or types any more
    if (prepared && fields && /^(0A|26|42|XX)/.test(fields.sqlstate)) this.#prepared.delete(sql);
    if (this.#pq.PQstatus(this.#handle) === CONNECTION_OK) {
      const error = fields ? databaseError(fields, sql) : new Error(this.#problem());
      if (error instanceof ConnectionLostError) this.#lose(error);
      return error;
    }
    const problem = fields ? `${fields.message}, SQLSTATE ${fields.sqlstate}` : this.#problem();
    this.#lose(new Error(problem));
    return new ConnectionLostError(problem, sql);
  }

  /** Reads what the server sent while nobody asked, and notices its end. */
  #look(): void {
    // the first call reads the server's farewell, the second one the end behind it
    for (let time = 0; time < 2; time++) this.#pq.PQconsumeInput(this.#handle);
    if (this.#pq.PQstatus(this.#handle) !== CONNECTION_OK) this.#lose(new Error(this.#problem()));
  }

  /** The first line of what libpq says of the connection. */
  #problem(): string {
    return fromC(this.#pq.PQerrorMessage(this.#handle)).split("\n", 1)[0];
  }

  #lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    noteTransaction(this, false, "");
    this.onLost?.();
  }
}
