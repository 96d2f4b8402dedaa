/**
 * The engine: the one object of a program that knows how to reach its database. It holds the URL, the driver and the
 * pool, and hands out connections. Creating one connects to nothing; the first connection is opened when it is needed.
 *
 * @module
 */
import { Kysely } from "kysely";
import { EngineDialect, type KyselyOptions } from "./kysely/dialect.ts";
import { CallSite } from "../base/call_site.ts";
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
 * @throws {InvalidUrlError} naming the part of the URL at fault. @throws {RangeError} for an impossible option.
 * @throws {TypeError} for an option that does not exist, or is of the wrong type.
 */
export function createEngine(url: string | EngineUrl, options: EngineOptions = {}): Engine {
  return new Engine(resolveUrl("createEngine", url), options);
}

/** Made by {@linkcode createEngine}. */
export class Engine implements AsyncDisposable {
  /** Where the database is; the password is masked when it is printed. */
  readonly url: EngineUrl;
  /** What happens in this engine; subscribe with `engine.events.on("query", …)`. */
  readonly events: EngineEvents = new EngineEvents();
  readonly #options: ResolvedOptions;
  readonly #pool: Pool;
  readonly #connections = new PinnedConnections();

  constructor(url: EngineUrl, options: EngineOptions) {
    this.url = url;
    this.#options = resolveOptions("createEngine", url, options);
    this.#pool = new Pool(
      { open: (signal, timeLeft) => this.#open(signal, timeLeft), reset: this.#resetter() },
      poolOptions(this.#options),
      this.events,
    );
    subscribeEcho(this.events, this.#options.echo);
  }

  /** How many connections are out, idle and waited for. */
  get poolStatus(): PoolStatus {
    return this.#pool.status();
  }

  /**
   * Takes a connection from the pool. Give it back with `close()`, best through `await using`. What its user before has
   * set, taken or made outside of a transaction is still there, unless `resetOnReturn` of the engine says otherwise.
   *
   * @throws {PoolTimeoutError} when none became free in time. @throws {ConnectError} when the server cannot be reached.
   * @throws {EngineDisposedError} @throws {AnswerTimeoutError} @throws the signal's reason
   * @throws {RangeError} for an unknown isolation level, or `readOnly` together with AUTOCOMMIT.
   * @throws {TypeError} for an option that does not exist, or is of the wrong type.
   */
  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const transaction = resolveConnect(options, this.#options);
    const limit = Limit.of(options);
    const holder = options.holder ?? new CallSite();
    // a blocked thread hears no signal: the pool passes the remaining time on to the driver
    const timeLeft = this.#isBlocking && limit ? () => limit.left : undefined;
    const pooled = await withinLimit(limit, (signal) => this.#pool.checkout(holder, signal, timeLeft));
    return new Connection(pooled, this.events, transaction, (done, limit) => this.#pool.checkin(done, limit));
  }

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws.
   *
   * @param options `signal` and `timeout` end what it waits for itself: a connection and its BEGIN, and then COMMIT.
   * @returns what `work` returned.
   * @throws what `connect()` throws, and `begin()` and `commit()` of a {@linkcode Connection}.
   */
  async begin<T>(work: (connection: Connection) => T | Promise<T>, options: ConnectOptions = {}): Promise<T> {
    checkWork(work);
    const limit = Limit.of(options);
    await using connection = await this.connect(options);
    const begun = mayGoUnawaited(connection.begin(limit?.rest)); // travels together with the first statement of `work`
    const value = await work(connection);
    await begun;
    await connection.commit(limitsOf(options));
    return value;
  }

  /**
   * A Kysely instance whose queries run on this engine's pool; each query for itself unless in a `transaction()`.
   *
   * ```ts ignore
   * const db = engine.kysely<Shop>({ log: ["query", "error"], plugins: [new CamelCasePlugin()] });
   * ```
   *
   * @param options what Kysely's constructor takes beside the dialect. `log` has Kysely's words for the steps of a
   * transaction (`start transaction …`); what is sent for them say `echo` and `events`.
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
   * Closes the connections. Those still out are closed when they come back, unless the options say more; those being
   * opened are given up, and new ones refused. What the network does not let close is dropped after `timeout`, by default
   * `connectTimeout`.
   *
   * ```ts ignore
   * await engine.dispose({ timeout: 5_000 }); // who is at work may finish; after 5 s it is cancelled on the server
   * await engine.dispose({ force: true });    // at once
   * ```
   *
   * @throws {RangeError} @throws {TypeError} for options that cannot be.
   */
  async dispose(options: DisposeOptions = {}): Promise<void> {
    checkOptions("dispose()", options, DISPOSE);
    await this.#pool.dispose(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** True: each call blocks the thread until it is answered. */
  get #isBlocking(): boolean {
    const { driver, nonblocking } = this.#options;
    const blocksThread = driver ? driver.blocksThread === true : this.url.driver === "libpq";
    return blocksThread && !nonblocking;
  }

  /** `resetOnReturn`, as the pool needs it. */
  #resetter(): ((pooled: PooledConnection) => Promise<void>) | undefined {
    const { resetOnReturn } = this.#options;
    if (resetOnReturn === "rollback") return undefined; // done already, when the connection was closed
    return async (pooled) => {
      const options = resolveConnect({ isolationLevel: "AUTOCOMMIT" }, this.#options);
      await using connection = new Connection(pooled, this.events, options, async () => {});
      if (resetOnReturn === "discard all") await connection.execute(DISCARD_STATE);
      else await resetOnReturn(connection);
    };
  }

  /** @param left milliseconds, where that is less than `connectTimeout`. */
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
