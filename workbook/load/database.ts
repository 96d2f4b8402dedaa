/**
 * A dedicated database for load tests, with the same initial rows in each run.
 *
 * @module
 */
import { metadata } from "../../app/models.ts";
import { createEngine, type Engine } from "../../lib/mod.ts";
import { withDatabase } from "../connection_url.ts";
import { databaseName, dropTestDatabase, makeTestDatabase } from "../temporary_database.ts";
import { roundTripTime } from "../network/round_trip_time.ts";
import { slowNetwork } from "../network/slow_network.ts";
import { KNOWN, knownId } from "./workload.ts";

/** A load-test database. Close it to drop it. */
export interface LoadDatabase extends AsyncDisposable {
  readonly url: string;
  /** Server version, such as `18.4`. */
  readonly version: string;
  /** Empties the tables and inserts the known toys and users. */
  reset(): Promise<void>;
  /** Returns the server processes working for this database or for all databases. */
  backends(): Promise<number[]>;
  /** Returns the number of free connections of the server. */
  freeConnections(): Promise<number>;
}

/** SQL for the known ids: the row number padded with zeros. */
const PREFIX = knownId(0).slice(0, -12);
const ID = (number: string) => `('${PREFIX}' || lpad((${number})::text, 12, '0'))::uuid`;

const RESET = [
  "SET lock_timeout = '30s'",
  "TRUNCATE heroes, toys, users, user_toy",
  `INSERT INTO toys (id, name) SELECT ${ID("n")}, 'toy ' || n FROM generate_series(0, ${KNOWN - 1}) n`,
  `INSERT INTO users (id, name) SELECT ${ID("n")}, 'user ' || n FROM generate_series(0, ${KNOWN - 1}) n`,
  `INSERT INTO user_toy (user_id, toy_id)
     SELECT ${ID("n")}, ${ID(`(n + more) % ${KNOWN}`)} FROM generate_series(0, ${
    KNOWN - 1
  }) n, generate_series(0, 1) more`,
  "ANALYZE toys, users, user_toy",
];

const FREE = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
  - coalesce(current_setting('reserved_connections', true)::int, 0) - count(*)::int AS free
  FROM pg_stat_activity WHERE backend_type = 'client backend'`;

const BACKENDS = `SELECT pid FROM pg_stat_activity
  WHERE pid <> pg_backend_pid() AND coalesce(datname, current_database()) = current_database()`;

/** Creates the database, on the server of DATABASE_URL or the local one. */
export async function makeLoadDatabase(): Promise<LoadDatabase> {
  const { server, name } = await makeTestDatabase(databaseName(import.meta.resolve("./load.ts")));
  const url = withDatabase(server, name);
  const engine = createEngine(url, { applicationName: "load test" });
  const end = async () => {
    await engine.dispose();
    await dropTestDatabase(server, name);
  };
  try {
    await engine.begin((connection) => metadata.createAll(connection));
    const [{ version }] = await rows<{ version: string }>(
      engine,
      "SELECT current_setting('server_version') AS version",
    );
    return {
      url,
      version: version.split(" ")[0],
      reset: async () => {
        await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
        for (const statement of RESET) await connection.execute(statement);
      },
      backends: async () => (await rows<{ pid: number }>(engine, BACKENDS)).map(({ pid }) => pid),
      freeConnections: async () => (await rows<{ free: number }>(engine, FREE))[0].free,
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function rows<Row>(engine: Engine, sql: string): Promise<Row[]> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  return (await connection.execute<Row & Record<string, unknown>>(sql)).all();
}

/** A route to the database. Close it to stop the proxy. */
export interface Route extends AsyncDisposable {
  readonly url: string;
  /** Measured round-trip time, in milliseconds (median). */
  readonly roundTrip: number;
}

/** @param delay milliseconds added to each round trip; 0 for a direct route without a proxy. */
export async function routeTo(url: string, delay: number): Promise<Route> {
  if (delay === 0) return { url, roundTrip: await roundTripTime(url), [Symbol.asyncDispose]: () => Promise.resolve() };
  const network = await slowNetwork(url, delay);
  try {
    return {
      url: network.url,
      roundTrip: await roundTripTime(network.url),
      [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
    };
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}
