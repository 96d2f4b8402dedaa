/**
 * Server settings that SQL and the conversion of values rely on, sent in each connection's startup message: there they
 * override those of the role and the database, and `RESET ALL` restores them.
 *
 * A pooler may reject them, as PgBouncer does by default, or accept the message and drop them. Every style of dates,
 * intervals and bytea is decoded nevertheless; but two settings change values silently: the server would round
 * floating-point numbers, or read the NULL in an array as a text. Therefore the engine queries these two: on its first
 * connection, and on every connection if the settings do not take effect.
 *
 * @module
 */
import { reportRefused } from "./channels.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement } from "./driver.ts";
import { ConnectError, DatabaseError, type RoleSetting, RoleSettingError } from "./errors.ts";
import { EngineError } from "../base/error.ts";
import { queryWithin } from "./query_within.ts";
import { runAwaiting, runBlocking, step, type Steps } from "./steps.ts";
import { startupOptions } from "./drivers/startup_options.ts";
import type { SyncDriverConnection } from "./sync_driver.ts";

/** As exact as 1, the server's default, and distinguishable from it. */
const EXACT = "3";

/** DateStyle leaves the order of day and month, which affects only input, as the URL or the server has it. */
const PINS = {
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: EXACT,
  array_nulls: "on",
  standard_conforming_strings: "on", // else a backslash in a literal is an escape
};

/** SQLSTATEs of a pooler that does not know a startup parameter: PgBouncer's, and feature_not_supported. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(["08P01", "0A000"]);

const QUESTION: Statement = {
  sql: "SELECT current_setting('extra_float_digits'), current_setting('array_nulls'), " +
    "format('%I IN DATABASE %I', session_user, current_database())",
  parameters: [],
  waitsForNoLock: true,
};

const ROUNDED = (digits: string): RoleSetting => ({
  name: "extra_float_digits",
  value: digits,
  effect: "0.1 + 0.2 would be read as 0.3",
  cure: "1",
});
const NO_NULLS: RoleSetting = {
  name: "array_nulls",
  value: "off",
  effect: "a null in an array would be stored as the text NULL",
  cure: "on",
};

/** Milliseconds to close a connection that is not handed out. */
const CLOSE_LIMIT = 200;

/** The calls of a driver, promise-based or blocking. */
interface Calls<C> {
  connect(settings: ConnectSettings): C | Promise<C>;
  ask(connection: C, question: Statement, limit: number): RawResult | Promise<RawResult>;
  close(connection: C): void | Promise<void>;
}

/** Opens the connections of one engine and remembers whether the settings take effect. */
export class PinnedConnections {
  /** The settings were rejected: later connections do not send them. */
  #isRefused = false;
  /** The settings take effect: later connections are not queried. */
  #arrive = false;

  /**
   * Opens a connection.
   *
   * @throws {ConnectError}
   * @throws {RoleSettingError}
   * @throws the reason of the settings' signal
   */
  open(driver: Driver, settings: ConnectSettings): Promise<DriverConnection> {
    return runAwaiting(this.#opening(settings, {
      connect: (settings) => driver.connect(settings),
      ask: (connection, question, limit) => queryWithin(connection, question, limit, settings.signal),
      close: (connection: DriverConnection) => connection.close(CLOSE_LIMIT),
    }));
  }

  /** Like `open()`, with blocking calls. */
  openSync(
    connect: (settings: ConnectSettings) => SyncDriverConnection,
    settings: ConnectSettings,
  ): SyncDriverConnection {
    return runBlocking(this.#opening(settings, {
      connect,
      ask: (connection, question, timeout) => connection.querySync({ ...question, timeout }),
      close: (connection) => connection.closeSync(),
    }));
  }

  *#opening<C>(settings: ConnectSettings, calls: Calls<C>): Steps<C> {
    const deadline = performance.now() + settings.connectTimeout;
    const left = () => Math.max(1, Math.ceil(deadline - performance.now()));
    const connection = yield* this.#connecting(settings, calls, left);
    if (this.#arrive) return connection;
    try {
      const { rows: [answer] } = yield* step(calls.ask(connection, QUESTION, left()));
      const [digits, nulls, role] = answer as [string, string, string];
      this.#arrive = digits === EXACT && !this.#isRefused;
      if (Number(digits) <= 0) throw new RoleSettingError(`${settings.url}`, role, ROUNDED(digits));
      if (nulls === "off") throw new RoleSettingError(`${settings.url}`, role, NO_NULLS);
    } catch (error) {
      if (error instanceof DatabaseError) return connection; // a pooler's admin console does not know the query
      yield* step(calls.close(connection));
      settings.signal?.throwIfAborted();
      if (error instanceof RoleSettingError || !(error instanceof EngineError)) throw error;
      throw new ConnectError(`${settings.url}`, error.message, undefined, { cause: error });
    }
    return connection;
  }

  *#connecting<C>(settings: ConnectSettings, calls: Calls<C>, left: () => number): Steps<C> {
    if (this.#isRefused) return yield* connected(settings, calls);
    try {
      return yield* connected(pinned(settings), calls);
    } catch (error) {
      if (!(error instanceof ConnectError && REFUSALS.has(error.sqlstate))) throw error;
      const connection = yield* connected({ ...settings, connectTimeout: left() }, calls);
      this.#isRefused = true;
      return connection;
    }
  }
}

/** Opens a connection, and reports a failure to observers. */
function* connected<C>(settings: ConnectSettings, calls: Calls<C>): Steps<C> {
  try {
    return yield* step(calls.connect(settings));
  } catch (error) {
    if (error instanceof ConnectError) reportRefused(error);
    throw error;
  }
}

/** Appends the pinned settings to those of the URL: of two values for a setting the server takes the last. */
function pinned(settings: ConnectSettings): ConnectSettings {
  const { application_name, ...named } = settings.settings;
  const options = `${startupOptions(named)} ${startupOptions(PINS)}`.trim();
  return { ...settings, settings: { ...(application_name === undefined ? {} : { application_name }), options } };
}
