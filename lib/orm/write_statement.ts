/**
 * The rows that a flush writes, and the statements that write them, as data.
 *
 * @module
 */
import type { Table, TableColumn } from "../schema/table.ts";
import { MOST_PARAMETERS } from "../values/parameters.ts";
import { isStoredAsSent } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";

/** An object and its table. */
export interface Tracked {
  readonly table: Table;
  readonly entity: Entity;
}

/** A row to write. */
export interface RowWrite {
  readonly table: Table;
  readonly entity: Entity;
  /** The values of the row as last read or written; absent for a row that the same flush inserts. */
  readonly loaded?: readonly unknown[];
  /** The deleted object whose row this one takes over. */
  readonly replaced?: Tracked;
  /** The columns to write; for a DELETE the columns that identify the row. */
  readonly columns: readonly TableColumn[];
  /** Columns of a new row that a later UPDATE of the same flush writes. */
  readonly deferred?: readonly TableColumn[];
  /** Foreign keys of a new row that take what the server generates for another row of the same statement. */
  readonly parents?: ReadonlyMap<TableColumn, ParentRow>;
  /** True when a value is a key that the server generates in an earlier statement. */
  readonly awaitsKeys?: boolean;
}

/** A new row that another one of the same statement refers to. */
export interface ParentRow {
  readonly entity: Entity;
  /** The column that is referred to. */
  readonly key: TableColumn;
}

/** A statement of a flush. */
export interface WriteStatement {
  /** The operation; `link` and `unlink` write rows of an association table, `defer` sets when a key is checked. */
  readonly kind: "insert" | "update" | "delete" | "link" | "unlink" | "defer";
  /** The table of the rows. */
  readonly table: Table;
  /** The SQL of the statement. */
  readonly sql: string;
  /** The columns to write; for a DELETE the columns that identify the rows. */
  readonly columns: readonly TableColumn[];
  /** The objects whose rows are written; for an association table one object for each row. */
  readonly entities: readonly Entity[];
  /** The deleted objects whose rows these take over, in the same order. */
  readonly replaced?: readonly Entity[];
  /** The columns that RETURNING lists, the primary key first. */
  readonly returning: readonly TableColumn[];
  /** True for rows that refer to deleted ones: they are found by their foreign keys, not by objects. */
  readonly isCascade?: boolean;
  /** True when each returned row starts with the position of its object, counted from 1. */
  readonly withPositions: boolean;
  /** True when the statement needs keys that the server generates in an earlier statement. */
  readonly awaitsKeys: boolean;
  /** True when the number of rows must be checked before COMMIT is sent. */
  readonly rowCountChecked: boolean;
  /** Returns the values to send; final once the earlier statements are answered. */
  parameters(): unknown[];
}

/** Reports whether the statement writes rows of objects; the rows of an association table have none. */
export function writesObjects({ kind }: WriteStatement): boolean {
  return kind !== "link" && kind !== "unlink";
}

/** Returns the columns that identify a row in a WHERE clause: the primary key and the version, if there is one. */
export function identifyingColumns({ primaryKey, version }: Table): readonly TableColumn[] {
  return version ? [...primaryKey, version] : primaryKey;
}

/**
 * Groups rows into statements: one for all rows of a table that write the same columns, several where one would exceed
 * the protocol's limit of parameters.
 *
 * @param write makes the statement for one group.
 */
export function writeRows(
  rows: Iterable<RowWrite>,
  write: (rows: readonly RowWrite[]) => WriteStatement,
): WriteStatement[] {
  const groups: RowWrite[][] = [];
  let last: RowWrite[] | undefined;
  for (const row of rows) {
    if (!last || !writeSameColumns(last[0], row)) last = groups.find(([first]) => writeSameColumns(first, row));
    if (last) last.push(row);
    else groups.push(last = [row]);
  }
  return groups.flatMap((group) => {
    const [{ table, columns, loaded }] = group;
    const size = loaded && group.some(hasUnknownKey) ? 1 : mostRows(table, columns, group.length, !loaded);
    return Array.from(
      { length: Math.ceil(group.length / size) },
      (_, index) => write(group.slice(index * size, (index + 1) * size)),
    );
  });
}

/** Reports whether only the server knows the key after an UPDATE, so that it says nothing about which row returned. */
function hasUnknownKey({ table, entity, columns }: RowWrite): boolean {
  return table.primaryKey.some((column) =>
    (column.serverChanges || columns.includes(column)) && !isStoredAsSent(column, entity[column.attribute])
  );
}

/** Returns how many of `count` rows fit into one statement: only rows with arrays take parameters of their own. */
export function mostRows(table: Table, columns: readonly TableColumn[], count: number, areNew: boolean): number {
  // nothing identifies new rows whose key the server computes
  if (areNew && table.primaryKey.some(({ generatedAs, serverChanges }) => generatedAs ?? serverChanges)) return 1;
  const parameters = identifyingColumns(table).length + columns.length;
  return columns.some(isArray) ? Math.floor(MOST_PARAMETERS / parameters) : count;
}

function writeSameColumns(a: RowWrite, b: RowWrite): boolean {
  return a.table === b.table && areEqual(a.columns, b.columns) && areEqual(a.deferred ?? [], b.deferred ?? []);
}

function areEqual(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return a.length === b.length && a.every((column, index) => column === b[index]);
}

/** Reports whether the column is of an array type. */
export function isArray({ type }: Pick<TableColumn, "type">): boolean {
  return type.endsWith("[]");
}
