/**
 * The port between the engine and the packages that speak PostgreSQL's protocol. A driver sends statements and brings
 * back rows, types and errors in one common form; it knows nothing of pools, transactions or events.
 *
 * @module
 */
import type { EngineUrl } from "./url.ts";

/** What a driver needs to open a connection. */
export interface ConnectSettings {
  readonly url: EngineUrl;
  /** Server settings for this connection, sent when it opens: `application_name`, `statement_timeout`, … */
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds until an attempt to connect is given up. */
  readonly connectTimeout: number;
  /** Gives the attempt to connect up when it is aborted; later it means nothing. */
  readonly signal?: AbortSignal | undefined;
  /** False: no named prepared statements, so that a transaction pooler such as PgBouncer can stand between. */
  readonly prepare: boolean;
  /** Only of libpq, whose calls block the thread: true to make them on other threads. */
  readonly nonblocking: boolean;
}

/** One statement; its parameters are encoded already. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
  /** Called when the first byte of the answer has come, by drivers that can tell: when nothing else is under way. */
  readonly onFirstByte?: (() => void) | undefined;
  /** True when it is known to be one statement and not several: a driver may prepare it, parameters or not. */
  readonly isSingle?: boolean;
  /** True when it waits for no lock: one thread may then send it although a transaction is open on another connection. */
  readonly waitsForNobody?: boolean;
  /**
   * Milliseconds to wait for the answer, for drivers that block the thread, where nobody else can give up: then the
   * statement is cancelled on the server, and where that has no effect either the connection is dropped.
   */
  readonly timeout?: number | undefined;
}

/** What a statement brought back: rows as arrays, in the order of `columns`. */
export interface RawResult {
  readonly columns: readonly string[];
  readonly rows: unknown[][];
  /** The first word of the server's command tag: `SELECT`, `INSERT`, `COMMIT`, `ROLLBACK`, … */
  readonly command: string;
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/**
 * What the server says of the transaction in each ReadyForQuery: none is open (I), one is (T), or one is that a statement
 * has failed in (E) (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export type TransactionStatus = "idle" | "in transaction" | "failed";

/** A way to reach PostgreSQL. */
export interface Driver {
  readonly name: string;
  /**
   * Opens one connection.
   *
   * @throws {ConnectError} when there is no server, or it refuses.
   * @throws the signal's reason
   */
  connect(settings: ConnectSettings): Promise<DriverConnection>;
}

/** One open connection. */
export interface DriverConnection {
  /** The process id of the server process on the other side, as `pg_backend_pid()` gives it. */
  readonly backendPid: number;
  /** What the server said last. Of a statement whose promise is settled, failed or not, it has said so already. */
  readonly transactionStatus: TransactionStatus;
  /** Why the connection cannot be used any more; `undefined` while it can. */
  readonly lost: Error | undefined;
  /** Called once when the connection breaks, also while nobody uses it. */
  onLost: (() => void) | undefined;
  /**
   * Sends one statement, at once and in the order of the calls: calls made without waiting for the answers travel
   * together (pipelining). A statement with parameters may have to be prepared first, on its own.
   *
   * @throws {DatabaseError} what the server reported.
   * @throws {ConnectionLostError} when there is no answer any more.
   * @throws {AnswerTimeoutError}
   */
  query(statement: Statement): Promise<RawResult>;
  /** Asks the server to cancel the statement that runs now; resolves when the server has taken the request. */
  cancel(): Promise<void>;
  /**
   * Closes the connection, politely where it still stands. Never throws.
   *
   * @param limit milliseconds after which it is dropped instead.
   */
  close(limit?: number): Promise<void>;
  /** Breaks the connection off at once: whatever is under way ends in a ConnectionLostError with this reason. */
  drop(reason: Error): void;
}
