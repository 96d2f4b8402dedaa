/**
 * The unit of work: turns the changed objects of a session into the statements that write them, as data (Fowler,
 * Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * A plan lists statements in an order that satisfies the foreign keys: new rows before the rows that refer to them,
 * deleted rows after. Each statement writes all rows of one table that write the same columns, or that refer to each
 * other.
 *
 * @module
 */
import { dependencyOrder } from "../base/dependency_order.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { associationRow, type Link } from "./association_rows.ts";
import { deleteRows, detachRows, linkRows, unlinkRows, updateRows } from "./dml.ts";
import { MissingValueError } from "./errors.ts";
import { IdentityMap } from "./identity_map.ts";
import { planInserts } from "./insert_plan.ts";
import { keyOf, mapKey, rowMapKey } from "./key.ts";
import { changedColumns, type Persistent } from "./object_state.ts";
import { propagateKeys } from "./reference.ts";
import { type RowWrite, type Tracked, writeRows, type WriteStatement } from "./write_statement.ts";

/** The pending changes of a session. */
export interface PendingWork {
  readonly added: readonly Tracked[];
  readonly persistent: Iterable<Persistent>;
  readonly deleted: readonly Persistent[];
  readonly links: readonly Link[];
}

/**
 * Plans a flush.
 *
 * @throws {MissingValueError} when a row lacks a value that it requires.
 * @throws {ReferenceCircleError} when rows of several tables refer to each other and none can be inserted first.
 */
export function planFlush({ added, persistent, deleted, links }: PendingWork): WriteStatement[] {
  const writes = [...planInserts(added), ...writeRows(changedRows(persistent), updateRows)];
  const unlinks = writeRows(links.filter(({ isIn }) => !isIn).map(associationRow), unlinkRows);
  const linked = writeRows(links.filter(({ isIn }) => isIn).map(associationRow), linkRows);
  const deletes = planDeletes(deleted);
  // an update may redirect references to a deleted row, so rows are deleted last, unless other rows take their keys
  const mustDeleteFirst = deleted.length > 0 && takesDeletedKey([...added, ...persistent], deleted);
  return mustDeleteFirst
    ? [...unlinks, ...deletes, ...writes, ...linked]
    : [...writes, ...unlinks, ...linked, ...deletes];
}

/** Reports whether an object has the key of a row that is to be deleted. */
function takesDeletedKey(objects: readonly Tracked[], deleted: readonly Persistent[]): boolean {
  const freed = new IdentityMap<Persistent>();
  for (const row of deleted) freed.set(row.table, rowMapKey(row.table, row.loaded), row);
  return objects.some(({ table, entity }) => freed.get(table, mapKey(keyOf(table, entity))) !== undefined);
}

/** Orders the tables of some rows by the foreign keys that these rows use; `closing` are the keys that close a cycle. */
function tableOrder<Row extends Tracked>(rows: readonly Row[], isUsed: (row: Row, key: ForeignKey) => boolean) {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  const keys = [...byTable].flatMap(([table, own]) =>
    table.foreignKeys().filter((key) => key.to !== table && own.some((row) => isUsed(row, key)))
  );
  return dependencyOrder([...byTable.keys()], keys);
}

/** Deletes rows before the rows that they refer to; references that close a cycle are set to NULL first. */
function planDeletes(deleted: readonly Persistent[]): WriteStatement[] {
  const { order, closing } = tableOrder(
    deleted,
    ({ loaded }, { from, columns }) => columns.every((column) => loaded[from.columns.indexOf(column)] !== null),
  );
  const rowsOf = (table: Table, columns: readonly TableColumn[]) =>
    deleted.filter((row) => row.table === table).map(({ entity, loaded }) => ({ table, entity, loaded, columns }));
  return [
    ...closing.filter(({ column }) => column.nullable)
      .flatMap(({ from, column }) => writeRows(rowsOf(from, [column]), detachRows)),
    ...order.toReversed().flatMap((table) => writeRows(rowsOf(table, table.primaryKey), deleteRows)),
  ];
}

function* changedRows(persistent: Iterable<Persistent>): Generator<RowWrite> {
  for (const { table, entity, loaded } of persistent) {
    const awaited = propagateKeys(entity);
    const columns = changedColumns({ table, entity, loaded }).filter(({ version }) => !version);
    if (columns.length === 0) continue;
    const missing = columns.find((column) =>
      (entity[column.attribute] ?? null) === null && !column.nullable && !awaited.has(column)
    );
    if (missing) throw new MissingValueError(table.name, missing.attribute);
    yield { table, entity, loaded, columns, awaitsKeys: awaited.size > 0 };
  }
}
