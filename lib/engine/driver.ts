/**
 * The driver port: the interface between the engine and the packages that implement PostgreSQL's protocol. A driver
 * sends statements and returns rows, types and errors in one common form; it knows nothing of pools, transactions or
 * events.
 *
 * @module
 */
import type { EngineUrl } from "./url.ts";

/** Settings for opening a connection. */
export interface ConnectSettings {
  /** The database URL. */
  readonly url: EngineUrl;
  /** Server settings sent in the startup message: `application_name`, `statement_timeout`, … */
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds after which an attempt to connect is abandoned. */
  readonly connectTimeout: number;
  /** Aborts the attempt to connect; has no effect on an open connection. */
  readonly signal?: AbortSignal | undefined;
  /** False to use no named prepared statements, as a transaction pooler such as PgBouncer requires. */
  readonly prepare: boolean;
  /** For libpq only, whose calls block the thread: true to make them on other threads. */
  readonly nonblocking: boolean;
}

/** A statement with encoded parameters. */
export interface Statement {
  /** SQL text with `$1`, `$2`, … */
  readonly sql: string;
  /** Parameters in PostgreSQL's text format; `null` for NULL. */
  readonly parameters: readonly (string | null)[];
  /**
   * A comment to append if the statement is sent without a name: in the text of a prepared statement it would be that of
   * the first use, and prepare a statement for each comment.
   */
  readonly comment?: string | undefined;
  /**
   * Called when the first byte of the answer arrives, by drivers that can detect it, and only if no other statement is
   * in flight.
   */
  readonly onFirstByte?: (() => void) | undefined;
  /** True if the text is known to be a single statement: a driver may then prepare it even without parameters. */
  readonly isSingle?: boolean;
  /**
   * True if the statement waits for no lock: a blocked thread may then send it while a transaction is open on another
   * connection.
   */
  readonly waitsForNoLock?: boolean;
  /**
   * Milliseconds to wait for the answer, for drivers that block the thread, where no caller can intervene. Then the
   * driver cancels the statement on the server, and drops the connection if that has no effect.
   */
  readonly timeout?: number | undefined;
}

/** The result of a statement: rows as arrays, in the order of `columns`. */
export interface RawResult {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Decoded rows. */
  readonly rows: unknown[][];
  /** The first word of the server's command tag: `SELECT`, `INSERT`, `COMMIT`, `ROLLBACK`, … */
  readonly command: string;
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/**
 * The transaction status in ReadyForQuery: idle (I), in a transaction (T), or in a failed transaction (E)
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export type TransactionStatus = "idle" | "in transaction" | "failed";

/**
 * A driver: opens connections to PostgreSQL. Pass one of your own to `createEngine(url, { driver })`, for example to
 * wrap another driver.
 */
export interface Driver {
  /** Name of the driver, for messages. */
  readonly name: string;
  /** True if calls block the thread, unless `nonblocking` is set. */
  readonly blocksThread?: boolean;
  /**
   * Opens a connection.
   *
   * @throws {ConnectError} if the server cannot be reached or rejects the connection.
   * @throws the signal's reason
   */
  connect(settings: ConnectSettings): Promise<DriverConnection>;
}

/** An open connection. */
export interface DriverConnection {
  /** Process ID of the server process, as returned by `pg_backend_pid()`. */
  readonly backendPid: number;
  /**
   * The latest transaction status reported by the server. Up to date once the promise of a statement settles, even if
   * it is rejected.
   */
  readonly transactionStatus: TransactionStatus;
  /** The reason the connection is unusable; `undefined` while it is usable. */
  readonly lost: Error | undefined;
  /** Called once when the connection breaks, even while it is idle. */
  onLost: (() => void) | undefined;
  /**
   * Sends a statement immediately, in the order of the calls: statements sent without awaiting earlier answers are
   * pipelined. A statement with parameters may have to be prepared first, on its own.
   *
   * @throws {DatabaseError} reported by the server.
   * @throws {ConnectionLostError} if the connection breaks before the answer.
   * @throws {AnswerTimeoutError}
   */
  query(statement: Statement): Promise<RawResult>;
  /** Requests cancellation of the running statement; resolves when the server has received the request. */
  cancel(): Promise<void>;
  /**
   * Closes the connection, gracefully if it is still usable. Never throws.
   *
   * @param limit milliseconds after which the connection is dropped instead.
   */
  close(limit?: number): Promise<void>;
  /** Drops the connection immediately: statements in flight fail with a ConnectionLostError that has this reason. */
  drop(reason: Error): void;
}
