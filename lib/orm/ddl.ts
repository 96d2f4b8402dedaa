/**
 * The one writer of DDL. Constraints and indexes are named by one convention, so that a migration can name them
 * (https://alembic.sqlalchemy.org/en/latest/naming.html): `pk_table`, `uq_table_column`, `ck_table_name`,
 * `fk_table_column_referred`, `ix_table_column`.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { IDENTITY } from "./columns.ts";
import { dependencyOrder } from "./dependency_order.ts";
import type { ForeignKey, Metadata, Table, TableColumn } from "./table.ts";

/** A statement of DDL. */
export interface Ddl {
  /** The table or type it belongs to: where that is there already, the statement is not needed. */
  readonly object: string;
  readonly sql: string;
}

/**
 * Everything that creates the tables: types, then each table after those it refers to, with its indexes. Where tables
 * refer to each other in a circle, the foreign keys that close it are added at the end.
 */
export function createStatements(metadata: Metadata): Ddl[] {
  const { order, closing } = tableOrder(metadata);
  return [
    ...enumTypes(metadata).map(([name, values]) => ({
      object: name,
      sql: `CREATE TYPE ${quote(name)} AS ENUM (${values.map(literal).join(", ")})`,
    })),
    ...order.flatMap((table) => createTable(table, closing).map((sql) => ({ object: table.name, sql }))),
    ...closing.map((key) => ({
      object: key.from.name,
      sql: `ALTER TABLE ${quote(key.from.name)} ADD ${foreignKey(key)}`,
    })),
  ];
}

/** Everything that drops the tables, those first that refer to others. */
export function dropStatements(metadata: Metadata): Ddl[] {
  const { order, closing } = tableOrder(metadata);
  return [
    ...closing.map((key) => ({
      object: key.from.name,
      sql: `ALTER TABLE ${quote(key.from.name)} DROP CONSTRAINT IF EXISTS ${foreignKeyName(key)}`,
    })),
    ...order.toReversed().map(({ name }) => ({ object: name, sql: `DROP TABLE ${quote(name)}` })),
    ...enumTypes(metadata).map(([name]) => ({ object: name, sql: `DROP TYPE ${quote(name)}` })),
  ];
}

/** The statements that create a table and its indexes. @param without foreign keys that are added later. */
export function createTable(table: Table, without: readonly ForeignKey[] = []): string[] {
  const later = new Set(without.map(({ column }) => column));
  const lines = [
    ...table.columns.map(columnDefinition),
    `CONSTRAINT ${quote(`pk_${table.name}`)} PRIMARY KEY (${names(table.primaryKey)})`,
    ...table.uniques.map((columns) => `CONSTRAINT ${conventional("uq", table, columns)} UNIQUE (${names(columns)})`),
    ...table.checks.map(({ name, sql }) => `CONSTRAINT ${quote(`ck_${table.name}_${name}`)} CHECK (${sql})`),
    ...table.foreignKeys().filter(({ column }) => !later.has(column)).map(foreignKey),
  ];
  return [
    `CREATE TABLE ${quote(table.name)} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`,
    ...table.indexes.map((columns) =>
      `CREATE INDEX ${conventional("ix", table, columns)} ON ${quote(table.name)} (${names(columns)})`
    ),
  ];
}

/** Creates the tables and types that are not there. */
export async function createAll(connection: Connection, metadata: Metadata): Promise<void> {
  const there = await existing(connection, metadata);
  for (const { object, sql } of createStatements(metadata)) if (!there.has(object)) await connection.execute(sql);
}

/** Drops the tables and types that are there. */
export async function dropAll(connection: Connection, metadata: Metadata): Promise<void> {
  const there = await existing(connection, metadata);
  for (const { object, sql } of dropStatements(metadata)) if (there.has(object)) await connection.execute(sql);
}

/** Which of the tables and types are there, in one round trip. */
async function existing(connection: Connection, metadata: Metadata): Promise<Set<string>> {
  const objects = [...metadata.tables.keys(), ...enumTypes(metadata).map(([name]) => name)];
  const found = await connection.execute<{ name: string }>(
    "SELECT name FROM unnest($1::text[], $2::text[]) AS wanted (name, quoted) " +
      "WHERE to_regclass(quoted) IS NOT NULL OR to_regtype(quoted) IS NOT NULL",
    [objects, objects.map(quote)],
  );
  return new Set(found.scalars("name").all() as string[]);
}

/** Tables after those they refer to, and the foreign keys that close a circle. */
function tableOrder(metadata: Metadata): { order: Table[]; closing: ForeignKey[] } {
  const keys = [...metadata.tables.values()].flatMap((table) => table.foreignKeys())
    .filter(({ from, to }) => from !== to); // a table may refer to itself from the start
  return dependencyOrder([...metadata.tables.values()], keys);
}

function enumTypes(metadata: Metadata): [name: string, values: readonly string[]][] {
  const columns = [...metadata.tables.values()].flatMap((table) => table.columns);
  return [...new Map(columns.flatMap(({ type, values }) => values ? [[type.replace(/\[\]$/, ""), values]] : []))];
}

function columnDefinition({ name, type, nullable, serverDefault }: TableColumn): string {
  const parts = [quote(name), type];
  if (serverDefault) parts.push(serverDefault === IDENTITY ? IDENTITY.sql : `DEFAULT ${serverDefault.sql}`);
  if (!nullable) parts.push("NOT NULL");
  return parts.join(" ");
}

function foreignKey(key: ForeignKey): string {
  const { column, to, referred, onDelete, onUpdate } = key;
  return `CONSTRAINT ${foreignKeyName(key)} FOREIGN KEY (${quote(column.name)}) ` +
    `REFERENCES ${quote(to.name)} (${quote(referred.name)})` +
    (onDelete ? ` ON DELETE ${onDelete.toUpperCase()}` : "") + (onUpdate ? ` ON UPDATE ${onUpdate.toUpperCase()}` : "");
}

function foreignKeyName({ from, column, to }: ForeignKey): string {
  return quote(`fk_${from.name}_${column.name}_${to.name}`);
}

function conventional(kind: "uq" | "ix", table: Table, columns: readonly TableColumn[]): string {
  return quote([kind, table.name, ...columns.map(({ name }) => name)].join("_"));
}

function names(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => quote(name)).join(", ");
}

function literal(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}

/** An SQL identifier, quoted where PostgreSQL would read it otherwise. */
export function quote(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replace(/"/g, '""')}"`;
}

/** Words PostgreSQL reserves (https://www.postgresql.org/docs/current/sql-keywords-appendix.html). */
const RESERVED = new Set(
  ("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation " +
    "column concurrently constraint create cross current_catalog current_date current_role current_schema current_time " +
    "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze " +
    "from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like " +
    "limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary " +
    "references returning right select session_user similar some symmetric system_user table tablesample then to " +
    "trailing true union unique user using variadic verbose when where window with").split(" "),
);
