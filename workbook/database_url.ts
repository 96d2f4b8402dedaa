/**
 * Where the workbook's PostgreSQL is.
 *
 * @module
 */
import { withClient } from "./admin_client.ts";
import { masked } from "./connection_url.ts";
import { LocalPostgres } from "./local_postgres.ts";

/** The server that DATABASE_URL names cannot be used. The message says why and what to do; the password is masked. */
export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

/** The value of the environment variable DATABASE_URL; `undefined` if it is not set, or empty. */
export function configuredUrl(): string | undefined {
  return Deno.env.get("DATABASE_URL")?.trim() || undefined;
}

/**
 * The URL of the database to work with: DATABASE_URL as it is set, else the local server, which is started if it does
 * not run (and made on first use).
 *
 * ```ts ignore
 * const engine = createEngine(await databaseUrl());
 * ```
 *
 * @param options `onProgress`: is told what takes long; default: silence.
 * @returns A complete URL, password included: do not print it.
 * @throws {LocalPostgresError} when the local server is needed and cannot be had.
 */
export async function databaseUrl(options: { onProgress?: (message: string) => void } = {}): Promise<string> {
  return configuredUrl() ?? (await new LocalPostgres(options).start()).url;
}

/** How many connections the server gives to all programs together. */
export async function connectionLimit(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const { rows: [row] } = await client.query<{ max_connections: string }>("SHOW max_connections");
    return Number(row.max_connections);
  });
}

/**
 * Asks the server behind a URL for its version: the quickest proof that it answers.
 *
 * @returns For example `"18.4"`.
 * @throws {DatabaseUrlError} when it cannot be reached or does not let us in.
 */
export async function serverVersion(url: string): Promise<string> {
  try {
    return await withClient(url, async (client) => {
      const { rows: [row] } = await client.query<{ server_version: string }>("SHOW server_version");
      return row.server_version.split(" ")[0];
    });
  } catch (error) {
    // Where a name has several addresses, the reasons are in the error's parts and its own message is empty.
    const reasons = error instanceof AggregateError ? error.errors : [error];
    const reason = reasons.map((each) => each instanceof Error ? each.message : String(each)).join("; ");
    throw new DatabaseUrlError(
      `PostgreSQL at ${masked(url)} cannot be used: ${reason}. Start that server or correct DATABASE_URL; without ` +
        "DATABASE_URL the workbook runs a local PostgreSQL of its own.",
      { cause: error },
    );
  }
}
