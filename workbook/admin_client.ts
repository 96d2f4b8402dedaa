/**
 * A plain connection for the workbook's own administration: creating databases and schemas. The notebooks teach
 * `lib/engine`; this has to work before it.
 *
 * @module
 */
import type { Client } from "npm:@types/pg@^8.15.0";
import { withoutDriver } from "./connection_url.ts";
import { explainHolders } from "./kernels.ts";

export type { Client };

/** The server has no connection left (SQLSTATE 53300). The message names the notebooks that hold some. */
export class ServerFullError extends Error {
  override readonly name = "ServerFullError";
  readonly code = "53300";
}

/**
 * Connects, runs `work`, and closes the connection in any case.
 * @param url a PostgreSQL URL, with or without `+driver`.
 * @param connectMilliseconds time limit for connecting.
 * @returns the result of `work`.
 * @throws {ServerFullError} if all connections of the server, the database or the role are in use.
 */
export async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  connectMilliseconds: number = 10_000,
): Promise<T> {
  // Imported lazily: npm pg reads the environment at import, for which the importing program may lack permission.
  const { default: pg } = await import("pg");
  const client: Client = new pg.Client({
    connectionString: withoutDriver(url),
    connectionTimeoutMillis: connectMilliseconds,
    application_name: "workbook",
  });
  client.on("error", () => {}); // if the connection breaks between two statements, the next statement reports it
  try {
    await client.connect().catch(async (error) => {
      if (codeOf(error) !== "53300") throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ServerFullError(
        `PostgreSQL has no free connection (SQLSTATE 53300: ${reason}). ${await explainHolders()}`,
        { cause: error },
      );
    });
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Returns the SQLSTATE of an error from PostgreSQL, or the code of a system error; `undefined` for other errors. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
