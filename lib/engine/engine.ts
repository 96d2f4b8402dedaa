/**
 * The engine: the one object of a program that knows how to reach its database. It holds the URL, the driver and the
 * pool, and hands out connections. Creating one connects to nothing; the first connection is opened when it is needed.
 *
 * @module
 */
import { Kysely } from "kysely";
import { EngineDialect, type KyselyOptions } from "../kysely/dialect.ts";
import { CallSite } from "../text/call_site.ts";
import { connectSettings } from "./drivers/connect_settings.ts";
import { Connection } from "./connection.ts";
import type { Driver, DriverConnection } from "./driver.ts";
import { echoLine } from "./echo.ts";
import { EngineEvents } from "./events.ts";
import { runBeside } from "./run_beside.ts";
import { Pool, type PoolStatus } from "./pool.ts";
import { checkIsolationLevel, type TransactionOptions } from "./transaction_options.ts";
import { type DriverName, EngineUrl } from "./url.ts";

/** Settings of an engine; times are milliseconds. */
export interface EngineOptions extends TransactionOptions {
  /** Print each statement with its parameters and time: to the console, or line by line to a function. */
  readonly echo?: boolean | ((line: string) => void);
  /** Connections kept open (default 5, or `pool_size` of the URL). */
  readonly poolSize?: number;
  /** Connections above `poolSize` in times of need (default 10, or none with `pool_size` in the URL). */
  readonly maxOverflow?: number;
  /** How long to wait for a connection when all are out (default 30,000). */
  readonly poolTimeout?: number;
  /** Test each connection before handing it out, at the price of a round trip (default false). */
  readonly poolPrePing?: boolean;
  /** A connection older than this is replaced when somebody asks for one, as SQLAlchemy does (default: never). */
  readonly poolRecycle?: number;
  /** How long to try to connect (default 10,000, or `connect_timeout` of the URL). */
  readonly connectTimeout?: number;
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
export interface ConnectOptions extends TransactionOptions {
  /** Gives up waiting for a connection. */
  readonly signal?: AbortSignal;
  /** Who asks, as the messages name him: by default the place that calls. */
  readonly holder?: CallSite | undefined;
}

const DRIVERS: Record<DriverName, () => Promise<{ driver: Driver }>> = {
  pg: () => import("./drivers/pg.ts"),
  postgres: () => import("./drivers/postgres.ts"),
  libpq: () => import("./drivers/libpq.ts"),
};

/**
 * Creates an engine. It does not connect yet.
 *
 * ```ts
 * await using engine = createEngine("postgresql+pg://sandy:secret@localhost/shop", { poolSize: 20 });
 * ```
 *
 * @param url `postgresql+driver://user:password@host:port/database?options`.
 * @throws {InvalidUrlError} naming the part of the URL at fault. @throws {RangeError} for an impossible option.
 */
export function createEngine(url: string | EngineUrl, options: EngineOptions = {}): Engine {
  return new Engine(typeof url === "string" ? EngineUrl.parse(url) : url, options);
}

/** Made by {@linkcode createEngine}. */
export class Engine implements AsyncDisposable {
  /** Where the database is; the password is masked when it is printed. */
  readonly url: EngineUrl;
  /** What happens in this engine; subscribe with `engine.events.on("query", …)`. */
  readonly events: EngineEvents = new EngineEvents();
  readonly #options: EngineOptions;
  readonly #pool: Pool;

  constructor(url: EngineUrl, options: EngineOptions) {
    const { poolSize = url.poolSize ?? 5, maxOverflow = url.poolSize ? 0 : 10, poolTimeout = 30_000 } = options;
    const { poolPrePing = false, poolRecycle = Infinity, echo = false } = options;
    requireAtLeast("poolSize", poolSize, 1);
    requireAtLeast("maxOverflow", maxOverflow, 0);
    requireAtLeast("poolTimeout", poolTimeout, 0);
    requireAtLeast("poolRecycle", poolRecycle, 0);
    requireAtLeast("connectTimeout", options.connectTimeout ?? 1, 1);
    requireAtLeast("statementTimeout", options.statementTimeout ?? 0, 0);
    checkIsolationLevel(options.isolationLevel);
    this.url = url;
    this.#options = options;
    const limits = { size: poolSize, maxOverflow, timeout: poolTimeout, prePing: poolPrePing, recycle: poolRecycle };
    this.#pool = new Pool(() => this.#open(), limits, this.events);
    const print = echo === true ? console.log : echo;
    if (print) this.events.on("query", (event) => print(echoLine(event)));
  }

  /** How many connections are out, idle and waited for. */
  get poolStatus(): PoolStatus {
    return this.#pool.status();
  }

  /**
   * Takes a connection from the pool. Give it back with `close()`, best through `await using`.
   *
   * @throws {PoolTimeoutError} when none became free in time. @throws {ConnectError} when the server cannot be reached.
   * @throws {RangeError} for an unknown isolation level, or `readOnly` together with AUTOCOMMIT.
   */
  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const { isolationLevel = this.#options.isolationLevel, readOnly = this.#options.readOnly } = options;
    checkIsolationLevel(isolationLevel);
    if (isolationLevel === "AUTOCOMMIT" && (readOnly ?? false) !== (this.#options.readOnly ?? false)) {
      throw new RangeError("readOnly belongs to a transaction, and AUTOCOMMIT has none: give it to createEngine().");
    }
    const pooled = await this.#pool.checkout(options.holder ?? new CallSite(), options.signal);
    return new Connection(pooled, this.events, { isolationLevel, readOnly }, (done) => this.#pool.checkin(done));
  }

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws.
   *
   * @returns what `work` returned.
   */
  async begin<T>(work: (connection: Connection) => T | Promise<T>, options: ConnectOptions = {}): Promise<T> {
    await using connection = await this.connect(options);
    const begun = connection.begin(); // travels together with the first statement of `work`
    begun.catch(() => {});
    const value = await work(connection);
    await begun;
    await connection.commit();
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
    const { connectTimeout } = connectSettings(this.url, this.#options);
    const dialect = new EngineDialect({
      connect: () => this.connect({ isolationLevel: "AUTOCOMMIT" }),
      control: (sql, parameters, isWanted) =>
        runBeside(() => this.#open(), { sql, parameters }, isWanted, connectTimeout),
      isBlocking: this.url.driver === "libpq" && !this.#options.nonblocking,
    });
    return new Kysely({ ...options, dialect });
  }

  /** Closes the connections. Those still out are closed when they come back; new ones are refused. */
  async dispose(): Promise<void> {
    await this.#pool.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #open(): Promise<DriverConnection> {
    const { driver } = await DRIVERS[this.url.driver]();
    return await driver.connect(connectSettings(this.url, this.#options));
  }
}

function requireAtLeast(option: string, value: number, least: number): void {
  if (!(value >= least)) throw new RangeError(`createEngine: ${option} is ${value}; it must be at least ${least}.`);
}
