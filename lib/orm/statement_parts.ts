/**
 * Parts that the statements of a flush share.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import { isStoredAsSent } from "./column_value.ts";
import { readCast, type Table, type TableColumn } from "../schema/table.ts";
import type { RowSource, RowValue } from "./row_source.ts";
import type { RowWrite, WriteStatement } from "./write_statement.ts";

type NamedColumn = Pick<TableColumn, "name">;

/** Returns an INSERT up to its rows. */
export function insertInto({ sqlName }: Table, columns: readonly TableColumn[], { sql }: RowSource): string {
  return `INSERT INTO ${sqlName} ${columns.length === 0 ? "DEFAULT VALUES" : `(${names(columns)}) ${sql}`}`;
}

/** Makes a statement that writes rows of one table. */
export function statement(
  kind: WriteStatement["kind"],
  rows: readonly RowWrite[],
  source: Pick<RowSource, "parameters">,
  values: readonly RowValue[],
  sql: string,
  more: Partial<WriteStatement> = {},
): WriteStatement {
  const [{ table, columns }] = rows;
  return {
    kind,
    table,
    columns,
    sql,
    entities: rows.map(({ entity }) => entity),
    returning: [],
    withPositions: false,
    awaitsKeys: rows.some(({ awaitsKeys }) => awaitsKeys),
    rowCountChecked: false,
    parameters: () => source.parameters(rows, values),
    ...more,
  };
}

/** Returns the columns whose values the server may store otherwise than they are sent: they are read back. */
export function changedByServer(rows: readonly RowWrite[], columns: readonly TableColumn[]): TableColumn[] {
  return columns.filter((column) => rows.some(({ entity }) => !isStoredAsSent(column, entity[column.attribute])));
}

/** The names that a statement on a table has from its model. */
export function namesOf({ name, columns }: Table): string[] {
  return [name, ...columns.map((column) => column.name)];
}

/** Lists the names of columns. */
export function names(columns: readonly NamedColumn[]): string {
  return columns.map(({ name }) => quote(name)).join(", ");
}

/**
 * Lists columns for RETURNING.
 *
 * @param table qualifies the names.
 */
export function returningList(columns: readonly TableColumn[], table?: Table): string {
  const prefix = table ? `${table.sqlName}.` : "";
  return columns.map((column) => `${prefix}${quote(column.name)}${readCast(column)}`).join(", ");
}
