/**
 * One session per request: created when a handler needs it, committed on success, rolled back on error, and its
 * connection always returned to the pool.
 *
 * @module
 */
import {
  createEngine,
  createSyncEngine,
  type DriverName,
  type Engine,
  EngineUrl,
  type PoolStatus,
  type Session,
  sessionmaker,
  type SharedOptions,
  type SyncEngine,
  type SyncSession,
  syncSessionmaker,
} from "../lib/mod.ts";
import { troubleOf } from "./database_trouble.ts";
import { Toy, User, userToy } from "./models.ts";
import { statementComment, withRequestId } from "./request_context.ts";
import type { Settings } from "./settings.ts";
import { traceStatements } from "./tracing.ts";

/**
 * Runs the work of one request in its own session: immediately if the session is blocking, otherwise asynchronously.
 */
export interface Sessions<S> {
  /** Runs read-only work. */
  read<T>(work: (session: S) => T | Promise<T>): T | Promise<T>;
  /** Runs work that writes, in one transaction. */
  write<T>(work: (session: S) => T | Promise<T>): T | Promise<T>;
}

/**
 * Creates an engine from the settings.
 * @param url database URL, with any driver.
 */
export function createDatabase(url: string, driver: DriverName, settings: Settings): Engine {
  const engine = createEngine(EngineUrl.parse(url).withDriver(driver), {
    ...shared(driver, settings),
    poolSize: settings.poolSize,
    maxOverflow: settings.maxOverflow,
    poolTimeout: settings.poolTimeout,
  });
  if (settings.telemetry) traceStatements(engine.events);
  return engine;
}

/** Creates a blocking engine from the settings, with a single connection: only one request is processed at a time. */
export function createBlockingDatabase(url: string, settings: Settings): SyncEngine {
  const engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), shared("libpq", settings));
  if (settings.telemetry) traceStatements(engine.events);
  return engine;
}

function shared(driver: DriverName, settings: Settings): SharedOptions {
  return {
    applicationName: `toys on ${driver}`,
    statementTimeout: settings.statementTimeout,
    poolPrePing: settings.poolPrePing,
    poolRecycle: settings.poolRecycle,
    prepare: settings.prepare,
    ...(settings.sqlComments ? { comment: statementComment } : {}),
    echo: settings.echo && ((line) => console.log(withRequestId(line))),
  };
}

/**
 * Sessions that do not block. Reads run in autocommit mode: under READ COMMITTED every statement takes its own snapshot
 * anyway, so BEGIN and COMMIT would only cost round trips.
 * @param timeout milliseconds that a request waits for the database altogether (default: no limit).
 */
export function sessions(engine: Engine, timeout: number = Infinity): Sessions<Session> {
  const reading = sessionmaker(engine, { isolationLevel: "AUTOCOMMIT", timeout });
  const writing = sessionmaker(engine, { timeout });
  return {
    async read(work) {
      await using session = reading();
      return await work(session);
    },
    write: (work) => writing.begin(work),
  };
}

/** The pool of a blocking engine, as whoever asks for its figures always finds it: the thread is free to answer then. */
export const BLOCKING_POOL: PoolStatus = { size: 1, maxOverflow: 0, held: 0, idle: 1, waiting: 0 };

/** How long requests fail at once after a blocked thread has waited for a server in vain, in milliseconds. */
const REST = 1_000;

/**
 * Blocking sessions; the callbacks passed to them must not be async.
 *
 * While one of them waits for the server, every other request waits, too, also `/healthz`: with a silent server for as
 * long as `timeout`. The requests behind it would then wait in turn; instead they fail at once for a second, so that
 * none waits longer than its own limit.
 * @param timeout milliseconds that a request waits for the database altogether (default: no limit).
 */
export function blockingSessions(engine: SyncEngine, timeout: number = Infinity): Sessions<SyncSession> {
  const reading = syncSessionmaker(engine, { isolationLevel: "AUTOCOMMIT", timeout });
  const writing = syncSessionmaker(engine, { timeout });
  const resting = new Rest();
  return {
    read: (work) =>
      resting.unlessAway(() => {
        using session = reading();
        return work(session);
      }),
    write: (work) => resting.unlessAway(() => writing.begin(work)),
  };
}

/** Fails at once, for a while, after work has found that the server is away: a circuit breaker. */
class Rest {
  #until = 0;
  #reason: unknown;

  unlessAway<T>(work: () => T): T {
    if (performance.now() < this.#until) throw this.#reason;
    try {
      return work();
    } catch (error) {
      if (troubleOf(error)?.kind === "away") {
        this.#until = performance.now() + REST;
        this.#reason = error;
      }
      throw error;
    }
  }
}

const TABLES = [Toy, User, userToy].map((model) => "table" in model ? model.table : model);

/**
 * Asks for the privilege on every column that the application uses: the server reports an error if a table or a column
 * is missing. It locks no table, so that a migration does not stop a ping.
 */
const MAY_READ = `SELECT ${
  TABLES.flatMap(({ name, columns }) =>
    columns.map((column) => `has_column_privilege('${name}', '${column.name}', 'SELECT')`)
  ).join(" AND ")
}`;

/** Reads these columns, but no row, for the error of a missing privilege. */
const READ = TABLES.map(({ name, columns }) =>
  `SELECT ${columns.map((column) => column.name).join(", ")} FROM ${name} WHERE false`
).join("; ");

/** How long a ping waits for the database altogether, in milliseconds. */
const PING = { isolationLevel: "AUTOCOMMIT", timeout: 3_000 } as const;

/**
 * Asks the server for what the application needs.
 * @throws when it does not answer, or lacks a table, a column or a privilege.
 */
export async function ping(engine: Engine): Promise<void> {
  await using session = sessionmaker(engine, PING)();
  if (!await session.scalar(MAY_READ)) await session.execute(READ);
}

/** Like {@linkcode ping}, on a blocking engine. */
export function pingBlocking(engine: SyncEngine): void {
  using session = syncSessionmaker(engine, PING)();
  if (!session.scalar(MAY_READ)) session.execute(READ);
}
