/**
 * Configuration that `deno task migrate` reads from this project.
 *
 * @module
 */
import type { Metadata } from "../lib/schema/table.ts";
import { databaseUrl } from "../workbook/database_url.ts";

/** The database to migrate if no `--url` is given: DATABASE_URL, otherwise the local server, started on demand. */
export async function url(): Promise<string> {
  return await databaseUrl({ onProgress: console.error });
}

/** The tables as described by the models; loaded only by commands that compare them, such as `check`. */
export async function metadata(): Promise<Metadata> {
  return (await import("../app/models.ts")).metadata;
}
