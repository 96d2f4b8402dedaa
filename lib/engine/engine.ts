/**
 * The engine: the object of a program that knows how to connect to its database. It holds the URL, the driver and the
 * pool, and hands out connections. Creating an engine opens no connection; the first one is opened on demand.
 *
 * @module
 */
import { Kysely } from "kysely";
import { EngineDialect, type KyselyOptions } from "./kysely/dialect.ts";
import { CallSite } from "../base/call_site.ts";
import { reportCreated, reportDisposed } from "./channels.ts";
import { connectSettings } from "./connect_settings.ts";
import { PinnedConnections } from "./pins.ts";
import { Connection } from "./connection.ts";
import type { DriverConnection } from "./driver.ts";
import { loadDriver } from "./drivers/by_name.ts";
import { subscribeEcho } from "./echo.ts";
import { EngineEvents } from "./events.ts";
import { Limit, limitsOf, withinLimit } from "./limit.ts";
import { runBeside } from "./run_beside.ts";
import { DISCARD_STATE } from "./reuse.ts";
import { type DisposeOptions, Pool, type PoolOptions, type PoolStatus } from "./pool.ts";
import type { PooledConnection } from "./pooled_connection.ts";
import { checkOptions } from "./check_options.ts";
import { DISPOSE } from "./option_kinds.ts";
import {
  checkWork,
  type ConnectOptions,
  type EngineOptions,
  resolveConnect,
  type ResolvedOptions,
  resolveOptions,
  resolveUrl,
} from "./options.ts";
import { mayGoUnawaited } from "./unawaited.ts";
import type { EngineUrl } from "./url.ts";

export type { ConnectOptions, EngineOptions } from "./options.ts";
export type { DisposeOptions } from "./pool.ts";

/**
 * Creates an engine. It does not connect yet.
 *
 * ```ts
 * await using engine = createEngine("postgresql+pg://sandy:secret@localhost/shop", { poolSize: 20 });
 * ```
 *
 * @param url `postgresql+driver://user:password@host:port/database?options`.
 * @throws {InvalidUrlError} naming the invalid part of the URL.
 * @throws {RangeError} for an option value out of range.
 * @throws {TypeError} for an unknown option, or one of the wrong type.
 */
export function createEngine(url: string | EngineUrl, options: EngineOptions = {}): Engine {
  return new Engine(resolveUrl("createEngine", url), options);
}

/** An engine; created by {@linkcode createEngine}. */
export class Engine implements AsyncDisposable {
  /** The database URL; the password is masked when it is printed. */
  readonly url: EngineUrl;
  /** Events of this engine; subscribe with `engine.events.on("query", …)`. */
  readonly events: EngineEvents = new EngineEvents();
  readonly #options: ResolvedOptions;
  readonly #pool: Pool;
  readonly #connections = new PinnedConnections();

  /** @ignore */
  constructor(url: EngineUrl, options: EngineOptions) {
    this.url = url;
    this.#options = resolveOptions("createEngine", url, options);
    this.#pool = new Pool(
      { open: (signal, timeLeft) => this.#open(signal, timeLeft), reset: this.#resetter() },
      poolOptions(this.#options),
      this.events,
    );
    subscribeEcho(this.events, this.#options.echo);
    reportCreated(this);
  }

  /** The number of connections checked out and idle, and of waiting callers. */
  get poolStatus(): PoolStatus {
    return this.#pool.status();
  }

  /** The number of open connections, in use and idle. */
  get connectionCount(): number {
    return this.#pool.connectionCount;
  }

  /**
   * Checks out a connection from the pool. Return it with `close()`, preferably through `await using`. Session state
   * that its previous holder left outside a transaction is still present, unless `resetOnReturn` of the engine
   * specifies otherwise.
   *
   * @throws {PoolTimeoutError} if none became free in time.
   * @throws {ConnectError} if the server cannot be reached.
   * @throws {EngineDisposedError}
   * @throws {AnswerTimeoutError}
   * @throws the signal's reason
   * @throws {RangeError} for an unknown isolation level, or `readOnly` together with AUTOCOMMIT.
   * @throws {TypeError} for an unknown option, or one of the wrong type.
   */
  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const transaction = resolveConnect(options, this.#options);
    const limit = Limit.of(options);
    const holder = options.holder ?? new CallSite();
    // a signal cannot interrupt a blocked thread: the pool passes the remaining time to the driver instead
    const timeLeft = this.#isBlocking && limit ? () => limit.left : undefined;
    const pooled = await withinLimit(limit, (signal) => this.#pool.checkout(holder, signal, timeLeft));
    return new Connection(pooled, this.events, transaction, (done, limit) => this.#pool.checkin(done, limit));
  }

  /**
   * Runs `work` in a transaction: commits when it returns, rolls back when it throws.
   *
   * @param options `signal` and `timeout` limit the waits of `begin()` itself: for a connection and its BEGIN, and then
   * for COMMIT.
   * @returns the value that `work` returned.
   * @throws the errors of `connect()`, and of `begin()` and `commit()` of a {@linkcode Connection}.
   */
  async begin<T>(work: (connection: Connection) => T | Promise<T>, options: ConnectOptions = {}): Promise<T> {
    checkWork(work);
    const limit = Limit.of(options);
    await using connection = await this.connect(options);
    const begin = mayGoUnawaited(connection.begin(limit?.rest)); // pipelined with the first statement of `work` …
    if (limit) await begin; // … unless it may be cancelled: the request could reach the server at that statement
    const value = await work(connection);
    await begin;
    await connection.commit(limitsOf(options));
    return value;
  }

  /**
   * Creates a Kysely instance whose queries run on this engine's pool, each by itself unless in a `transaction()`.
   *
   * ```ts ignore
   * const db = engine.kysely<Shop>({ log: ["query", "error"], plugins: [new CamelCasePlugin()] });
   * ```
   *
   * @param options of Kysely's constructor, besides the dialect. `log` shows Kysely's names of transaction steps
   * (`start transaction …`); `echo` and `events` show the statements sent for them.
   */
  kysely<Database>(options: KyselyOptions = {}): Kysely<Database> {
    const { connectTimeout } = this.#options;
    const dialect = new EngineDialect({
      connect: () => this.connect({ isolationLevel: "AUTOCOMMIT" }),
      control: (sql, parameters, isWanted) =>
        runBeside(() => this.#open(), { sql, parameters }, isWanted, connectTimeout),
      isBlocking: this.#isBlocking,
    });
    return new Kysely({ ...options, dialect });
  }

  /**
   * Cancels the statements in flight on the server: each fails with a `StatementCancelledError`, and its connection can
   * still be used. Calls that wait for a connection go on waiting.
   *
   * @returns the number of connections on which a statement was in flight.
   */
  async cancel(): Promise<number> {
    return await this.#pool.cancel();
  }

  /**
   * Closes the connections. Connections in use are closed when they are returned, unless the options say otherwise;
   * pending connection attempts are aborted, and new ones refused. Connections that cannot be closed within `timeout`
   * (default: `connectTimeout`) are dropped.
   *
   * ```ts ignore
   * await engine.dispose({ timeout: 5_000 }); // statements may finish; after 5 s they are cancelled on the server
   * await engine.dispose({ force: true });    // immediately
   * ```
   *
   * @throws {RangeError}
   * @throws {TypeError} for invalid options.
   */
  async dispose(options: DisposeOptions = {}): Promise<void> {
    checkOptions("dispose()", options, DISPOSE);
    reportDisposed(this);
    await this.#pool.dispose(options);
  }

  /** Calls `dispose()` at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** True if each call blocks the thread until it is answered. */
  get #isBlocking(): boolean {
    const { driver, nonblocking } = this.#options;
    const blocksThread = driver ? driver.blocksThread === true : this.url.driver === "libpq";
    return blocksThread && !nonblocking;
  }

  /** Returns the function that carries out `resetOnReturn`, if one is needed. */
  #resetter(): ((pooled: PooledConnection) => Promise<void>) | undefined {
    const { resetOnReturn } = this.#options;
    if (resetOnReturn === "rollback") return undefined; // done when the connection was closed
    return async (pooled) => {
      const options = resolveConnect({ isolationLevel: "AUTOCOMMIT" }, this.#options);
      await using connection = new Connection(pooled, this.events, options, async () => {});
      if (resetOnReturn === "discard all") await connection.execute(DISCARD_STATE);
      else await resetOnReturn(connection);
    };
  }

  /** @param timeLeft milliseconds, if less than `connectTimeout`. */
  async #open(signal?: AbortSignal, timeLeft?: number): Promise<DriverConnection> {
    const driver = this.#options.driver ?? await loadDriver(this.url.driver);
    return await this.#connections.open(driver, connectSettings(this.url, this.#options, signal, timeLeft));
  }
}

function poolOptions(options: ResolvedOptions): PoolOptions {
  const { poolSize, poolTimeout, poolPrePing, poolRecycle, connectTimeout } = options;
  const { maxOverflow, maxLifetime, idleTimeout, minIdle } = options;
  const limits = { size: poolSize, maxOverflow, timeout: poolTimeout, answerTimeout: connectTimeout };
  return { ...limits, prePing: poolPrePing, recycle: poolRecycle, maxLifetime, idleTimeout, minIdle };
}
