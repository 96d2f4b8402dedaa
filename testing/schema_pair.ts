/**
 * Proves that a revision brings the tables of one program to those of another, and back.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { revision } from "../lib/migrate/authoring.ts";
import { autogenerate } from "../lib/migrate/autogenerate.ts";
import { downgrade, upgrade } from "../lib/migrate/commands.ts";
import { IrreversibleError, RevisionFailedError } from "../lib/migrate/errors.ts";
import type { Metadata } from "../lib/schema/table.ts";
import { makeMigrations } from "./migrations.ts";

/**
 * Creates the tables of one program, generates the revision to those of the other from a file, and runs it up, down and
 * up again. Asserts that the schema is each time as the program creates it, and that nothing is found afterwards.
 *
 * @param isOneWay whether the revision cannot be taken back
 * @returns the source of the revision; `undefined` if there is no difference
 */
export async function provePair(
  url: string,
  from: Metadata,
  to: Metadata,
  isOneWay = false,
): Promise<string | undefined> {
  const wanted = await inSchema(url, async (engine, schema) => {
    await engine.begin((connection) => to.createAll(connection));
    return await digest(engine, schema);
  });
  return await inSchema(url, async (engine, schema) => {
    await engine.begin((connection) => from.createAll(connection));
    const first = await digest(engine, schema);
    await using folder = await makeMigrations();
    const { path } = await revision(folder.directory, {
      message: "change",
      autogenerate: engine,
      models: { metadata: to },
    });
    if (path === undefined) {
      assertEquals(first, wanted, "nothing was found, but they differ");
      return undefined;
    }
    const source = await Deno.readTextFile(path);
    await upgrade(engine, folder.directory);
    assertEquals(await digest(engine, schema), wanted, "after up");
    await using connection = await engine.connect();
    assertEquals((await autogenerate(connection, to)).summary, [], "autogenerate after up");
    await connection.close();
    if (isOneWay) {
      const error = await assertRejects(() => downgrade(engine, folder.directory, "base"), RevisionFailedError);
      assertInstanceOf(error.cause, IrreversibleError);
      assertEquals(await digest(engine, schema), wanted, "after a way down that there is not");
      return source;
    }
    await downgrade(engine, folder.directory, "base");
    assertEquals(await digest(engine, schema), first, "after down");
    await upgrade(engine, folder.directory);
    assertEquals(await digest(engine, schema), wanted, "after up again");
    return source;
  });
}

/** Digest of a schema from the catalogs, without column positions, which a change cannot keep. */
async function digest(engine: Engine, schema: string): Promise<string[]> {
  await using connection = await engine.connect();
  const lines = await connection.execute<{ line: string }>(
    `WITH tables AS (
       SELECT oid, relname FROM pg_class
        WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname NOT LIKE 'schema\\_version%')
     SELECT format('%s.%s %s%s%s %s %s', relname, attname, format_type(atttypid, atttypmod),
              CASE WHEN attnotnull THEN ' not null' END, ' identity ' || nullif(attidentity::text, ''),
              concat_ws(' ', pg_get_expr(adbin, adrelid), nullif(attgenerated::text, ''),
                CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END),
              col_description(tables.oid, attnum)) AS line
       FROM tables JOIN pg_attribute ON attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
       JOIN pg_type ON pg_type.oid = atttypid
       LEFT JOIN pg_attrdef ON adrelid = tables.oid AND adnum = attnum
     UNION ALL SELECT format('%s: %s', relname, obj_description(oid, 'pg_class')) FROM tables
     UNION ALL SELECT format('%s %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
       FROM tables JOIN pg_constraint ON conrelid = tables.oid AND contype <> 'n'
     UNION ALL SELECT pg_get_indexdef(indexrelid) FROM tables JOIN pg_index ON indrelid = tables.oid
     UNION ALL SELECT format('type %s %s', typname, string_agg(enumlabel, ',' ORDER BY enumsortorder))
       FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid WHERE typnamespace = $1::regnamespace GROUP BY typname
     UNION ALL SELECT format('sequence %s', relname) FROM pg_class
       WHERE relnamespace = $1::regnamespace AND relkind = 'S' AND relname NOT LIKE 'schema\\_version%'
     ORDER BY 1`,
    [schema],
  );
  return lines.scalars("line").all().map((line) => line.replaceAll(`${schema}.`, "")).sort();
}

/** Runs work in a schema of its own. */
async function inSchema<T>(url: string, work: (engine: Engine, schema: string) => Promise<T>): Promise<T> {
  const schema = `case_${crypto.randomUUID().slice(0, 8)}`;
  await using engine = createEngine(`${url}?search_path=${schema}`, { poolSize: 1, maxOverflow: 1 });
  await engine.begin((connection) => connection.execute(`CREATE SCHEMA ${schema}`));
  try {
    return await work(engine, schema);
  } finally {
    await engine.begin((connection) => connection.execute(`DROP SCHEMA ${schema} CASCADE`));
  }
}
