/**
 * The common part of the drivers that read a stream: prepared statements, errors, and the end of a connection.
 *
 * @module
 */
import type { ConnectionOptions } from "node:tls";
import { TimeLimit } from "../../base/time_limit.ts";
import type { ConnectSettings, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { ConnectionLostError, CopyNotSupportedError, type ServerErrorFields } from "../errors.ts";
import { requestCancel } from "./cancel.ts";
import type { OpenedStream } from "./open_stream.ts";
import { PreparedStatements } from "./prepared_statements.ts";
import { databaseError } from "./server_error.ts";

/** Default milliseconds for a graceful close, statements in flight included. */
const POLITE = 1000;

/**
 * A connection over a stream, which it destroys if a package does not. `Prepared` is the driver's record of a prepared
 * statement.
 */
export abstract class StreamConnection<Prepared> implements DriverConnection {
  abstract readonly backendPid: number;
  abstract readonly transactionStatus: TransactionStatus;
  lost: Error | undefined;
  onLost: (() => void) | undefined;
  protected readonly settings: ConnectSettings;
  /** Statements in flight. */
  protected abstract readonly underWay: Iterable<{ reject(error: Error): void }>;
  readonly #stream: OpenedStream["stream"];
  readonly #prepared: PreparedStatements<Prepared>;
  readonly #tls: ConnectionOptions | undefined;
  readonly #requests = new Set<TimeLimit>();

  /** @param prepare creates the record of a statement to be prepared under this name. */
  constructor(settings: ConnectSettings, { stream, tls }: OpenedStream, prepare: (name: string) => Prepared) {
    this.settings = settings;
    this.#stream = stream;
    this.#tls = tls;
    this.#prepared = new PreparedStatements(prepare);
  }

  abstract query(statement: Statement): Promise<RawResult>;

  /** The secret key that a cancel request has to contain. */
  protected abstract readonly secret: number;

  /** Terminates the connection as the protocol requires, after the statements in flight. */
  protected abstract end(): Promise<void>;

  async cancel(): Promise<void> {
    const { settings: { url, connectTimeout }, backendPid: pid, secret } = this;
    using limit = new TimeLimit(
      connectTimeout,
      `the cancel request was not accepted within ${connectTimeout / 1000} s`,
    );
    this.#requests.add(limit);
    try {
      await requestCancel({ url, tls: this.#tls, pid, secret }, limit.signal);
    } finally {
      this.#requests.delete(limit);
    }
  }

  async close(milliseconds = POLITE): Promise<void> {
    this.onLost = undefined;
    if (!this.lost && milliseconds > 0) {
      using limit = new TimeLimit(milliseconds, "");
      await limit.hold(this.end()).catch(() => {});
    }
    this.drop(new Error("the connection was closed"));
  }

  drop(reason: Error): void {
    this.lose(reason);
    for (const statement of this.underWay) statement.reject(reason);
    for (const limit of this.#requests) limit.abort(reason);
    this.#stream.destroy();
  }

  /** Returns the prepared statement, which may still have to be prepared; `undefined` to send it unnamed. */
  protected prepared({ sql }: Statement): Prepared | undefined {
    if (!this.settings.prepare) return undefined;
    return this.#prepared.get(sql) ?? this.#prepared.add(sql);
  }

  /**
   * Forgets a prepared statement that failed, if it cannot be used again.
   *
   * @param isParsed false when the server has not prepared it.
   */
  protected preparedFailed(sql: string, prepared: Prepared, isParsed: boolean, error: unknown): void {
    if (isParsed) this.#prepared.failed(sql, prepared, this.serverFields(error as Error)?.sqlstate);
    else this.#prepared.forget(sql, prepared);
  }

  /** Returns the fields of an error that the server reported; `undefined` for any other error of the package. */
  protected abstract serverFields(error: Error): ServerErrorFields | undefined;

  /** Tells whether an error of the package means that the connection is broken. */
  protected abstract isConnectionError(error: Error): boolean;

  /** Converts an error of the package to one of this library; a connection error also marks the connection as lost. */
  protected translate(error: Error, sql: string): Error {
    const translated = this.#classify(error, sql);
    // the socket closes a moment later: the pool must not hand the connection out in between
    if (translated instanceof ConnectionLostError) this.lose(error);
    return translated;
  }

  #classify(error: Error, sql: string): Error {
    if (error instanceof CopyNotSupportedError) return error;
    const fields = this.serverFields(error);
    if (fields) return databaseError(fields, sql);
    return this.lost || this.isConnectionError(error)
      ? new ConnectionLostError(error.message, sql, { cause: error })
      : error;
  }

  /** Marks the connection as lost. */
  protected lose(reason: Error): void {
    if (this.lost) return;
    this.lost = reason;
    this.onLost?.();
  }
}
