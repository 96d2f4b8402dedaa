/**
 * Empty tables for the next test, recreated only if they were changed.
 *
 * @module
 */
import type { Connection } from "../lib/engine/connection.ts";
import type { Metadata } from "../lib/schema/table.ts";

/** Changes with each CREATE, ALTER and DROP of tables, types, constraints, functions and triggers. */
const DEFINITIONS = `SELECT current_database() || string_agg(format(' %s %s', number, newest), '') AS definitions FROM (
  SELECT count(*) AS number, max(xmin::text::bigint) AS newest FROM pg_attribute
  UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_depend
  UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_trigger
) AS catalogs`;

/** Definitions at the time a model's tables were last created. */
const made = new WeakMap<Metadata, string>();

/** Empties the tables: creating them takes four times as long. */
export async function emptyTables(connection: Connection, metadata: Metadata): Promise<void> {
  const definitions = async () => (await connection.execute<{ definitions: string }>(DEFINITIONS)).scalars().one();
  if (made.get(metadata) === await definitions()) {
    const tables = [...metadata.tables.values()].map(({ sqlName }) => sqlName);
    await connection.execute(`TRUNCATE ${tables.join(", ")} RESTART IDENTITY CASCADE`);
    return;
  }
  await metadata.dropAll(connection);
  await metadata.createAll(connection);
  made.set(metadata, await definitions() as string);
}
