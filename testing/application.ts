/**
 * Runs an application in this process, over real HTTP, for tests.
 *
 * @module
 */
import { createEngine, type DriverName } from "../lib/mod.ts";
import { keepDirect } from "../workbook/loopback.ts";
import { createApplication } from "../app/application.ts";
import {
  BLOCKING_POOL,
  blockingSessions,
  createBlockingDatabase,
  createDatabase,
  ping,
  pingBlocking,
  sessions,
} from "../app/database.ts";
import { DatabaseState } from "../app/database_state.ts";
import { metadata } from "../app/models.ts";
import type { LoggedRequest } from "../app/request_log.ts";
import { routes } from "../app/routes.ts";
import { readSettings, type Settings } from "../app/settings.ts";
import { Traffic } from "../app/traffic.ts";
import * as toysAndUsers from "../app/toys_and_users.ts";
import * as toysAndUsersSync from "../app/toys_and_users_sync.ts";

/** A listening application. */
export interface Started extends AsyncDisposable {
  readonly url: string;
  /** Requests answered so far. */
  readonly log: readonly LoggedRequest[];
  /** What the application has said of the database. */
  readonly said: readonly string[];
  readonly traffic: Traffic;
  /** First word of each statement sent. */
  readonly sent: readonly string[];
  /** Returns the number of connections checked out. */
  held(): number;
  /** Returns the number of connections found closed by the server. */
  broken(): number;
  /** Sends a body as JSON, or a GET without one. */
  send(method: string, path: string, body?: unknown): Promise<Response>;
}

/** Creates the parts of the application for a driver; see `main_pg.ts` and `main_libpq.ts`. */
function backend(url: string, driver: DriverName, settings: Settings, database: DatabaseState) {
  if (driver === "libpq") {
    const engine = createBlockingDatabase(url, settings);
    return {
      engine,
      routes: routes(toysAndUsersSync, database.watching(blockingSessions(engine, settings.requestTimeout))),
      pool: () => BLOCKING_POOL,
      ping: () => pingBlocking(engine),
      // a blocking engine receives no events: it checks a connection at checkout
      look: () => engine.connect().close(),
    };
  }
  const engine = createDatabase(url, driver, settings);
  return {
    engine,
    routes: routes(toysAndUsers, database.watching(sessions(engine, settings.requestTimeout))),
    pool: () => engine.poolStatus,
    ping: () => ping(engine),
    look: () => {},
  };
}

/** Starts the application of a driver on a database. */
export function start(url: string, driver: DriverName, variables: Record<string, string> = {}): Started {
  keepDirect();
  const settings = readSettings({ POOL_SIZE: "4", ...variables });
  const said: string[] = [];
  const database = new DatabaseState((line) => void said.push(line));
  const traffic = new Traffic();
  const { engine, look, ...parts } = backend(url, driver, settings, database);
  const log: LoggedRequest[] = [];
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => void sent.push(sql.trimStart().split(" ", 1)[0]));
  let held = 0;
  engine.events.on("checkout", () => void held++);
  engine.events.on("checkin", () => void held--);
  let broken = 0;
  engine.events.on("close", ({ reason }) => void (broken += Number(reason === "broken")));
  const application = createApplication({
    ...parts,
    ...settings,
    database,
    traffic,
    log: (request) => void log.push(request),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, application.fetch);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    url: origin,
    log,
    said,
    traffic,
    sent,
    held: () => held,
    broken: () => (look(), broken),
    send: (method, path, body) =>
      fetch(origin + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await engine.dispose();
    },
  };
}

/** Creates the tables, empty. */
export async function emptyTables(url: string): Promise<void> {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await metadata.createAll(connection);
    await connection.execute("TRUNCATE heroes, toys, users, user_toy");
  });
}
