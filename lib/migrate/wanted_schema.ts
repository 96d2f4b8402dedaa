/**
 * Schema of the models in the form in which the server stores it: creates the tables in scratch schemas, reads them
 * from the catalogs, and rolls back. Thus `'0'` equals `0::numeric`, and `int4` equals `integer`.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import { createStatements } from "../schema/ddl.ts";
import { requireServer } from "../schema/server_version.ts";
import { quote } from "../base/quote.ts";
import { Metadata, type Table } from "../schema/table.ts";
import { type DatabaseSchema, fullName, mapParts } from "./database_schema.ts";
import { ScratchSchemaError } from "./errors.ts";
import { reflect } from "./reflect/reflect.ts";

/**
 * Creates the tables and reads them. The caller rolls back.
 *
 * @param connection connection in a transaction
 * @param metadata tables of the models
 * @param main schema in which the migrations run
 * @returns the schema of the models
 * @throws {ScratchSchemaError} when the role lacks the privilege to create schemas
 * @throws {UnsupportedByServerError} when the server lacks something that the tables contain
 * @throws {DatabaseError} when a default, check or index is invalid
 */
export async function wantedSchema(connection: Connection, metadata: Metadata, main: string): Promise<DatabaseSchema> {
  const prefix = `scratch_${crypto.randomUUID().slice(0, 8)}`;
  const scratch = new Map<string, string>();
  for (const { schema } of metadata.tables.values()) {
    if (schema !== undefined && schema !== main && !scratch.has(schema)) {
      scratch.set(schema, `${prefix}_${scratch.size}`);
    }
  }
  const statements = createStatements(inOtherSchemas(metadata, scratch));
  await requireServer(connection, metadata);
  await makeMainSchema(connection, prefix);
  await Promise.all(statements.map(({ sql }) => connection.execute(sql)));
  const others = [...scratch.values()];
  const schema = await reflect(connection, { main: prefix, others });
  const back = new Map([...scratch].map(([name, other]) => [other, name]));
  const named = withTexts({ ...schema, schemas: others }, (text) =>
    back.get(text) ??
      text.replace(new RegExp(`\\b(${prefix}_\\d+)(?=\\.)`, "g"), (other) => quote(back.get(other)!)));
  return withAnyNames(named, metadata, main);
}

/** Marks the keys whose names the models do not give. */
function withAnyNames(schema: DatabaseSchema, metadata: Metadata, main: string): DatabaseSchema {
  const given = new Map([...metadata.tables.values()].map((table) => {
    const names = [table.primaryKeyName, ...[...table.uniques, ...table.foreignKeys()].map(({ name }) => name)];
    const key = table.schema === main ? table.name : table.fullName;
    return [key, new Set([...names, ...table.constraints.map(({ name }) => name)])];
  }));
  const tables = schema.tables.map((table) =>
    mapParts(table, (part, kind) => {
      const isKey = kind === "primaryKey" || kind === "unique" || kind === "foreignKey";
      return isKey && !given.get(fullName(table))!.has(part.name) ? { ...part, anyName: true } : part;
    })
  );
  return { ...schema, tables };
}

/** Creates the schema for tables without an explicit one, and prepends it to the search path. */
async function makeMainSchema(connection: Connection, name: string): Promise<void> {
  try {
    await connection.execute(`CREATE SCHEMA ${name}`);
  } catch (error) {
    if (error instanceof DatabaseError && error.sqlstate === "42501") throw new ScratchSchemaError({ cause: error });
    throw error;
  }
  await connection.execute(
    `SELECT set_config('search_path', $1 || ', ' || current_setting('search_path'), true)`,
    [name],
  );
}

/** Copies tables into other schemas. */
function inOtherSchemas(metadata: Metadata, schemas: ReadonlyMap<string, string>): Metadata {
  const moved = new Map<Table, Table>();
  for (const table of metadata.tables.values()) {
    const schema = table.schema === undefined ? undefined : schemas.get(table.schema);
    const sqlName = schema === undefined ? quote(table.name) : `${schema}.${quote(table.name)}`;
    const foreignKeys = () =>
      table.foreignKeys().map((key) => ({ ...key, from: moved.get(key.from)!, to: moved.get(key.to)! }));
    moved.set(
      table,
      Object.create(table, {
        schema: { value: schema },
        sqlName: { value: sqlName },
        foreignKeys: { value: foreignKeys },
      }),
    );
  }
  const copy = new Metadata();
  for (const [name, table] of metadata.tables) copy.tables.set(name, moved.get(table)!);
  return copy;
}

/** Maps all strings in a value. */
function withTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === "string") return change(value) as Value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change)) as Value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item, change)])) as Value;
}
