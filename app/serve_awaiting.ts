/**
 * The application on a driver whose calls are awaited.
 *
 * @module
 */
import type { DriverName } from "../lib/mod.ts";
import { createDatabase, ping, sessions } from "./database.ts";
import { routes } from "./routes.ts";
import { serve } from "./serve.ts";
import * as toysAndUsers from "./toys_and_users.ts";

/** Runs the application until it is told to stop. */
export async function serveAwaiting(driver: Exclude<DriverName, "libpq">): Promise<void> {
  await serve((url, settings, database) => {
    const engine = createDatabase(url, driver, settings);
    return {
      routes: routes(toysAndUsers, database.watching(sessions(engine, settings.requestTimeout))),
      ping: () => ping(engine),
      pool: () => engine.poolStatus,
      close: (options) => engine.dispose(options),
    };
  });
}
