/**
 * Rows as the source of a statement: the SQL that makes rows of parameters, and the parameters.
 *
 * @module
 */
import type { Table, TableColumn } from "../schema/table.ts";
import { sentValue } from "./column_value.ts";
import { parameterType } from "./parameter_type.ts";
import { identifyingColumns, isArray, type RowWrite } from "./write_statement.ts";

/** Reads one value of a row as it is sent. */
export type RowValue = (row: RowWrite) => unknown;

/** A column as far as a list of rows needs it. */
type Typed = Pick<TableColumn, "type">;

/** A list of rows in SQL. */
export interface RowSource {
  readonly sql: string;
  /**
   * Arranges the values as `sql` expects them.
   *
   * @param values reads the values of a row in the order of the columns.
   */
  parameters(rows: readonly RowWrite[], values: readonly RowValue[]): unknown[];
}

/** Values row by row, in the order of the columns. */
export const ROW_BY_ROW: Pick<RowSource, "parameters"> = {
  parameters: (rows, values) => rows.flatMap((row) => values.map((value) => value(row))),
};

/**
 * Makes a source of `count` rows: `unnest` of one array for each column, whose SQL is the same for any number of rows.
 * Where a column is an array itself, which `unnest` would flatten, a VALUES list.
 *
 * @param withPositions appends the position of each row, counted from 1, as the last column.
 */
export function rowSource(columns: readonly Typed[], count: number, withPositions = false): RowSource {
  if (columns.length === 0) return { sql: "generate_series(1, $1)", parameters: () => withPositions ? [count] : [] };
  if (columns.some(isArray)) return valuesList(columns, count, withPositions);
  const unnest = `unnest(${columns.map(({ type }, index) => `$${index + 1}::${parameterType(type)}[]`).join(", ")})`;
  return {
    sql: withPositions ? `${unnest} WITH ORDINALITY` : `SELECT * FROM ${unnest}`,
    parameters: (rows, values) => values.map((value) => rows.map(value)),
  };
}

function valuesList(columns: readonly Typed[], count: number, withPositions: boolean): RowSource {
  const rows = Array.from({ length: count }, (_, row) => {
    const values = columns.map(({ type }, index) => `$${row * columns.length + index + 1}::${parameterType(type)}`);
    return `(${[...values, ...withPositions ? [row + 1] : []].join(", ")})`;
  });
  const sql = `VALUES ${rows.join(", ")}`;
  return { ...ROW_BY_ROW, sql: withPositions ? `(${sql})` : sql };
}

/** Reads the values of columns, converted as their types require. */
export function columnValues(columns: readonly TableColumn[]): RowValue[] {
  return columns.map((column) => sent(column, ({ entity }) => entity[column.attribute]));
}

/**
 * Reads the values of the identifying columns: the key as loaded, because the object may have got another one since,
 * and the version that the object holds.
 */
export function identifyingValues(table: Table): RowValue[] {
  const { primaryKey, keyIndexes } = table;
  return identifyingColumns(table).map((column, index): RowValue => {
    const { attribute } = column;
    return index < primaryKey.length
      ? sent(column, ({ entity, loaded }) => loaded ? loaded[keyIndexes[index]] : entity[attribute])
      : ({ entity, replaced }) => (replaced?.entity ?? entity)[attribute];
  });
}

/** Converts the values only of columns whose type requires it: most do not. */
function sent(column: TableColumn, read: RowValue): RowValue {
  return column.bind ? (row) => sentValue(column, read(row)) : read;
}
