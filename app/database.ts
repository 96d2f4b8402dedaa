/**
 * A session per request: made when a handler needs it, committed when its work succeeds, rolled back when it does not,
 * and its connection given back in any case.
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

/** Runs the work of one request in a session of its own: at once where the session blocks, else later. */
export interface Sessions<S> {
  /** For work that only reads. */
  read<T>(work: (session: S) => T | Promise<T>): T | Promise<T>;
  /** For work that writes: one transaction. */
  write<T>(work: (session: S) => T | Promise<T>): T | Promise<T>;
}

/** An engine as the settings want it. @param url of the database, with any driver. */
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
 * Sessions that do not block. Reading is in autocommit: every statement of READ COMMITTED sees what is committed when
 * it starts, in a transaction or not, so that BEGIN and COMMIT would only cost round trips.
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

/** Asks the server for an answer. @throws when there is none. */
export async function ping(engine: Engine): Promise<void> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await connection.execute("SELECT 1");
}

/** An engine that blocks, as the settings want it: it has one connection, since one request is worked on at a time. */
export function createBlockingDatabase(url: string, { statementTimeout, prepare, echo }: Settings): SyncEngine {
  return createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), {
    applicationName: "toys on libpq",
    statementTimeout,
    prepare,
    echo,
  });
}

/** Sessions that block; what they are given must not be async. */
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

/** As {@linkcode ping}, on an engine that blocks. */
export function pingBlocking(engine: SyncEngine): void {
  using connection = engine.connect({ isolationLevel: "AUTOCOMMIT" });
  connection.execute("SELECT 1");
}
