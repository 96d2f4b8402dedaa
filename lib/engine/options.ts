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

/** Options of an engine; times in milliseconds, `Infinity` for no limit. */
export interface EngineOptions extends TransactionOptions {
  /** Print each statement with its parameters and duration: to the console, or line by line to a function. */
  readonly echo?: boolean | ((line: string) => void);
  /** Number of connections kept open (default 5, or `pool_size` of the URL). */
  readonly poolSize?: number;
  /** Extra connections allowed beyond `poolSize` (default 10, or none with `pool_size` in the URL). */
  readonly maxOverflow?: number;
  /**
   * Maximum wait for a connection when all are in use (default 30,000). It does not include opening a connection, nor
   * the ping of `poolPrePing`: each of them is limited by `connectTimeout`. To limit the total, use
   * `connect({ timeout })`.
   */
  readonly poolTimeout?: number;
  /** Ping each connection before handing it out, at the cost of a round trip (default false). */
  readonly poolPrePing?: boolean;
  /**
   * Age at which a connection is replaced at its next checkout, as in SQLAlchemy (default: no limit). To close idle
   * connections, use `maxLifetime` or `idleTimeout`.
   */
  readonly poolRecycle?: number;
  /**
   * Age at which a connection is closed, even while it is idle; one in use is closed when it is returned (default: no
   * limit). Shortened at random by up to 2.5%, so that connections opened together do not expire together. Set it below
   * the time after which a firewall, a proxy or the server closes connections.
   */
  readonly maxLifetime?: number;
  /** Idle time after which a connection is closed (default 300,000); `Infinity` keeps idle connections open. */
  readonly idleTimeout?: number;
  /** Idle connections kept open despite `idleTimeout` (default 0). */
  readonly minIdle?: number;
  /**
   * Reset of a connection before its next holder gets it. `"rollback"` (default) rolls back uncommitted changes and
   * keeps all session state: settings, role, temporary tables, advisory locks, LISTEN. `"discard all"` also discards
   * these like DISCARD ALL, in one more round trip; prepared statements are kept. A function runs its own statements.
   * If the reset fails, or takes longer than `connectTimeout`, the connection is closed.
   */
  readonly resetOnReturn?: "rollback" | "discard all" | ((connection: Connection) => void | Promise<void>);
  /** Maximum time of a connection attempt (default 10,000, or `connect_timeout` of the URL). */
  readonly connectTimeout?: number;
  /** Client-side limit for the answer to a statement (default: no limit). */
  readonly commandTimeout?: number;
  /** Server-side statement timeout (default: no limit). */
  readonly statementTimeout?: number;
  /**
   * Returns a comment for the server's log and pg_stat_activity, such as the id of a request (default: none). It is
   * appended to statements that are sent without a name, with `prepare: false` to all of them; events and echo show the
   * text without it.
   */
  readonly comment?: () => string | undefined;
  /** Application name shown by the server, as in pg_stat_activity (default "deno"). */
  readonly applicationName?: string;
  /** Use named prepared statements; set to `false` behind a transaction pooler such as PgBouncer (default true). */
  readonly prepare?: boolean;
  /** For `postgresql+libpq://` only, whose calls block the thread: `true` makes them on other threads. */
  readonly nonblocking?: boolean;
  /** A driver to use instead of the one that the URL names, such as a wrapper of it. */
  readonly driver?: Driver;
}

/** Options of a connection. */
export interface ConnectOptions extends TransactionOptions, LimitOptions {
  /** Aborts the wait for a connection, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for a connection, for whatever reason; then an `AnswerTimeoutError` is thrown. */
  readonly timeout?: number | undefined;
  /** Milliseconds to wait for each answer (default: the engine's). */
  readonly commandTimeout?: number | undefined;
  /** Default `signal` of each call; aborting it does not stop `rollback()` and `close()`. */
  readonly commandSignal?: AbortSignal | undefined;
  /** The holder named in messages (default: the call site). */
  readonly holder?: CallSite | undefined;
}

/** Options of a blocking `execute()`. */
export type SyncExecuteOptions = Pick<ExecuteOptions, "onlyReads" | "timeout">;

/** Limits of a blocking call, which no signal can reach. */
export type SyncLimitOptions = Pick<LimitOptions, "timeout">;

/** Options of a blocking connection, which no signal can reach. */
export type SyncConnectOptions = Omit<ConnectOptions, "signal" | "commandSignal" | "holder">;

/** Resolved options of a connection. */
export interface ConnectionOptions extends TransactionOptions {
  /** Milliseconds to wait for each answer. */
  readonly commandTimeout: number;
  /** Aborts the wait for an answer. */
  readonly commandSignal: AbortSignal | undefined;
  /** Returns a comment for each unnamed statement. */
  readonly comment: (() => string | undefined) | undefined;
  /** Milliseconds to wait for the ROLLBACK of `close()`. */
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
  idleTimeout: 300_000,
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
  const { comment, connectTimeout: closeTimeout } = engine;
  return { isolationLevel, readOnly, commandTimeout, commandSignal, comment, closeTimeout };
}

/**
 * Checks the function passed to `begin()`, before the transaction begins.
 *
 * @throws {TypeError} if it is not a function.
 */
export function checkWork(work: unknown): void {
  if (typeof work !== "function") throw new TypeError(`begin() takes a function, not ${shown(work)}.`);
}
