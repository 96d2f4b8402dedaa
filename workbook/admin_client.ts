/**
 * A bare connection for the workbook's own chores: making databases and schemas. What the notebooks teach is
 * `lib/engine`; this is what must work before it.
 *
 * @module
 */
import type { Client } from "npm:@types/pg@^8.15.0";
import { withoutDriver } from "./connection_url.ts";

export type { Client };

/**
 * Connects, runs `work`, and closes the connection whatever happens.
 *
 * @param url A PostgreSQL URL, with or without `+driver`.
 * @param connectMilliseconds How long connecting may take.
 * @returns What `work` returned.
 */
export async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  connectMilliseconds: number = 10_000,
): Promise<T> {
  // Imported here, not above: npm pg reads the environment at import, and whoever imports us may lack that permission.
  const { default: pg } = await import("pg");
  const client: Client = new pg.Client({
    connectionString: withoutDriver(url),
    connectionTimeoutMillis: connectMilliseconds,
    application_name: "workbook",
  });
  client.on("error", () => {}); // a connection that breaks between two statements: the next statement says so
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The SQLSTATE of an error from PostgreSQL, or the operating system's code; `undefined` for other errors. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
