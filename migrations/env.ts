/** What `deno task migrate` asks of this project. @module */
import type { Metadata } from "../lib/schema/table.ts";
import { databaseUrl } from "../workbook/database_url.ts";

/** The database to migrate where no `--url` is given: DATABASE_URL, else the local server, which is started. */
export async function url(): Promise<string> {
  return await databaseUrl({ onProgress: console.error });
}

/** The tables as the models describe them; loaded only by what compares them, such as `check`. */
export async function metadata(): Promise<Metadata> {
  return (await import("../app/models.ts")).metadata;
}
