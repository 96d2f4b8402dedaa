/**
 * The application on blocking libpq: its handlers contain no `await`, and requests are processed one at a time.
 *
 * @module
 */
import { blockingSessions, createBlockingDatabase, pingBlocking } from "./database.ts";
import { routes } from "./routes.ts";
import { serve } from "./serve.ts";
import * as toysAndUsers from "./toys_and_users_sync.ts";

await serve((url, settings) => {
  const engine = createBlockingDatabase(url, settings);
  return {
    routes: routes(toysAndUsers, blockingSessions(engine)),
    ping: () => pingBlocking(engine),
    close: () => engine.dispose(),
  };
});
