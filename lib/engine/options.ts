/**
 * The options of engines and connections, and the one place that says what is left out and what is refused: the engine and
 * the one without promises ask it alike.
 *
 * @module
 */
import { CallSite } from "../base/call_site.ts";
import {
  callable,
  checkOptions,
  either,
  flag,
  instance,
  type Kinds,
  leftOut,
  milliseconds,
  oneOf,
  shown,
  text,
  whole,
} from "./check_options.ts";
import type { Connection, ExecuteOptions } from "./connection.ts";
import type { LimitOptions } from "./limit.ts";
import type { DisposeOptions } from "./pool.ts";
import { ISOLATION_LEVELS, type TransactionOptions } from "./transaction_options.ts";
import { EngineUrl } from "./url.ts";

/** Settings of an engine; times are milliseconds, and `Infinity` is for ever. */
export interface EngineOptions extends TransactionOptions {
  /** Print each statement with its parameters and time: to the console, or line by line to a function. */
  readonly echo?: boolean | ((line: string) => void);
  /** Connections kept open (default 5, or `pool_size` of the URL). */
  readonly poolSize?: number;
  /** Connections above `poolSize` in times of need (default 10, or none with `pool_size` in the URL). */
  readonly maxOverflow?: number;
  /**
   * How long to wait for others to give a connection back when all are out (default 30,000). It does not cover what follows
   * once it is one's turn: opening a connection, and the ping of `poolPrePing`, for which `connectTimeout` is the limit, each
   * time anew. For all of it together there is `connect({ timeout })`.
   */
  readonly poolTimeout?: number;
  /** Test each connection before handing it out, at the price of a round trip (default false). */
  readonly poolPrePing?: boolean;
  /**
   * A connection older than this is replaced when somebody asks for one, as SQLAlchemy does (default: never). One that
   * nobody asks for stays open: for that there are `maxLifetime` and `idleTimeout`.
   */
  readonly poolRecycle?: number;
  /**
   * A connection older than this is closed, also while it is idle, but not before it is given back (default: never). Each
   * lives up to 2.5% shorter, so that those opened together do not end together. Set it below the time after which a
   * firewall, a proxy or the server itself ends connections.
   */
  readonly maxLifetime?: number;
  /** A connection that was idle for so long is closed (default: never). */
  readonly idleTimeout?: number;
  /** Idle connections that `idleTimeout` leaves open (default 0). */
  readonly minIdle?: number;
  /**
   * What is done with a connection before the next user can get it. `"rollback"` (default): what was not committed is
   * rolled back, and all else stays: settings, role, temporary tables, advisory locks, LISTEN. `"discard all"`: these go as
   * with DISCARD ALL, for a round trip; prepared statements stay. A function does what it will. A connection for which that
   * fails, or takes longer than `connectTimeout`, is closed.
   */
  readonly resetOnReturn?: "rollback" | "discard all" | ((connection: Connection) => void | Promise<void>);
  /** How long to try to connect (default 10,000, or `connect_timeout` of the URL). */
  readonly connectTimeout?: number;
  /** How long to wait for the answer to a statement, whatever becomes of server and network (default: for ever). */
  readonly commandTimeout?: number;
  /** The server ends a statement that runs longer (default: no limit). */
  readonly statementTimeout?: number;
  /** The name under which the server lists the connections (default "deno"). */
  readonly applicationName?: string;
  /** Named prepared statements; `false` behind a transaction pooler such as PgBouncer (default true). */
  readonly prepare?: boolean;
  /** `postgresql+libpq://` only, which blocks the thread with each call: `true` makes the calls on other threads. */
  readonly nonblocking?: boolean;
}

/** Options of one connection. */
export interface ConnectOptions extends TransactionOptions, LimitOptions {
  /** Ends the wait for a connection, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for a connection, whatever takes so long; then an `AnswerTimeoutError` is thrown. */
  readonly timeout?: number | undefined;
  /** Milliseconds to wait for each answer (default: as the engine was told). */
  readonly commandTimeout?: number | undefined;
  /** The `signal` of each call that has none of its own; `rollback()` and `close()` go on when it is aborted. */
  readonly commandSignal?: AbortSignal | undefined;
  /** Who asks, as the messages name him: by default the place that calls. */
  readonly holder?: CallSite | undefined;
}

/** What a connection without promises may be told with a statement. */
export type SyncExecuteOptions = Pick<ExecuteOptions, "onlyReads" | "timeout">;

/** What ends a call that blocks the thread: no signal reaches it. */
export type SyncLimitOptions = Pick<LimitOptions, "timeout">;

/** Options of a connection without promises: no signal is heard while the thread is blocked. */
export type SyncConnectOptions = Omit<ConnectOptions, "signal" | "commandSignal" | "holder">;

/** What an open connection goes by. */
export interface ConnectionOptions extends TransactionOptions {
  /** Milliseconds to wait for each answer. */
  readonly commandTimeout: number;
  /** Ends the wait for an answer. */
  readonly commandSignal: AbortSignal | undefined;
  /** Milliseconds to wait for the end of what is open when it is closed. */
  readonly closeTimeout: number;
}

/** The options of an engine, with all that has a default. */
export type ResolvedOptions =
  & EngineOptions
  & Required<
    Pick<
      EngineOptions,
      | "echo"
      | "poolSize"
      | "maxOverflow"
      | "poolTimeout"
      | "poolPrePing"
      | "poolRecycle"
      | "maxLifetime"
      | "idleTimeout"
      | "minIdle"
      | "resetOnReturn"
      | "connectTimeout"
      | "commandTimeout"
      | "prepare"
      | "nonblocking"
    >
  >;

/** What a timer can wait for at most; longer is as good as for ever. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How a transaction begins. */
export const TRANSACTION: Kinds<TransactionOptions> = { isolationLevel: oneOf(ISOLATION_LEVELS), readOnly: flag };

const SIGNAL = instance(AbortSignal, "an AbortSignal");
const SYNC_LIMIT: Kinds<SyncLimitOptions> = { timeout: milliseconds(0) };
/** What ends a call. */
export const LIMIT: Kinds<LimitOptions> = { ...SYNC_LIMIT, signal: SIGNAL };
const CONNECTION: Kinds<ConnectOptions> = {
  ...TRANSACTION,
  ...LIMIT,
  commandTimeout: milliseconds(1),
  commandSignal: SIGNAL,
  holder: instance(CallSite, "a CallSite"),
};

const SYNC_EXECUTE: Kinds<SyncExecuteOptions> = { ...SYNC_LIMIT, onlyReads: flag };
const EXECUTE: Kinds<ExecuteOptions> = { ...LIMIT, onlyReads: flag };
const SYNC_BEGIN: Kinds<TransactionOptions & SyncLimitOptions> = { ...TRANSACTION, ...SYNC_LIMIT };
const BEGIN: Kinds<TransactionOptions & LimitOptions> = { ...TRANSACTION, ...LIMIT };

const DISPOSE: Kinds<DisposeOptions> = { timeout: milliseconds(0), force: flag };

const ENGINE: Kinds<EngineOptions> = {
  ...TRANSACTION,
  echo: either(flag, callable),
  poolSize: whole(1),
  maxOverflow: whole(0),
  poolTimeout: milliseconds(0),
  poolPrePing: flag,
  poolRecycle: milliseconds(0),
  maxLifetime: milliseconds(1),
  idleTimeout: milliseconds(1),
  minIdle: whole(0),
  resetOnReturn: either(oneOf(["rollback", "discard all"]), callable),
  connectTimeout: milliseconds(1),
  commandTimeout: milliseconds(1),
  statementTimeout: milliseconds(0),
  applicationName: text,
  prepare: flag,
  nonblocking: flag,
};

const ONE_CONNECTION = leftOut("an engine without promises has one connection and no pool");
const NOBODY_AT_WORK = leftOut("an engine without promises blocks the thread: nobody else is at work meanwhile");

const SYNC_DISPOSE: Kinds<DisposeOptions> = { ...DISPOSE, timeout: NOBODY_AT_WORK };

const SYNC_ENGINE: Kinds<EngineOptions> = {
  ...ENGINE,
  poolSize: ONE_CONNECTION,
  maxOverflow: ONE_CONNECTION,
  poolTimeout: ONE_CONNECTION,
  idleTimeout: leftOut("no timer ends while the thread is blocked; there are maxLifetime and poolRecycle"),
  minIdle: ONE_CONNECTION,
  nonblocking: leftOut("an engine without promises blocks the thread"),
};

/** The address of an engine. @throws {InvalidUrlError} @throws {TypeError} when it is neither a text nor an EngineUrl. */
export function resolveUrl(where: string, url: unknown): EngineUrl {
  if (url instanceof EngineUrl) return url;
  if (typeof url === "string") return EngineUrl.parse(url);
  const given = url instanceof URL ? "a URL: give it url.href" : typeof url; // never its text, which has the password
  throw new TypeError(`${where} takes a database URL as a text or an EngineUrl, not ${given}.`);
}

/**
 * The options of an engine, checked and completed from its URL.
 *
 * @param where who was given them, for the message. @throws {TypeError} @throws {RangeError}
 */
export function resolveOptions(where: string, url: EngineUrl, options: EngineOptions): ResolvedOptions {
  checkOptions(where, options, ENGINE);
  return completed(url, options);
}

/** As `resolveOptions()`, for the engine without promises: what means nothing there is refused. */
export function resolveSyncOptions(where: string, url: EngineUrl, options: EngineOptions): ResolvedOptions {
  checkOptions(where, options, ENGINE);
  checkOptions(where, options, SYNC_ENGINE);
  return completed(url, options);
}

function completed(url: EngineUrl, options: EngineOptions): ResolvedOptions {
  const { poolSize = url.poolSize ?? 5, statementTimeout } = options;
  return {
    ...options,
    echo: options.echo ?? false,
    poolSize,
    maxOverflow: options.maxOverflow ?? (url.poolSize ? 0 : 10),
    poolTimeout: forTimer(options.poolTimeout ?? 30_000),
    poolPrePing: options.poolPrePing ?? false,
    poolRecycle: options.poolRecycle ?? Infinity,
    maxLifetime: options.maxLifetime ?? Infinity,
    idleTimeout: options.idleTimeout ?? Infinity,
    minIdle: options.minIdle ?? 0,
    resetOnReturn: options.resetOnReturn ?? "rollback",
    connectTimeout: forTimer(options.connectTimeout ?? (url.connectTimeout ?? 10) * 1000),
    commandTimeout: options.commandTimeout! <= LONGEST_TIMER ? options.commandTimeout! : Infinity,
    // the server counts whole milliseconds, and 0 is its word for no limit
    statementTimeout: statementTimeout && (statementTimeout > LONGEST_TIMER ? 0 : Math.ceil(statementTimeout)),
    prepare: options.prepare ?? true,
    nonblocking: options.nonblocking ?? false,
  };
}

/**
 * How the transactions of a connection begin: as `connect()` was told, else as the engine was.
 *
 * @throws {TypeError} @throws {RangeError} for an unknown isolation level, or `readOnly` together with AUTOCOMMIT.
 */
export function resolveConnect(options: ConnectOptions, engine: ResolvedOptions): ConnectionOptions {
  checkOptions("connect()", options, CONNECTION);
  const { isolationLevel = engine.isolationLevel, readOnly = engine.readOnly } = options;
  if (isolationLevel === "AUTOCOMMIT" && (readOnly ?? false) !== (engine.readOnly ?? false)) {
    throw new RangeError("readOnly belongs to a transaction, and AUTOCOMMIT has none: give it to createEngine().");
  }
  const commandTimeout = options.commandTimeout ?? engine.commandTimeout;
  const { commandSignal } = options;
  return { isolationLevel, readOnly, commandTimeout, commandSignal, closeTimeout: engine.connectTimeout };
}

/** Checks what `begin()` of a connection or a session was told. @throws {TypeError} @throws {RangeError} */
export function checkBeginOptions(options: TransactionOptions & LimitOptions): void {
  checkOptions("begin()", options, BEGIN);
}

/** As `checkBeginOptions()`, where no signal reaches a call. */
export function checkSyncBeginOptions(options: TransactionOptions & SyncLimitOptions): void {
  checkOptions("begin()", options, SYNC_BEGIN);
}

/** Checks what ends a call. @param where the call. @throws {TypeError} @throws {RangeError} */
export function checkLimitOptions(where: string, options: LimitOptions): void {
  checkOptions(where, options, LIMIT);
}

/** As `checkLimitOptions()`, where no signal reaches a call. */
export function checkSyncLimitOptions(where: string, options: SyncLimitOptions): void {
  checkOptions(where, options, SYNC_LIMIT);
}

/** Checks what `dispose()` was told. @throws {TypeError} @throws {RangeError} */
export function checkDisposeOptions(options: DisposeOptions): void {
  checkOptions("dispose()", options, DISPOSE);
}

/** As `checkDisposeOptions()`, of the engine without promises. */
export function checkSyncDisposeOptions(options: Pick<DisposeOptions, "force">): void {
  checkOptions("dispose()", options, SYNC_DISPOSE);
}

/** Checks what `execute()` of a connection was told. @throws {TypeError} @throws {RangeError} */
export function checkExecuteOptions(options: ExecuteOptions): void {
  checkOptions("execute()", options, EXECUTE);
}

/** As `checkExecuteOptions()`, of a connection without promises, which no signal reaches. */
export function checkSyncExecuteOptions(options: SyncExecuteOptions): void {
  checkOptions("execute()", options, SYNC_EXECUTE);
}

/** @throws {TypeError} when the work of a transaction is no function: before the transaction begins. */
export function checkWork(work: unknown): void {
  if (typeof work !== "function") throw new TypeError(`begin() takes a function, not ${shown(work)}.`);
}

function forTimer(time: number): number {
  return Math.min(time, LONGEST_TIMER);
}
