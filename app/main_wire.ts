/** The application on the library's own driver (non-blocking). @module */
import { serveAwaiting } from "./serve_awaiting.ts";

await serveAwaiting("wire");
