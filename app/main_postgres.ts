/** The application on npm `postgres` (non-blocking). @module */
import { serveAwaiting } from "./serve_awaiting.ts";

await serveAwaiting("postgres");
