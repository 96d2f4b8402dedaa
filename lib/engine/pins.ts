/**
 * The settings that reading and writing values relies on, given with each connection's start-up message: there they come
 * before those of the role and the database, and `RESET ALL` returns to them.
 *
 * A pooler may refuse them, as PgBouncer does by default, or take the message and leave them out. Every style of dates,
 * intervals and bytes is read all the same; but two settings change values without a trace: the server would round
 * floating-point numbers, or read the NULL in an array as a text. So it is asked for them: on an engine's first connection,
 * and where what we give does not arrive on each.
 *
 * @module
 */
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement } from "./driver.ts";
import { ConnectError, DatabaseError, type RoleSetting, RoleSettingError } from "./errors.ts";
import { EngineError } from "../base/error.ts";
import { queryWithin } from "./query_within.ts";
import { runAwaiting, runBlocking, step, type Steps } from "./steps.ts";
import { startupOptions } from "./drivers/startup_options.ts";
import type { SyncDriverConnection } from "./sync_driver.ts";

/** 3 is as exact as 1, the server's default, and tells that it came from here. */
const EXACT = "3";

/** In DateStyle the order of day and month, which only what is sent can depend on, stays as the URL or the server has it. */
const PINS = {
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: EXACT,
  array_nulls: "on",
};

/** What a pooler answers that does not know a start-up parameter: PgBouncer the first, others that it is not supported. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(["08P01", "0A000"]);

const QUESTION: Statement = {
  sql: "SELECT current_setting('extra_float_digits'), current_setting('array_nulls'), " +
    "format('%I IN DATABASE %I', session_user, current_database())",
  parameters: [],
  waitsForNobody: true,
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

/** Milliseconds for the farewell to a connection that is not handed out. */
const CLOSE_LIMIT = 200;

/** The calls of a driver, with promises or without. */
interface Calls<C> {
  connect(settings: ConnectSettings): C | Promise<C>;
  ask(connection: C, question: Statement, limit: number): RawResult | Promise<RawResult>;
  close(connection: C): void | Promise<void>;
}

/** Opens the connections of one engine, and remembers what becomes of the settings on the way. */
export class PinnedConnections {
  /** They were refused: it is not tried again. */
  #isRefused = false;
  /** They arrive: it is not asked again. */
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

  /** As `open()`, with calls that block. */
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
      if (error instanceof DatabaseError) return connection; // a pooler's own console, which knows no such question
      yield* step(calls.close(connection));
      settings.signal?.throwIfAborted();
      if (error instanceof RoleSettingError || !(error instanceof EngineError)) throw error;
      throw new ConnectError(`${settings.url}`, error.message, undefined, { cause: error });
    }
    return connection;
  }

  *#connecting<C>(settings: ConnectSettings, calls: Calls<C>, left: () => number): Steps<C> {
    if (this.#isRefused) return yield* step(calls.connect(settings));
    try {
      return yield* step(calls.connect(pinned(settings)));
    } catch (error) {
      if (!(error instanceof ConnectError && REFUSALS.has(error.sqlstate))) throw error;
      const connection = yield* step(calls.connect({ ...settings, connectTimeout: left() }));
      this.#isRefused = true;
      return connection;
    }
  }
}

/** With our settings behind those of the URL: of two for one name the server takes the last. */
function pinned(settings: ConnectSettings): ConnectSettings {
  const { application_name, ...named } = settings.settings;
  const options = `${startupOptions(named)} ${startupOptions(PINS)}`.trim();
  return { ...settings, settings: { ...(application_name === undefined ? {} : { application_name }), options } };
}
