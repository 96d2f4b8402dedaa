/**
 * The one writer of DDL.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { LIMIT } from "../engine/option_kinds.ts";
import { type Deferrable, isIdentity, SERIAL } from "./columns.ts";
import { dependencyOrder } from "../base/dependency_order.ts";
import { InvalidModelError } from "./errors.ts";
import { foreignKeyName, primaryKeyName, requireDistinctNames, uniqueName } from "./names.ts";
import { literal, quote } from "../base/quote.ts";
import { closed } from "../base/sql_tokens.ts";
import { isSameList } from "../base/same_list.ts";
import { requireServer } from "./server_version.ts";
import type { ForeignKey, Index, Metadata, SqlConstraint, Table, TableColumn } from "./table.ts";

/** A statement of DDL. */
export interface Ddl {
  /** The kind of the object that it creates or drops, or belongs to. */
  readonly kind: "schema" | "type" | "table";
  /** The name of the object, as SQL writes it. */
  readonly object: string;
  /** The SQL of the statement. */
  readonly sql: string;
}

/**
 * Returns the statements that create schemas, types and tables with their indexes, each table after those it refers to.
 * The foreign keys that close a cycle of tables are added at the end.
 *
 * @throws {InvalidModelError} when two columns define an enum type differently, or two objects have one name.
 */
export function createStatements(metadata: Metadata): Ddl[] {
  requireDistinctNames(metadata);
  const { order, closing } = tableOrder(metadata);
  return [
    ...schemas(metadata).map((name): Ddl => ({ kind: "schema", object: name, sql: `CREATE SCHEMA ${name}` })),
    ...enumTypes(metadata).map(([name, values]): Ddl => ({
      kind: "type",
      object: name,
      sql: `CREATE TYPE ${name} AS ENUM (${values.map(literal).join(", ")})`,
    })),
    ...order.flatMap((table) => createTable(table, closing).map((sql) => ofTable(table, sql))),
    ...closing.map((key) => ofTable(key.from, `ALTER TABLE ${key.from.sqlName} ADD ${foreignKey(key)}`)),
    ...order.flatMap((table) =>
      table.constraints.filter(refers).map((each) => ofTable(table, addConstraint(table, each)))
    ),
  ];
}

/**
 * Returns the statements that drop the tables, each before those it refers to, and the types; schemas are kept.
 *
 * @throws {InvalidModelError} when two columns define an enum type differently.
 */
export function dropStatements(metadata: Metadata): Ddl[] {
  const { order, closing } = tableOrder(metadata);
  return [
    ...closing.map((key) =>
      ofTable(key.from, `ALTER TABLE ${key.from.sqlName} DROP CONSTRAINT IF EXISTS ${quote(foreignKeyName(key))}`)
    ),
    ...order.flatMap((table) =>
      table.constraints.filter(refers).map(({ name }) =>
        ofTable(table, `ALTER TABLE ${table.sqlName} DROP CONSTRAINT IF EXISTS ${quote(name)}`)
      )
    ),
    ...order.toReversed().map((table) => ofTable(table, `DROP TABLE ${table.sqlName}`)),
    ...enumTypes(metadata).map(([name]): Ddl => ({ kind: "type", object: name, sql: `DROP TYPE ${name}` })),
  ];
}

/**
 * Returns the statements that create a table, its indexes and comments.
 *
 * @param without foreign keys to leave out.
 */
export function createTable(table: Table, without: readonly ForeignKey[] = []): string[] {
  const excluded = new Set(without.filter(({ from }) => from === table).map(foreignKeyName));
  const lines = [
    ...table.columns.map(columnDefinition),
    `CONSTRAINT ${quote(primaryKeyName(table))} PRIMARY KEY (${names(table.primaryKey)})`,
    ...table.uniques.map((unique) =>
      `CONSTRAINT ${quote(uniqueName(table, unique))} UNIQUE (${names(unique.columns)})` + deferred(unique.deferrable)
    ),
    ...table.checks.map(({ name, sql }) => `CONSTRAINT ${quote(name)} CHECK (${closed(sql)})`),
    ...table.foreignKeys().filter((key) => !excluded.has(foreignKeyName(key))).map(foreignKey),
  ];
  const comments = [
    { on: `TABLE ${table.sqlName}`, comment: table.comment },
    ...table.columns.map(({ name, comment }) => ({ on: `COLUMN ${table.sqlName}.${quote(name)}`, comment })),
  ];
  return [
    `CREATE TABLE ${table.sqlName} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`,
    ...table.constraints.filter((each) => !refers(each)).map((each) => addConstraint(table, each)),
    ...table.indexes.map((index) => createIndex(table, index)),
    ...comments.flatMap(({ on, comment }) => comment === undefined ? [] : [`COMMENT ON ${on} IS ${literal(comment)}`]),
  ];
}

/**
 * Creates the schemas, types and tables that do not exist.
 *
 * @param limits apply to all statements together.
 * @throws {UnsupportedByServerError} when the server lacks something that the tables contain.
 */
export async function createAll(connection: Connection, metadata: Metadata, limits: LimitOptions = {}): Promise<void> {
  checkOptions("createAll()", limits, LIMIT);
  const limit = Limit.of(limits);
  const statements = createStatements(metadata);
  await requireServer(connection, metadata, limit);
  await runIf("missing", connection, statements, limit);
}

/**
 * Drops the tables and types that exist.
 *
 * @param limits apply to all statements together.
 */
export async function dropAll(connection: Connection, metadata: Metadata, limits: LimitOptions = {}): Promise<void> {
  checkOptions("dropAll()", limits, LIMIT);
  await runIf("existing", connection, dropStatements(metadata), Limit.of(limits));
}

/** Runs the statements whose object exists, or is missing; one query checks all of them. */
async function runIf(
  condition: "existing" | "missing",
  connection: Connection,
  statements: Ddl[],
  limit: Limit | undefined,
): Promise<void> {
  const result = await connection.execute<{ there: boolean }>(
    `SELECT CASE kind WHEN 'schema' THEN to_regnamespace(object) IS NOT NULL
                      WHEN 'type' THEN to_regtype(object) IS NOT NULL
                      ELSE to_regclass(object) IS NOT NULL END AS there
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (kind, object, position) ORDER BY position`,
    [statements.map(({ kind }) => kind), statements.map(({ object }) => object)],
    limit?.rest,
  );
  const exists = result.scalars("there").all();
  const selected = statements.filter((_, index) => exists[index] === (condition === "existing"));
  for (const { sql } of selected) await connection.execute(sql, [], limit?.rest);
}

function ofTable(table: Table, sql: string): Ddl {
  return { kind: "table", object: table.sqlName, sql };
}

/** Returns the schemas of the tables, as SQL writes them. */
function schemas(metadata: Metadata): string[] {
  const named = [...metadata.tables.values()].flatMap(({ schema }) => schema === undefined ? [] : [quote(schema)]);
  return [...new Set(named)];
}

/** Orders tables after those they refer to; `closing` are the foreign keys that close a cycle. */
function tableOrder(metadata: Metadata): { order: Table[]; closing: ForeignKey[] } {
  const keys = [...metadata.tables.values()].flatMap((table) => table.foreignKeys())
    .filter(({ from, to }) => from !== to); // CREATE TABLE may refer to its own table
  return dependencyOrder([...metadata.tables.values()], keys);
}

/**
 * Returns the names of the enum types, as SQL writes them, and their values.
 *
 * @throws {InvalidModelError} when two columns define a type differently.
 */
export function enumTypes(metadata: Metadata): [name: string, values: readonly string[]][] {
  const types = new Map<string, readonly string[]>();
  for (const table of metadata.tables.values()) {
    for (const { attribute, type, values } of table.columns) {
      if (!values) continue;
      const name = type.replace(/(\[\])+$/, "");
      if (!isSameList(types.get(name) ?? values, values)) {
        throw new InvalidModelError(
          table.name,
          `"${attribute}" defines the enum type ${name} with other values than an earlier column`,
        );
      }
      types.set(name, values);
    }
  }
  return [...types];
}

function columnDefinition({ name, type, collation, generatedAs, nullable, serverDefault }: TableColumn): string {
  const parts = [quote(name), serverDefault === SERIAL ? serialOf(type) : type];
  if (collation !== undefined) parts.push(`COLLATE ${quote(collation)}`);
  if (generatedAs) parts.push(`GENERATED ALWAYS AS (${generatedAs.sql}) STORED`);
  if (serverDefault && serverDefault !== SERIAL) {
    parts.push(isIdentity(serverDefault) ? serverDefault.sql : `DEFAULT ${serverDefault.sql}`);
  }
  if (!nullable) parts.push("NOT NULL");
  return parts.join(" ");
}

/** Returns the name by which a type also makes a sequence. */
function serialOf(type: string): string {
  return ({ smallint: "smallserial", bigint: "bigserial" } as Record<string, string>)[type] ?? "serial";
}

function createIndex(table: Table, { name, on, unique, using, where, definition }: Index): string {
  const start = `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quote(name)} ON ${table.sqlName} `;
  if (definition !== undefined) return `${start}USING ${definition}`;
  const keys = on.map((key) => "name" in key ? quote(key.name) : `(${key.sql})`);
  return start + (using === undefined ? "" : `USING ${using} `) + `(${keys.join(", ")})` +
    (where ? ` WHERE ${where.sql}` : "");
}

function foreignKey(key: ForeignKey): string {
  const { columns, to, referredColumns, onDelete, onUpdate, deferrable } = key;
  return `CONSTRAINT ${quote(foreignKeyName(key))} FOREIGN KEY (${names(columns)}) ` +
    `REFERENCES ${to.sqlName} (${names(referredColumns)})` +
    (onDelete ? ` ON DELETE ${onDelete.toUpperCase()}` : "") +
    (onUpdate ? ` ON UPDATE ${onUpdate.toUpperCase()}` : "") + deferred(deferrable);
}

function deferred(deferrable: Deferrable | undefined): string {
  return deferrable ? ` DEFERRABLE${deferrable === "deferred" ? " INITIALLY DEFERRED" : ""}` : "";
}

/** Adds a constraint to a table that exists: CREATE TABLE would take no notice of NOT VALID. */
function addConstraint(table: Table, { name, sql }: SqlConstraint): string {
  return `ALTER TABLE ${table.sqlName} ADD CONSTRAINT ${quote(name)} ${sql}`;
}

/** Whether a constraint may refer to a table that is created later. */
export function refers({ sql }: SqlConstraint): boolean {
  return /^\s*foreign\s+key\b/i.test(sql);
}

function names(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => quote(name)).join(", ");
}
