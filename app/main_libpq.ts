/**
 * The application on blocking libpq: its handlers contain no `await`, and requests are processed one at a time.
 *
 * @module
 */
import { BLOCKING_POOL, blockingSessions, createBlockingDatabase, pingBlocking } from "./database.ts";
import { routes } from "./routes.ts";
import { serve } from "./serve.ts";
import * as toysAndUsers from "./toys_and_users_sync.ts";

await serve((url, settings, database) => {
  const engine = createBlockingDatabase(url, settings);
  return {
    routes: routes(toysAndUsers, database.watching(blockingSessions(engine, settings.requestTimeout))),
    ping: () => pingBlocking(engine),
    pool: () => BLOCKING_POOL,
    close: (options) => engine.dispose(options),
  };
});
