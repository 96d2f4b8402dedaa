/**
 * The one writer of DDL. Constraints and indexes are named by one convention, so that a migration can name them
 * (https://alembic.sqlalchemy.org/en/latest/naming.html): `pk_table`, `uq_table_column`, `ix_table_column`.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { Metadata, Table, TableColumn } from "./model.ts";

/** The statements that create a table and its indexes. */
export function createTable(table: Table): string[] {
  const columns = table.columns.map((column) => `  ${columnDefinition(column)}`);
  const key = table.primaryKey.map(({ name }) => quote(name)).join(", ");
  const constraints = [
    `  CONSTRAINT ${quote(`pk_${table.name}`)} PRIMARY KEY (${key})`,
    ...table.columns.filter(({ unique }) => unique).map(({ name }) =>
      `  CONSTRAINT ${quote(`uq_${table.name}_${name}`)} UNIQUE (${quote(name)})`
    ),
  ];
  const indexes = table.columns.filter(({ index }) => index).map(({ name }) =>
    `CREATE INDEX ${quote(`ix_${table.name}_${name}`)} ON ${quote(table.name)} (${quote(name)})`
  );
  return [`CREATE TABLE ${quote(table.name)} (\n${[...columns, ...constraints].join(",\n")}\n)`, ...indexes];
}

/** Creates the tables of all models. It makes what is not there; it changes nothing that is: that is what migrations do. */
export async function createAll(connection: Connection, metadata: Metadata): Promise<void> {
  for (const table of metadata.tables.values()) {
    const exists = await connection.execute("SELECT to_regclass($1) IS NOT NULL", [quote(table.name)]);
    if (exists.scalar()) continue;
    for (const statement of createTable(table)) await connection.execute(statement);
  }
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

function columnDefinition({ name, type, nullable, serverDefault }: TableColumn): string {
  const parts = [quote(name), type];
  if (serverDefault) parts.push(`DEFAULT ${serverDefault.sql}`);
  if (!nullable) parts.push("NOT NULL");
  return parts.join(" ");
}
