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
  type Session,
  sessionmaker,
  type SyncEngine,
  type SyncSession,
  syncSessionmaker,
} from "../lib/mod.ts";
import type { Settings } from "./settings.ts";

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
  return createEngine(EngineUrl.parse(url).withDriver(driver), {
    applicationName: `toys on ${driver}`,
    poolSize: settings.poolSize,
    maxOverflow: settings.maxOverflow,
    poolTimeout: settings.poolTimeout,
    statementTimeout: settings.statementTimeout,
    prepare: settings.prepare,
    echo: settings.echo,
  });
}

/**
 * Sessions that do not block. Reads run in autocommit mode: under READ COMMITTED every statement takes its own snapshot
 * anyway, so BEGIN and COMMIT would only cost round trips.
 */
export function sessions(engine: Engine): Sessions<Session> {
  const reading = sessionmaker(engine, { isolationLevel: "AUTOCOMMIT" });
  const writing = sessionmaker(engine);
  return {
    async read(work) {
      await using session = reading();
      return await work(session);
    },
    write: (work) => writing.begin(work),
  };
}

/**
 * Queries the server.
 * @throws when it does not answer.
 */
export async function ping(engine: Engine): Promise<void> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await connection.execute("SELECT 1");
}

/** Creates a blocking engine from the settings, with a single connection: only one request is processed at a time. */
export function createBlockingDatabase(url: string, { statementTimeout, prepare, echo }: Settings): SyncEngine {
  return createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), {
    applicationName: "toys on libpq",
    statementTimeout,
    prepare,
    echo,
  });
}

/** Blocking sessions; the callbacks passed to them must not be async. */
export function blockingSessions(engine: SyncEngine): Sessions<SyncSession> {
  const reading = syncSessionmaker(engine, { isolationLevel: "AUTOCOMMIT" });
  const writing = syncSessionmaker(engine);
  return {
    read(work) {
      using session = reading();
      return work(session);
    },
    write: (work) => writing.begin(work),
  };
}

/** Like {@linkcode ping}, on a blocking engine. */
export function pingBlocking(engine: SyncEngine): void {
  using connection = engine.connect({ isolationLevel: "AUTOCOMMIT" });
  connection.execute("SELECT 1");
}
