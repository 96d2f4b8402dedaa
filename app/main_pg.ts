/**
 * The application on npm `pg` (non-blocking).
 *
 * @module
 */
import { createDatabase, ping, sessions } from "./database.ts";
import { routes } from "./routes.ts";
import { serve } from "./serve.ts";
import * as toysAndUsers from "./toys_and_users.ts";

await serve((url, settings) => {
  const engine = createDatabase(url, "pg", settings);
  return { routes: routes(toysAndUsers, sessions(engine)), ping: () => ping(engine), close: () => engine.dispose() };
});
