/**
 * The benchmark's tables, in a schema of their own that is dropped at the end.
 *
 * @module
 */
import { createEngine } from "../../lib/mod.ts";
import { type Client, codeOf, withClient } from "../admin_client.ts";
import { withoutDriver, withStartupOption } from "../connection_url.ts";
import { SetupError } from "../errors.ts";
import { metadata } from "./models.ts";
import { seed } from "./operations.ts";

/** Name of the schema; fixed, so that the next run removes the leftovers of a killed one. */
export const schema = "workbook_bench";

/** Environment of the benchmark. */
export interface Fixture {
  /** URL without driver; its search path is the schema. */
  readonly url: string;
  /** A separate connection, to reset and inspect rows. */
  readonly client: Client;
  /** Restores the initial rows. */
  reset(): Promise<unknown>;
}

/**
 * Creates the tables and their rows, runs `work`, and drops them in any case.
 * @param url a PostgreSQL URL.
 * @throws {SetupError} if another benchmark is running in this database, or the role may not create schemas.
 */
export async function withFixture<T>(url: string, work: (fixture: Fixture) => Promise<T>): Promise<T> {
  const own = withStartupOption(withoutDriver(url), `-csearch_path=${schema}`);
  return await withClient(own, async (client) => {
    const { rows: [{ alone }] } = await client.query(
      "SELECT pg_try_advisory_lock(hashtext($1)) AS alone", // held until this connection is closed
      [schema],
    );
    if (!alone) throw new SetupError("Another benchmark is running in this database: wait until it has finished.");
    await client.query("SET client_min_messages = warning");
    try {
      await make(client, own);
      return await work({
        url: own,
        client,
        reset: () => client.query(`TRUNCATE ${tables} RESTART IDENTITY; ${seed}`),
      });
    } finally {
      await client.query("SET lock_timeout = '30s'");
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    }
  });
}

const tables = [...metadata.tables.keys()].join(", ");

async function make(client: Client, url: string): Promise<void> {
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  } catch (error) {
    if (codeOf(error) !== "42501") throw error;
    const { rows: [row] } = await client.query("SELECT current_database() AS database, current_user AS role");
    throw new SetupError(
      `The role ${row.role} may not create the schema ${schema} in the database ${row.database}. Its owner gives the ` +
        `right with: GRANT CREATE ON DATABASE "${row.database}" TO "${row.role}";`,
    );
  }
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  await client.query(seed);
}
