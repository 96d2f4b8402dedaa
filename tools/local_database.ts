/**
 * For `--preload`: an application that is started without `deno task app`, as a debugger does, gets the workbook's
 * PostgreSQL where DATABASE_URL is not set.
 *
 * @module
 */
import { databaseUrl } from "../workbook/database_url.ts";

Deno.env.set("DATABASE_URL", await databaseUrl({ onProgress: console.error }));
