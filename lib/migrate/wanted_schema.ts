/**
 * Schema of the models in the form in which the server stores it: creates the tables in scratch schemas, reads them
 * from the catalogs, and rolls back. Thus `'0'` equals `0::numeric`, and `int4` equals `integer`.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import { createStatements, enumTypes, refers } from "../schema/ddl.ts";
import { requireServer } from "../schema/server_version.ts";
import { quote } from "../base/quote.ts";
import { Metadata, type Table } from "../schema/table.ts";
import type { Comparator } from "./comparator.ts";
import { type ScratchSchemas, wantedObjects } from "./compared_objects.ts";
import { isSameTable } from "./compare/compare.ts";
import { nameIn } from "./compare/text.ts";
import {
  type DatabaseSchema,
  type EnumSchema,
  fullName,
  mapParts,
  nameKey,
  type ObjectName,
  type TableSchema,
} from "./database_schema.ts";
import { ScratchSchemaError } from "./errors.ts";
import { literalTable } from "./literal_schema.ts";
import { reflect } from "./reflect/reflect.ts";
import { inWordsOfDatabase } from "./verbatim.ts";

/**
 * Creates the tables and reads them, except those that the database has in the words of the models; all if there are
 * comparators, with their objects. The caller rolls back.
 *
 * @param connection connection in a transaction
 * @param metadata tables of the models
 * @param main schema in which the migrations run
 * @param live schema of the database
 * @param comparators comparators of other objects
 * @returns the schema of the models
 * @throws {ScratchSchemaError} when the role lacks the privilege to create schemas
 * @throws {UnsupportedByServerError} when the server lacks something that the tables contain
 * @throws {MissingObjectError} when a comparator does not list an object that it has created
 * @throws {DatabaseError} when a default, check, index or the SQL of an object is invalid
 */
export async function wantedSchema(
  connection: Connection,
  metadata: Metadata,
  main: string,
  live: DatabaseSchema,
  comparators: readonly Comparator[] = [],
): Promise<DatabaseSchema> {
  const all = [...metadata.tables.values()];
  const schemas = [...new Set(all.flatMap(({ schema }) => schema ?? []))].filter((schema) => schema !== main);
  await requireServer(connection, metadata);
  const marked = markAnyNames(metadata, main);
  const there = new Map(live.tables.map((table) => [nameKey(table), table]));
  const literal = literalTables(all, main, there, marked);
  const asked = withTargets(all.filter((table) => !literal.has(table)), all);
  const made = comparators.length > 0 ? new Set(all) : asked;
  const isAsked = new Set([...asked].map((table) => nameKey(nameOf(table, main))));
  const scratch = scratchNames(schemas);
  const isEmpty = made.size + comparators.length === 0;
  const spelled = isEmpty ? undefined : await spelledSchema(connection, made, scratch);
  const known = all.flatMap((table) => asked.has(table) ? [] : [literal.get(table)!]);
  const models = new Map(all.map((table) => [nameKey(nameOf(table, main)), table]));
  const inWords = (table: TableSchema) => {
    const other = there.get(nameKey(table));
    return other ? inWordsOfDatabase(table, models.get(nameKey(table))!, other) : table;
  };
  const enums = new Map([...enumsOf(metadata), ...(spelled?.enums ?? [])].map((type) => [type.name, type]));
  const tables = (spelled?.tables ?? []).filter((table) => isAsked.has(nameKey(table)));
  return {
    schemas,
    enums: inOrder([...enums.values()]),
    tables: inOrder([...tables.map((table) => marked(inWords(inMainSchema(table, main)))), ...known]),
    objects: await wantedObjects(connection, comparators, scratch, main, live.schemas),
    unmodelled: [],
    taken: [],
  };
}

/** Names tables of the main schema that no model describes, and to which foreign keys refer, as the database does. */
function inMainSchema(table: TableSchema, main: string): TableSchema {
  const foreignKeys = table.foreignKeys.map((key) =>
    key.to.schema === main ? { ...key, to: { name: key.to.name } } : key
  );
  return { ...table, foreignKeys };
}

/** Tables that are in the database in the words of the models. */
function literalTables(
  tables: readonly Table[],
  main: string,
  there: ReadonlyMap<string, TableSchema>,
  marked: (table: TableSchema) => TableSchema,
): ReadonlyMap<Table, TableSchema> {
  return new Map(tables.flatMap((table) => {
    const other = there.get(nameKey(nameOf(table, main)));
    const literal = other && literalTable(table, other, (table) => nameOf(table, main));
    const wanted = literal && marked(literal);
    return wanted && isSameTable(other, wanted) ? [[table, wanted]] : [];
  }));
}

/** Name of a table as schemas contain it. */
function nameOf({ schema, name }: Table, main: string): ObjectName {
  return schema === undefined || schema === main ? { name } : { schema, name };
}

function enumsOf(metadata: Metadata): EnumSchema[] {
  return enumTypes(metadata).map(([name, values]) => ({ name: nameIn(name)!, values }));
}

/** Sorts by name, as the catalogs are read. */
function inOrder<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  return all.toSorted((one, other) => one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
}

/** Adds the tables to which tables refer: they are created, too. What a foreign key in SQL refers to is unknown. */
function withTargets(tables: readonly Table[], all: readonly Table[]): ReadonlySet<Table> {
  const found = new Set(tables);
  for (const table of found) {
    if (table.constraints.some(refers)) return new Set(all);
    for (const { to } of table.foreignKeys()) found.add(to);
  }
  return found;
}

function scratchNames(schemas: readonly string[]): ScratchSchemas {
  const main = `scratch_${crypto.randomUUID().slice(0, 8)}`;
  return { main, others: new Map(schemas.map((schema, index) => [schema, `${main}_${index}`])) };
}

/** Creates tables in scratch schemas and reads them. */
async function spelledSchema(
  connection: Connection,
  tables: Iterable<Table>,
  { main: prefix, others: scratch }: ScratchSchemas,
): Promise<DatabaseSchema> {
  const statements = createStatements(inOtherSchemas(tables, scratch)).map(({ sql }) => sql);
  await makeMainSchema(connection, prefix);
  await runTogether(connection, statements);
  const others = [...scratch.values()];
  const schema = await reflect(connection, { main: prefix, others });
  const back = new Map([...scratch].map(([name, other]) => [other, name]));
  return withTexts(schema, (text) =>
    back.get(text) ??
      text.replace(new RegExp(`\\b(${prefix}_\\d+)(?=\\.)`, "g"), (other) => quote(back.get(other)!)));
}

/** Runs statements in one round trip; one after the other if one fails, so that the error names it. */
async function runTogether(connection: Connection, statements: readonly string[]): Promise<void> {
  const attempt = await connection.beginNested();
  try {
    await connection.execute(statements.join("\n;\n"));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await attempt.rollback();
    for (const sql of statements) await connection.execute(sql);
  }
}

/**
 * Marks the keys whose names the models do not give.
 *
 * @returns a function that marks those of a table
 */
function markAnyNames(metadata: Metadata, main: string): (table: TableSchema) => TableSchema {
  const given = new Map([...metadata.tables.values()].map((table) => {
    const names = [table.primaryKeyName, ...[...table.uniques, ...table.foreignKeys()].map(({ name }) => name)];
    const key = table.schema === main ? table.name : table.fullName;
    return [key, new Set([...names, ...table.constraints.map(({ name }) => name)])];
  }));
  return (table) =>
    mapParts(table, (part, kind) => {
      const isKey = kind === "primaryKey" || kind === "unique" || kind === "foreignKey";
      return isKey && !given.get(fullName(table))!.has(part.name) ? { ...part, anyName: true } : part;
    });
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
function inOtherSchemas(tables: Iterable<Table>, schemas: ReadonlyMap<string, string>): Metadata {
  const moved = new Map<Table, Table>();
  for (const table of tables) {
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
  for (const [table, other] of moved) copy.tables.set(table.fullName, other);
  return copy;
}

/** Maps all strings in a value. */
function withTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === "string") return change(value) as Value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change)) as Value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item, change)])) as Value;
}
