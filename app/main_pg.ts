/** The application on npm `pg` (non-blocking). @module */
import { serveAwaiting } from "./serve_awaiting.ts";

await serveAwaiting("pg");
