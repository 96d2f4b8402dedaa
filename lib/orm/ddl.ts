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
import { InvalidModelError } from "./errors.ts";
import { literal, quote } from "./quote.ts";
import type { ForeignKey, Metadata, Table, TableColumn } from "./table.ts";

export { quote } from "./quote.ts";

/** A statement of DDL. */
export interface Ddl {
  /** The table or type it belongs to, as SQL writes it: where that is there already, the statement is not needed. */
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
      sql: `CREATE TYPE ${name} AS ENUM (${values.map(literal).join(", ")})`,
    })),
    ...order.flatMap((table) => createTable(table, closing).map((sql) => ({ object: quote(table.name), sql }))),
    ...closing.map((key) => ({
      object: quote(key.from.name),
      sql: `ALTER TABLE ${quote(key.from.name)} ADD ${foreignKey(key)}`,
    })),
  ];
}

/** Everything that drops the tables, those first that refer to others. */
export function dropStatements(metadata: Metadata): Ddl[] {
  const { order, closing } = tableOrder(metadata);
  return [
    ...closing.map((key) => ({
      object: quote(key.from.name),
      sql: `ALTER TABLE ${quote(key.from.name)} DROP CONSTRAINT IF EXISTS ${foreignKeyName(key)}`,
    })),
    ...order.toReversed().map(({ name }) => ({ object: quote(name), sql: `DROP TABLE ${quote(name)}` })),
    ...enumTypes(metadata).map(([name]) => ({ object: name, sql: `DROP TYPE ${name}` })),
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
  const objects = [...[...metadata.tables.keys()].map(quote), ...enumTypes(metadata).map(([name]) => name)];
  const found = await connection.execute<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) AS wanted (name) " +
      "WHERE to_regclass(name) IS NOT NULL OR to_regtype(name) IS NOT NULL",
    [objects],
  );
  return new Set(found.scalars("name").all());
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
