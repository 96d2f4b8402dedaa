/** For tests: an application in this process, over real HTTP. @module */
import { createEngine, type DriverName } from "../../lib/mod.ts";
import { createApplication } from "../application.ts";
import { createDatabase, ping, sessions } from "../database.ts";
import { metadata } from "../models.ts";
import type { LoggedRequest } from "../request_log.ts";
import { routes } from "../routes.ts";
import { readSettings } from "../settings.ts";
import * as toysAndUsers from "../toys_and_users.ts";

/** An application that listens. */
export interface Started extends AsyncDisposable {
  readonly url: string;
  /** The requests it has answered. */
  readonly log: readonly LoggedRequest[];
  /** The first word of each statement it has sent. */
  readonly sent: readonly string[];
  /** Connections that are out at the moment. */
  held(): number;
  /** Sends a body as JSON, or a GET without one. */
  send(method: string, path: string, body?: unknown): Promise<Response>;
}

/** Starts the application of a driver on a database. */
export function start(url: string, driver: DriverName, variables: Record<string, string> = {}): Started {
  const settings = readSettings({ POOL_SIZE: "4", ...variables });
  const engine = createDatabase(url, driver, settings);
  const log: LoggedRequest[] = [];
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => void sent.push(sql.split(" ", 1)[0]));
  const application = createApplication({
    routes: routes(toysAndUsers, sessions(engine)),
    ping: () => ping(engine),
    bodyLimit: settings.bodyLimit,
    log: (request) => void log.push(request),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, application.fetch);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    url: origin,
    log,
    sent,
    held: () => engine.poolStatus.held,
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

/** Makes the tables, empty. */
export async function emptyTables(url: string): Promise<void> {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await metadata.createAll(connection);
    await connection.execute("TRUNCATE heroes, toys, users, user_toy");
  });
}
