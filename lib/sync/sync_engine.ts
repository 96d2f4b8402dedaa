/**
 * The blocking engine, on libpq. A thread that blocks runs one unit of work at a time, so that the engine has a single
 * connection instead of the pool of {@linkcode Engine}.
 *
 * @module
 */
import { CallSite } from "../base/call_site.ts";
import { shorten } from "../base/text.ts";
import { reportCreated, reportDisposed } from "../engine/channels.ts";
import { connectSettings } from "../engine/connect_settings.ts";
import { PinnedConnections } from "../engine/pins.ts";
import type { SyncDriverConnection } from "../engine/sync_driver.ts";
import { connectSync } from "../engine/drivers/libpq.ts";
import { SecondUnitOfWorkError } from "../engine/drivers/libpq/one_unit_of_work.ts";
import { subscribeEcho } from "../engine/echo.ts";
import { Limit, withinLimitSync } from "../engine/limit.ts";
import { EngineDisposedError, InvalidUrlError } from "../engine/errors.ts";
import { type CloseReason, EngineEvents, since } from "../engine/events.ts";
import { PooledConnection } from "../engine/pooled_connection.ts";
import type { DisposeOptions } from "../engine/pool.ts";
import { complainOfReset, DISCARD_STATE, PING } from "../engine/reuse.ts";
import { type Return, SyncConnection } from "./sync_connection.ts";
import { checkOptions } from "../engine/check_options.ts";
import { SYNC_DISPOSE } from "../engine/option_kinds.ts";
import {
  checkWork,
  type EngineOptions,
  resolveConnect,
  type ResolvedOptions,
  resolveSyncOptions,
  resolveUrl,
  type SyncConnectOptions,
} from "../engine/options.ts";
import type { EngineUrl } from "../engine/url.ts";

/**
 * Settings of a blocking engine: those of {@linkcode EngineOptions} that apply to a single connection. Timers do not
 * fire while the thread is blocked: a connection older than `maxLifetime` is closed when it is returned or checked out.
 */
export interface SyncEngineOptions extends SharedOptions {
  /** As in {@linkcode EngineOptions}; a function must not be async, and `connectTimeout` applies to each statement. */
  readonly resetOnReturn?: Reset;
}

/** The reset of a connection that is returned: `rollback` only, `discard all`, or a function. */
export type Reset = "rollback" | "discard all" | ((connection: SyncConnection) => void);

/** The options that both kinds of engine share. */
export type SharedOptions = Pick<
  EngineOptions,
  | "echo"
  | "poolPrePing"
  | "poolRecycle"
  | "maxLifetime"
  | "connectTimeout"
  | "commandTimeout"
  | "statementTimeout"
  | "comment"
  | "applicationName"
  | "prepare"
  | "isolationLevel"
  | "readOnly"
>;

/**
 * Creates an engine whose calls block the thread. The first `connect()` opens the connection.
 *
 * ```ts
 * using engine = createSyncEngine("postgresql+libpq://sandy:secret@localhost/shop");
 * ```
 *
 * @throws {InvalidUrlError} when the URL is invalid or names another driver than libpq.
 * @throws {TypeError} for an unknown option or a value of the wrong type.
 * @throws {RangeError} for a value out of range.
 */
export function createSyncEngine(url: string | EngineUrl, options: SyncEngineOptions = {}): SyncEngine {
  return new SyncEngine(resolveUrl("createSyncEngine", url), options);
}

/** An engine whose calls block the thread. Made by {@linkcode createSyncEngine}. */
export class SyncEngine implements Disposable {
  /** The URL of the database; printing it masks the password. */
  readonly url: EngineUrl;
  /** Events of this engine; subscribe with `engine.events.on("query", …)`. */
  readonly events: EngineEvents = new EngineEvents();
  readonly #options: ResolvedOptions;
  readonly #reset: Reset;
  readonly #connections = new PinnedConnections();
  #kept: PooledConnection<SyncDriverConnection> | undefined;
  #lastId = 0;
  /** True while the result of the last ROLLBACK is outstanding. */
  #isEnding = false;
  /** The connection that is checked out. */
  #holder: SyncConnection | undefined;
  #disposed = false;

  /** @ignore */
  constructor(url: EngineUrl, options: SyncEngineOptions) {
    if (url.driver !== "libpq") {
      throw new InvalidUrlError("driver", `${url}`, `only "postgresql+libpq://" can block`);
    }
    this.url = url;
    // only the type of the reset function differs, and this engine calls that itself
    this.#options = resolveSyncOptions("createSyncEngine", url, options as EngineOptions);
    this.#reset = options.resetOnReturn ?? "rollback";
    subscribeEcho(this.events, this.#options.echo);
    reportCreated(this);
  }

  /** 1 if its connection is open, otherwise 0. */
  get connectionCount(): number {
    return this.#kept ? 1 : 0;
  }

  /**
   * Checks out the connection. Return it with `close()`, preferably by `using`. An expired or broken connection is
   * replaced first.
   *
   * @param options `timeout`: milliseconds for opening a connection, and for the ping of `poolPrePing`.
   * @throws {SecondUnitOfWorkError} when the connection is checked out.
   * @throws {ConnectError} when the server cannot be reached.
   * @throws {AnswerTimeoutError} when the timeout expires.
   * @throws {TypeError} for an unknown option or a value of the wrong type.
   * @throws {RangeError} for a value out of range.
   */
  connect(options: SyncConnectOptions = {}): SyncConnection {
    const transaction = resolveConnect(options, this.#options);
    if (this.#disposed) throw new EngineDisposedError();
    if (this.#holder) {
      const { lastSql } = this.#holder;
      const sent = lastSql === undefined ? "it has sent nothing yet" : `its last statement: ${shorten(lastSql, 80)}`;
      const open = `taken the engine's one connection already (${sent})`;
      throw new SecondUnitOfWorkError(open, "Close that one first (using).");
    }
    const limit = Limit.of({ timeout: options.timeout });
    const kept = withinLimitSync(limit, () => this.#usable(limit));
    const at = this.events.isHeard ? performance.now() : 0;
    const { id: connection } = kept;
    // only for listeners: capturing the stack makes a get in AUTOCOMMIT a fifth slower
    if (this.events.wants("checkout")) {
      this.events.emit({ type: "checkout", at, connection, holder: `${new CallSite()}` });
    }
    return this.#holder = new SyncConnection(connection, kept.driver, this.events, transaction, (how) => {
      this.#takeBack(kept, how);
      this.#holder = undefined;
      if (this.events.isHeard) this.events.emit({ type: "checkin", ...since(at), connection });
      const flaw = this.#disposed ? "disposed" : kept.discard ? "broken" : kept.flawOfState(this.#isEnding);
      if (flaw) this.#close(flaw);
    });
  }

  /**
   * Runs `work` in a transaction: commits when it returns, rolls back when it throws.
   *
   * @param work must not be async: its part after the first `await` would run after the transaction.
   * @param options `timeout` applies to the checkout and BEGIN, and to COMMIT, not to the work.
   * @returns the value of `work`.
   * @throws {TypeError} when `work` returns a promise.
   */
  begin<T>(work: (connection: SyncConnection) => T, options: SyncConnectOptions = {}): T {
    checkWork(work);
    const { timeout } = options;
    const limit = Limit.of({ timeout });
    using connection = this.connect(options);
    connection.begin({ timeout: limit?.left });
    const value = work(connection);
    refusePromise(value, "begin() of a SyncEngine");
    connection.commit({ timeout });
    return value;
  }

  /**
   * Closes the connection without waiting; one that is checked out is closed when it is returned, or at once with
   * `force`. Later calls of `connect()` fail.
   *
   * @throws {TypeError} for an unknown option or a value of the wrong type.
   */
  dispose(options: Pick<DisposeOptions, "force"> = {}): void {
    checkOptions("dispose()", options, SYNC_DISPOSE);
    this.#disposed = true;
    reportDisposed(this);
    if (!this.#holder || options.force) this.#close("disposed");
  }

  /** Calls `dispose()`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Returns a usable connection; opens one if there is none or it has to be replaced. */
  #usable(limit: Limit | undefined): PooledConnection<SyncDriverConnection> {
    if (this.#kept) {
      const flaw = this.#flawOf(this.#kept, limit?.left);
      if (!flaw) return this.#kept;
      this.#close(flaw);
    }
    const { maxLifetime } = this.#options;
    const at = performance.now();
    const driver = this.#connections.openSync(
      connectSync,
      connectSettings(this.url, this.#options, undefined, limit?.left),
    );
    this.#kept = new PooledConnection(++this.#lastId, driver, maxLifetime);
    this.events.emit({ type: "connect", ...since(at), connection: this.#lastId });
    return this.#kept;
  }

  /** Returns the reason to replace the connection, checked in the order of the pool. */
  #flawOf(kept: PooledConnection<SyncDriverConnection>, left: number = Infinity): CloseReason | undefined {
    const { poolRecycle, poolPrePing, connectTimeout } = this.#options;
    const flaw = kept.flaw(this.#isEnding) ??
      (poolRecycle < Infinity ? kept.flawOfAge(performance.now(), poolRecycle) : undefined);
    if (flaw || !poolPrePing) return flaw;
    try {
      kept.driver.querySync({ ...PING, timeout: Math.min(connectTimeout, left) });
      return undefined;
    } catch {
      return "broken";
    }
  }

  /** Resets a returned connection; if that fails, the connection is discarded. */
  #takeBack(kept: PooledConnection<SyncDriverConnection>, { isUsable, isEnding }: Return): void {
    this.#isEnding = isEnding;
    if (!isUsable) kept.discard = true;
    if (this.#reset === "rollback" || this.#disposed || kept.flaw(isEnding)) return;
    const commandTimeout = this.#options.connectTimeout;
    const options = resolveConnect({ isolationLevel: "AUTOCOMMIT", commandTimeout }, this.#options);
    try {
      using connection = new SyncConnection(kept.id, kept.driver, this.events, options, (after) => {
        if (!after.isUsable) kept.discard = true;
      });
      if (this.#reset === "discard all") connection.execute(DISCARD_STATE);
      else refusePromise(this.#reset(connection), "resetOnReturn of a SyncEngine");
    } catch (error) {
      kept.discard = true;
      if (!kept.driver.lost) complainOfReset(error);
    }
  }

  #close(reason: CloseReason): void {
    if (!this.#kept) return;
    const at = performance.now();
    const { id, driver } = this.#kept;
    driver.closeSync();
    this.#kept = undefined;
    this.#isEnding = false;
    this.events.emit({ type: "close", at, connection: id, reason });
  }
}

/**
 * Refuses the result of an async function, whose work would continue after the transaction.
 *
 * @throws {TypeError} when the value is a promise.
 */
export function refusePromise(value: unknown, where: string): void {
  if (!(value instanceof Promise)) return;
  value.catch(() => {}); // it fails as a consequence of this error
  throw new TypeError(`${where} takes a function that is not async; nothing was committed.`);
}
