/**
 * Describes the catalogs of a database.
 *
 * @module
 */
import type { Engine } from "../lib/engine/engine.ts";
import { schemaLines } from "../lib/migrate/schema_lines.ts";

/**
 * Lists everything that tests compare before and after a migration, one line each: the lines of a dry run, and what
 * those do not show: identity, generated and collated columns, sequences, row-level security and storage.
 */
export async function catalogLines(engine: Engine): Promise<string[]> {
  await using connection = await engine.connect();
  const shown = await schemaLines(connection);
  return [...shown, ...(await connection.execute<{ line: string }>(MORE)).scalars().all()];
}

const MORE = `
WITH named AS (
  SELECT c.oid, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
         c.oid::regclass::text AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname !~ '^schema_version(_log(_id_seq)?)?$'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), lines AS (
  SELECT format('%s: %s %s %s %s', name, relpersistence, relrowsecurity, relforcerowsecurity, reloptions) AS line
    FROM named WHERE relkind IN ('r', 'p', 'm')
  UNION ALL
  SELECT format('%s.%I: identity %L, generated %L, collation %s, sequence %s', name, attname, attidentity, attgenerated,
                attcollation::regcollation, pg_get_serial_sequence(name, attname))
    FROM named JOIN pg_attribute ON attrelid = named.oid AND attnum > 0 AND NOT attisdropped
   WHERE relkind IN ('r', 'p')
  UNION ALL
  SELECT format('sequence %s: %s %s %s', name, seqtypid::regtype, seqstart, seqincrement)
    FROM named JOIN pg_sequence ON seqrelid = named.oid
)
SELECT line FROM lines ORDER BY line COLLATE "C"`;
