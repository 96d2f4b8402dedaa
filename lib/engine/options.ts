/**
 * The options of engines and connections: their defaults, and the resolution of what a URL, an engine and a connection
 * specify.
 *
 * @module
 */
import type { CallSite } from "../base/call_site.ts";
import { checkOptions, shown } from "./check_options.ts";
import type { Connection, ExecuteOptions } from "./connection.ts";
import type { Driver } from "./driver.ts";
import type { LimitOptions } from "./limit.ts";
import { CONNECT, ENGINE, SYNC_ENGINE } from "./option_kinds.ts";
import type { TransactionOptions } from "./transaction_options.ts";
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
  /** A driver to use instead of the one that the URL names, such as a wrapper of it. */
  readonly driver?: Driver;
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

/** Defaults of an engine's options. */
const DEFAULTS = {
  echo: false,
  poolSize: 5,
  maxOverflow: 10,
  poolTimeout: 30_000,
  poolPrePing: false,
  poolRecycle: Infinity,
  maxLifetime: Infinity,
  idleTimeout: Infinity,
  minIdle: 0,
  resetOnReturn: "rollback",
  connectTimeout: 10_000,
  commandTimeout: Infinity,
  prepare: true,
  nonblocking: false,
} as const satisfies EngineOptions;

/** The options of an engine with defaults applied. */
export type ResolvedOptions = EngineOptions & Required<Pick<EngineOptions, keyof typeof DEFAULTS>>;

/** Maximum delay of a timer; a longer time is no limit. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Returns the URL of an engine.
 *
 * @throws {InvalidUrlError}
 * @throws {TypeError} if it is neither a string nor an EngineUrl.
 */
export function resolveUrl(where: string, url: unknown): EngineUrl {
  if (url instanceof EngineUrl) return url;
  if (typeof url === "string") return EngineUrl.parse(url);
  const given = url instanceof URL ? "a URL: pass url.href" : typeof url; // never its text, which has the password
  throw new TypeError(`${where} takes a database URL as a string or an EngineUrl, not ${given}.`);
}

/**
 * Checks the options of an engine and applies defaults.
 *
 * @param where the function they were passed to, for the message.
 * @throws {TypeError}
 * @throws {RangeError}
 */
export function resolveOptions(where: string, url: EngineUrl, options: EngineOptions): ResolvedOptions {
  checkOptions(where, options, ENGINE);
  return withDefaults(url, options);
}

/** Like `resolveOptions()`, for the blocking engine, which refuses options that have no meaning there. */
export function resolveSyncOptions(where: string, url: EngineUrl, options: EngineOptions): ResolvedOptions {
  checkOptions(where, options, ENGINE);
  checkOptions(where, options, SYNC_ENGINE);
  return withDefaults(url, options);
}

function withDefaults(url: EngineUrl, options: EngineOptions): ResolvedOptions {
  const specified = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedOptions = { ...DEFAULTS, ...urlOptions(url), ...Object.fromEntries(specified) };
  return {
    ...resolved,
    poolTimeout: Math.min(resolved.poolTimeout, LONGEST_TIMER),
    connectTimeout: Math.min(resolved.connectTimeout, LONGEST_TIMER),
    commandTimeout: resolved.commandTimeout <= LONGEST_TIMER ? resolved.commandTimeout : Infinity,
    statementTimeout: serverTimeout(resolved.statementTimeout),
  };
}

/** Returns the options that a URL specifies; its `pool_size` is the maximum, without overflow. */
function urlOptions({ poolSize, connectTimeout }: EngineUrl): EngineOptions {
  return {
    ...(poolSize === undefined ? {} : { poolSize, maxOverflow: 0 }),
    ...(connectTimeout === undefined ? {} : { connectTimeout: connectTimeout * 1000 }),
  };
}

/** Converts a timeout for the server, which takes whole milliseconds, and 0 for no limit. */
function serverTimeout(timeout: number | undefined): number | undefined {
  if (timeout === undefined) return undefined;
  return timeout > LONGEST_TIMER ? 0 : Math.ceil(timeout);
}

/**
 * Checks the options of a connection and completes them with those of its engine.
 *
 * @throws {TypeError}
 * @throws {RangeError} for an unknown isolation level, or `readOnly` together with AUTOCOMMIT.
 */
export function resolveConnect(options: ConnectOptions, engine: ResolvedOptions): ConnectionOptions {
  checkOptions("connect()", options, CONNECT);
  const { isolationLevel = engine.isolationLevel, readOnly = engine.readOnly } = options;
  if (isolationLevel === "AUTOCOMMIT" && (readOnly ?? false) !== (engine.readOnly ?? false)) {
    throw new RangeError("readOnly belongs to a transaction, and AUTOCOMMIT has none: give it to createEngine().");
  }
  const commandTimeout = options.commandTimeout ?? engine.commandTimeout;
  const { commandSignal } = options;
  return { isolationLevel, readOnly, commandTimeout, commandSignal, closeTimeout: engine.connectTimeout };
}

/**
 * Checks the function passed to `begin()`, before the transaction begins.
 *
 * @throws {TypeError} if it is not a function.
 */
export function checkWork(work: unknown): void {
  if (typeof work !== "function") throw new TypeError(`begin() takes a function, not ${shown(work)}.`);
}
