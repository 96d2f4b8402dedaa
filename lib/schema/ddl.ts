/** The one writer of DDL. @module */
import type { Connection } from "../engine/connection.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { LIMIT } from "../engine/option_kinds.ts";
import { IDENTITY } from "./columns.ts";
import { dependencyOrder } from "../base/dependency_order.ts";
import { InvalidModelError } from "./errors.ts";
import { conventionalName } from "../base/naming.ts";
import { literal, quote } from "../base/quote.ts";
import type { ForeignKey, Index, Metadata, Table, TableColumn } from "./table.ts";

/** A statement of DDL. */
export interface Ddl {
  /** What it belongs to: where that is there already, the statement is not needed. */
  readonly kind: "schema" | "type" | "table";
  /** The name of that, as SQL writes it. */
  readonly object: string;
  readonly sql: string;
}

/**
 * Everything that creates the tables: schemas, types, then each table after those it refers to, with its indexes. Where
 * tables refer to each other in a circle, the foreign keys that close it are added at the end.
 */
export function createStatements(metadata: Metadata): Ddl[] {
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
  ];
}

/** Everything that drops the tables, those first that refer to others, and the types; schemas stay. */
export function dropStatements(metadata: Metadata): Ddl[] {
  const { order, closing } = tableOrder(metadata);
  return [
    ...closing.map((key) =>
      ofTable(key.from, `ALTER TABLE ${key.from.sqlName} DROP CONSTRAINT IF EXISTS ${foreignKeyName(key)}`)
    ),
    ...order.toReversed().map((table) => ofTable(table, `DROP TABLE ${table.sqlName}`)),
    ...enumTypes(metadata).map(([name]): Ddl => ({ kind: "type", object: name, sql: `DROP TYPE ${name}` })),
  ];
}

/** The statements that create a table, its indexes and comments. @param without foreign keys that are added later. */
export function createTable(table: Table, without: readonly ForeignKey[] = []): string[] {
  const later = new Set(without.map(({ column }) => column));
  const lines = [
    ...table.columns.map(columnDefinition),
    `CONSTRAINT ${quote(conventionalName("pk", table.name))} PRIMARY KEY (${names(table.primaryKey)})`,
    ...table.uniques.map((columns) =>
      `CONSTRAINT ${quote(conventionalName("uq", table.name, columns))} UNIQUE (${names(columns)})`
    ),
    ...table.checks.map(({ name, sql }) =>
      `CONSTRAINT ${quote(conventionalName("ck", table.name, [name]))} CHECK (${sql})`
    ),
    ...table.foreignKeys().filter(({ column }) => !later.has(column)).map(foreignKey),
  ];
  const comments = [
    { on: `TABLE ${table.sqlName}`, comment: table.comment },
    ...table.columns.map(({ name, comment }) => ({ on: `COLUMN ${table.sqlName}.${quote(name)}`, comment })),
  ];
  return [
    `CREATE TABLE ${table.sqlName} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`,
    ...table.indexes.map((index) => createIndex(table, index)),
    ...comments.flatMap(({ on, comment }) => comment === undefined ? [] : [`COMMENT ON ${on} IS ${literal(comment)}`]),
  ];
}

/** Creates the schemas, types and tables that are not there. @param limits of all statements together. */
export async function createAll(connection: Connection, metadata: Metadata, limits: LimitOptions = {}): Promise<void> {
  checkOptions("createAll()", limits, LIMIT);
  await runThose(connection, createStatements(metadata), "missing", Limit.of(limits));
}

/** Drops the tables and types that are there. @param limits of all statements together. */
export async function dropAll(connection: Connection, metadata: Metadata, limits: LimitOptions = {}): Promise<void> {
  checkOptions("dropAll()", limits, LIMIT);
  await runThose(connection, dropStatements(metadata), "there", Limit.of(limits));
}

/** Runs the statements whose object is there, or missing; asks in one round trip. */
async function runThose(
  connection: Connection,
  statements: Ddl[],
  which: "there" | "missing",
  limit: Limit | undefined,
): Promise<void> {
  const found = await connection.execute<{ there: boolean }>(
    `SELECT CASE kind WHEN 'schema' THEN to_regnamespace(object) IS NOT NULL
                      WHEN 'type' THEN to_regtype(object) IS NOT NULL
                      ELSE to_regclass(object) IS NOT NULL END AS there
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (kind, object, position) ORDER BY position`,
    [statements.map(({ kind }) => kind), statements.map(({ object }) => object)],
    limit?.rest,
  );
  const there = found.scalars("there").all();
  const those = statements.filter((_, index) => there[index] === (which === "there"));
  for (const { sql } of those) await connection.execute(sql, [], limit?.rest);
}

function ofTable(table: Table, sql: string): Ddl {
  return { kind: "table", object: table.sqlName, sql };
}

/** The schemas that tables name, as SQL writes them. */
function schemas(metadata: Metadata): string[] {
  const named = [...metadata.tables.values()].flatMap(({ schema }) => schema === undefined ? [] : [quote(schema)]);
  return [...new Set(named)];
}

/** Tables after those they refer to, and the foreign keys that close a circle. */
function tableOrder(metadata: Metadata): { order: Table[]; closing: ForeignKey[] } {
  const keys = [...metadata.tables.values()].flatMap((table) => table.foreignKeys())
    .filter(({ from, to }) => from !== to); // a table may refer to itself from the start
  return dependencyOrder([...metadata.tables.values()], keys);
}

/** The enum types by name, as SQL writes it. @throws {InvalidModelError} when two columns mean two types by one name. */
function enumTypes(metadata: Metadata): [name: string, values: readonly string[]][] {
  const types = new Map<string, readonly string[]>();
  for (const table of metadata.tables.values()) {
    for (const { attribute, type, values } of table.columns) {
      if (!values) continue;
      const name = type.replace(/(\[\])+$/, "");
      if (String(types.get(name) ?? values) !== String(values)) {
        throw new InvalidModelError(table.name, `"${attribute}" gives the enum type ${name} other values than before`);
      }
      types.set(name, values);
    }
  }
  return [...types];
}

function columnDefinition({ name, type, nullable, serverDefault }: TableColumn): string {
  const parts = [quote(name), type];
  if (serverDefault) parts.push(serverDefault === IDENTITY ? IDENTITY.sql : `DEFAULT ${serverDefault.sql}`);
  if (!nullable) parts.push("NOT NULL");
  return parts.join(" ");
}

function createIndex(table: Table, { name, on, unique, using, where }: Index): string {
  const keys = on.map((key) => "name" in key ? quote(key.name) : `(${key.sql})`);
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quote(name)} ON ${table.sqlName} ` +
    (using === undefined ? "" : `USING ${using} `) + `(${keys.join(", ")})` + (where ? ` WHERE ${where.sql}` : "");
}

function foreignKey(key: ForeignKey): string {
  const { column, to, referred, onDelete, onUpdate } = key;
  return `CONSTRAINT ${foreignKeyName(key)} FOREIGN KEY (${quote(column.name)}) ` +
    `REFERENCES ${to.sqlName} (${quote(referred.name)})` +
    (onDelete ? ` ON DELETE ${onDelete.toUpperCase()}` : "") + (onUpdate ? ` ON UPDATE ${onUpdate.toUpperCase()}` : "");
}

function foreignKeyName({ from, column, to }: ForeignKey): string {
  return quote(conventionalName("fk", from.name, [column, to]));
}

function names(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => quote(name)).join(", ");
}
