/**
 * The engine without promises, over libpq. There is one unit of work at a time on a thread that blocks, so it has one
 * connection where {@linkcode Engine} has a pool.
 *
 * @module
 */
import { CallSite } from "../base/call_site.ts";
import { shorten } from "../base/text.ts";
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
 * Settings of an engine without promises: those of {@linkcode EngineOptions} that mean something for one connection. No
 * timer ends while the thread is blocked: one older than `maxLifetime` is closed when it comes back or is asked for.
 */
export interface SyncEngineOptions extends SharedOptions {
  /** As in {@linkcode EngineOptions}; a function is not async, and `connectTimeout` limits each of its statements. */
  readonly resetOnReturn?: Reset;
}

type Reset = "rollback" | "discard all" | ((connection: SyncConnection) => void);

type SharedOptions = Pick<
  EngineOptions,
  | "echo"
  | "poolPrePing"
  | "poolRecycle"
  | "maxLifetime"
  | "connectTimeout"
  | "commandTimeout"
  | "statementTimeout"
  | "applicationName"
  | "prepare"
  | "isolationLevel"
  | "readOnly"
>;

/**
 * Creates an engine whose calls block the thread. It does not connect yet.
 *
 * ```ts
 * using engine = createSyncEngine("postgresql+libpq://sandy:secret@localhost/shop");
 * ```
 *
 * @throws {InvalidUrlError} also when the URL names another driver than libpq.
 * @throws {RangeError} @throws {TypeError} for what `createEngine()` refuses.
 */
export function createSyncEngine(url: string | EngineUrl, options: SyncEngineOptions = {}): SyncEngine {
  return new SyncEngine(resolveUrl("createSyncEngine", url), options);
}

/** Made by {@linkcode createSyncEngine}. */
export class SyncEngine implements Disposable {
  /** Where the database is; the password is masked when it is printed. */
  readonly url: EngineUrl;
  /** What happens in this engine; subscribe with `engine.events.on("query", …)`. */
  readonly events: EngineEvents = new EngineEvents();
  readonly #options: ResolvedOptions;
  readonly #reset: Reset;
  readonly #connections = new PinnedConnections();
  #kept: PooledConnection<SyncDriverConnection> | undefined;
  #lastId = 0;
  /** True while the end of the last transaction is on its way. */
  #isEnding = false;
  /** The connection that is out. */
  #holder: SyncConnection | undefined;
  #disposed = false;

  constructor(url: EngineUrl, options: SyncEngineOptions) {
    if (url.driver !== "libpq") {
      throw new InvalidUrlError("driver", `${url}`, `only "postgresql+libpq://" can do without promises`);
    }
    this.url = url;
    // only the function is another one, which this engine calls itself
    this.#options = resolveSyncOptions("createSyncEngine", url, options as EngineOptions);
    this.#reset = options.resetOnReturn ?? "rollback";
    subscribeEcho(this.events, this.#options.echo);
  }

  /**
   * Takes the connection. Give it back with `close()`, best through `using`. One that is old or dead, as the options say, is
   * replaced.
   *
   * @param options `timeout`: milliseconds for opening a connection, and for the ping of `poolPrePing`.
   * @throws {SecondUnitOfWorkError} when it is out. @throws {ConnectError} when the server cannot be reached.
   * @throws {AnswerTimeoutError} @throws {RangeError} @throws {TypeError} for what `connect()` of an {@linkcode Engine} refuses.
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
    // a pool keeps this stack of whoever has a connection; here, where there is but one, a get in AUTOCOMMIT would take a fifth longer
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
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws.
   *
   * @param work without `await`: what an async function does after its first one would be too late.
   * @param options `timeout` ends what it waits for itself: a connection and its BEGIN, and then COMMIT.
   * @returns what `work` returned.
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
   * Closes the connection; one that is out is closed when it comes back, or with `force` at once. New ones are refused. It
   * waits for nothing.
   *
   * @throws {TypeError} for options that cannot be.
   */
  dispose(options: Pick<DisposeOptions, "force"> = {}): void {
    checkOptions("dispose()", options, SYNC_DISPOSE);
    this.#disposed = true;
    if (!this.#holder || options.force) this.#close("disposed");
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The connection, opened anew when there is none, or nobody should get that any more. */
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

  /** Why the connection has to be replaced, in the order in which a pool asks. */
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

  /** Makes a connection that came back fit for the next user; one that cannot be made so is not used again. */
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

/** @throws {TypeError} when the work of a transaction turns out to be async: it would go on after the end. */
export function refusePromise(value: unknown, where: string): void {
  if (!(value instanceof Promise)) return;
  value.catch(() => {}); // what it meets behind the end is a consequence of this
  throw new TypeError(`${where} takes a function that is not async; nothing was committed.`);
}
