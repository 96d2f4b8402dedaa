/**
 * The engine without promises, over libpq. There is one unit of work at a time on a thread that blocks, so it has one
 * connection where {@linkcode Engine} has a pool.
 *
 * @module
 */
import { CallSite } from "../text/call_site.ts";
import { shorten } from "../text/text.ts";
import { connectSettings } from "../engine/drivers/connect_settings.ts";
import { PinnedConnections } from "../engine/drivers/pins.ts";
import type { SyncDriverConnection } from "../engine/drivers/sync_driver.ts";
import { connectSync } from "../engine/drivers/libpq.ts";
import { SecondUnitOfWorkError } from "../engine/drivers/libpq/one_unit_of_work.ts";
import { echoLine } from "../engine/echo.ts";
import { EngineDisposedError, InvalidUrlError } from "../engine/errors.ts";
import { EngineEvents, since } from "../engine/events.ts";
import { SyncConnection } from "./sync_connection.ts";
import {
  checkWork,
  type ConnectOptions,
  type EngineOptions,
  resolveConnect,
  type ResolvedOptions,
  resolveOptions,
  resolveUrl,
} from "../engine/options.ts";
import type { TransactionOptions } from "../engine/transaction_options.ts";
import type { EngineUrl } from "../engine/url.ts";

/**
 * Settings of an engine without promises: those of {@linkcode EngineOptions} that are not about a pool, which are checked
 * like the others where they are given, and change nothing.
 */
export type SyncEngineOptions = Pick<
  EngineOptions,
  | "echo"
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
  readonly #connections = new PinnedConnections();
  #driver: SyncDriverConnection | undefined;
  /** How many connections were opened so far: the number of this one. */
  #id = 0;
  /** The connection that is out. */
  #holder: SyncConnection | undefined;
  #disposed = false;

  constructor(url: EngineUrl, options: SyncEngineOptions) {
    if (url.driver !== "libpq") {
      throw new InvalidUrlError("driver", `${url}`, `only "postgresql+libpq://" can do without promises`);
    }
    this.url = url;
    this.#options = resolveOptions("createSyncEngine", url, options);
    const { echo } = this.#options;
    const print = echo === true ? console.log : echo;
    if (print) this.events.on("query", (event) => print(echoLine(event)));
  }

  /**
   * Takes the connection. Give it back with `close()`, best through `using`.
   *
   * @throws {SecondUnitOfWorkError} when it is out. @throws {ConnectError} when the server cannot be reached.
   * @throws {RangeError} @throws {TypeError} for what `connect()` of an {@linkcode Engine} refuses.
   */
  connect(options: TransactionOptions & Pick<ConnectOptions, "commandTimeout"> = {}): SyncConnection {
    const transaction = resolveConnect(options, this.#options);
    if (this.#disposed) throw new EngineDisposedError();
    if (this.#holder) {
      const { lastSql } = this.#holder;
      const sent = lastSql === undefined ? "it has sent nothing yet" : `its last statement: ${shorten(lastSql, 80)}`;
      const open = `taken the engine's one connection already (${sent})`;
      throw new SecondUnitOfWorkError(open, "Close that one first (using).");
    }
    const driver = this.#usable();
    const at = this.events.isHeard ? performance.now() : 0;
    const connection = this.#id;
    // a pool keeps this stack of whoever has a connection; here, where there is but one, a get in AUTOCOMMIT would take a fifth longer
    if (this.events.wants("checkout")) {
      this.events.emit({ type: "checkout", at, connection, holder: `${new CallSite()}` });
    }
    return this.#holder = new SyncConnection(connection, driver, this.events, transaction, (isUsable) => {
      this.#holder = undefined;
      if (this.events.isHeard) this.events.emit({ type: "checkin", ...since(at), connection });
      if (this.#disposed) this.#close("disposed");
      else if (!isUsable) this.#close("broken");
    });
  }

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws.
   *
   * @param work without `await`: what an async function does after its first one would be too late.
   * @returns what `work` returned.
   */
  begin<T>(work: (connection: SyncConnection) => T, options: TransactionOptions = {}): T {
    checkWork(work);
    using connection = this.connect(options);
    connection.begin();
    const value = work(connection);
    refusePromise(value, "begin() of a SyncEngine");
    connection.commit();
    return value;
  }

  /** Closes the connection; one that is out is closed when it comes back. New ones are refused. */
  dispose(): void {
    this.#disposed = true;
    if (!this.#holder) this.#close("disposed");
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The connection, opened anew when there is none or it broke. */
  #usable(): SyncDriverConnection {
    if (this.#driver?.lost) this.#close("broken");
    if (this.#driver) return this.#driver;
    const at = performance.now();
    this.#driver = this.#connections.openSync(connectSync, connectSettings(this.url, this.#options));
    this.events.emit({ type: "connect", ...since(at), connection: ++this.#id });
    return this.#driver;
  }

  #close(reason: "disposed" | "broken"): void {
    if (!this.#driver) return;
    const at = performance.now();
    this.#driver.closeSync();
    this.#driver = undefined;
    this.events.emit({ type: "close", at, connection: this.#id, reason });
  }
}

/** @throws {TypeError} when the work of a transaction turns out to be async: it would go on after the end. */
export function refusePromise(value: unknown, where: string): void {
  if (!(value instanceof Promise)) return;
  value.catch(() => {}); // what it meets behind the end is a consequence of this
  throw new TypeError(`${where} takes a function that is not async; nothing was committed.`);
}
