/**
 * Locates the workbook's PostgreSQL.
 *
 * @module
 */
import { configuredDatabaseUrl } from "../app/database_url.ts";
import { ServerFullError, withClient } from "./admin_client.ts";
import { masked } from "./connection_url.ts";
import { LocalPostgres } from "./local_postgres.ts";

/** The server of DATABASE_URL cannot be used. The message gives the reason and a remedy; the password is masked. */
export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

/** Returns DATABASE_URL of the environment, or the URL of its parts; `undefined` if they are unset or empty. */
export function configuredUrl(): string | undefined {
  return configuredDatabaseUrl(Deno.env.toObject());
}

/**
 * Returns the URL of the database to work with: DATABASE_URL if set, otherwise the local server, started (and created
 * on first use) if necessary.
 *
 * ```ts ignore
 * const engine = createEngine(await databaseUrl());
 * ```
 *
 * @param options `onProgress`: receives progress messages (default: none).
 * @returns a full URL, including the password: do not print it.
 * @throws {LocalPostgresError} when the local server is needed and cannot be had.
 */
export async function databaseUrl(options: { onProgress?: (message: string) => void } = {}): Promise<string> {
  return configuredUrl() ?? (await new LocalPostgres(options).start()).url;
}

/** Returns the server's connection limit. */
export async function connectionLimit(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const { rows: [row] } = await client.query<{ max_connections: string }>("SHOW max_connections");
    return Number(row.max_connections);
  });
}

/**
 * Returns the version of the server behind a URL, which also proves that it responds.
 * @returns for example `"18.4"`.
 * @throws {DatabaseUrlError} if it cannot be reached or rejects the login.
 * @throws {ServerFullError} if it has no free connection.
 */
export async function serverVersion(url: string): Promise<string> {
  try {
    return await withClient(url, async (client) => {
      const { rows: [row] } = await client.query<{ server_version: string }>("SHOW server_version");
      return row.server_version.split(" ")[0];
    });
  } catch (error) {
    if (error instanceof ServerFullError) throw error; // its URL is right
    // if a name has several addresses, the reasons are in the error's parts and its own message is empty
    const reasons = error instanceof AggregateError ? error.errors : [error];
    const reason = reasons.map((each) => each instanceof Error ? each.message : String(each)).join("; ");
    throw new DatabaseUrlError(
      `PostgreSQL at ${masked(url)} cannot be used: ${reason}. Start that server or correct DATABASE_URL; without ` +
        "DATABASE_URL the workbook runs a local PostgreSQL of its own.",
      { cause: error },
    );
  }
}
