/**
 * The application on npm `postgres` (non-blocking).
 *
 * @module
 */
import { createDatabase, ping, sessions } from "./database.ts";
import { routes } from "./routes.ts";
import { serve } from "./serve.ts";
import * as toysAndUsers from "./toys_and_users.ts";

await serve((url, settings, database) => {
  const engine = createDatabase(url, "postgres", settings);
  return {
    routes: routes(toysAndUsers, database.watching(sessions(engine, settings.requestTimeout))),
    ping: () => ping(engine),
    pool: () => engine.poolStatus,
    close: (options) => engine.dispose(options),
  };
});
