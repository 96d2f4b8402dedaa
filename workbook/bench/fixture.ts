/**
 * The tables of the benchmark, in a schema of their own that is dropped at the end.
 *
 * @module
 */
import { createEngine } from "../../lib/mod.ts";
import { type Client, codeOf, withClient } from "../admin_client.ts";
import { withoutDriver, withStartupOption } from "../connection_url.ts";
import { SetupError } from "../errors.ts";
import { metadata } from "./models.ts";
import { seed } from "./operations.ts";

/** The schema; a fixed name, so that a run that was killed leaves nothing that the next does not drop. */
export const schema = "workbook_bench";

/** What the benchmark works with. */
export interface Fixture {
  /** Without driver; its search path is the schema. */
  readonly url: string;
  /** A connection beside the contestants, to put rows in order and look at them. */
  readonly client: Client;
  /** Puts the rows back as they were at the beginning. */
  reset(): Promise<unknown>;
}

/**
 * Makes the tables and their rows, runs `work`, and drops them whatever happens.
 *
 * @param url a PostgreSQL URL.
 * @throws {SetupError} another benchmark is running in this database, or the role may not make schemas.
 */
export async function withFixture<T>(url: string, work: (fixture: Fixture) => Promise<T>): Promise<T> {
  const own = withStartupOption(withoutDriver(url), `-csearch_path=${schema}`);
  return await withClient(own, async (client) => {
    const { rows: [{ alone }] } = await client.query(
      "SELECT pg_try_advisory_lock(hashtext($1)) AS alone", // held until this connection ends
      [schema],
    );
    if (!alone) throw new SetupError("Another benchmark is running in this database: wait for its end.");
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
      `The role ${row.role} may not make the schema ${schema} in the database ${row.database}. Its owner gives the ` +
        `right with: GRANT CREATE ON DATABASE "${row.database}" TO "${row.role}";`,
    );
  }
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  await client.query(seed);
}
