/**
 * For `--preload`: sets DATABASE_URL, if unset, to the workbook's PostgreSQL for an application started without `deno
 * task app`, for example by a debugger.
 *
 * @module
 */
import { databaseUrl } from "../workbook/database_url.ts";

Deno.env.set("DATABASE_URL", await databaseUrl({ onProgress: console.error }));
