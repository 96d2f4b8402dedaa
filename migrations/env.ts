/** What `deno task migrate` asks of this project. @module */
import { databaseUrl } from "../lib/workbook/database_url.ts";

/** The database to migrate where no `--url` is given: DATABASE_URL, else the local server, which is started. */
export async function url(): Promise<string> {
  return await databaseUrl({ onProgress: console.error });
}
