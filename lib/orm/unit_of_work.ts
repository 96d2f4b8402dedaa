/**
 * The unit of work: from what changed in the objects of a session to the statements that write it, as data (Fowler,
 * Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * A plan is a list of statements in an order that the foreign keys allow: new rows before those that refer to them,
 * deleted rows after. Each statement writes all rows of one table that have the same columns to write.
 *
 * @module
 */
import { dependencyOrder } from "../base/dependency_order.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { MissingValueError } from "./errors.ts";
import { keyOf, mapKey, rowMapKey } from "./key.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import { changedColumns, type Persistent } from "./object_state.ts";
import { propagateKeys, setReference } from "./relations.ts";
import {
  deleteRows,
  detachRows,
  insertRows,
  linkRows,
  type RowWrite,
  type Step,
  unlinkRows,
  updateRows,
  writeRows,
} from "./dml.ts";

/** An object and its table. */
export interface Tracked {
  readonly table: Table;
  readonly entity: Entity;
}

/** A row of an association table to make or, where `isIn` is false, to remove. */
export interface Link {
  readonly ends: readonly { readonly key: ForeignKey; readonly entity: Entity }[];
  readonly isIn: boolean;
}

/** What waits in a session. */
export interface Work {
  readonly added: readonly Tracked[];
  readonly persistent: Iterable<Persistent>;
  readonly deleted: readonly Persistent[];
  readonly links: readonly Link[];
}

/** Plans a flush. @throws {MissingValueError} when a new row lacks a value that it needs. */
export function planFlush({ added, persistent, deleted, links }: Work): Step[] {
  const forward = tableOrder(added, ({ entity }, { column }) => entity[column.attribute] !== null);
  const backward = tableOrder(deleted, ({ loaded }, { from, column }) => loaded[from.columns.indexOf(column)] !== null);
  const inserts = forward.order.map((table) => planInserts(table, added, forward.closing));
  const goingOf = (table: Table, columns: readonly TableColumn[]) =>
    deleted.filter((row) => row.table === table).map(({ entity, loaded }) => ({ table, entity, loaded, columns }));
  const coming = [
    ...inserts.flatMap(({ first }) => first),
    ...inserts.flatMap(({ then }) => then),
    ...writeRows(changedRows(persistent), updateRows),
  ];
  const unlinked = writeRows(links.filter(({ isIn }) => !isIn).map(linkedRow), unlinkRows);
  const linked = writeRows(links.filter(({ isIn }) => isIn).map(linkedRow), linkRows);
  const going = [
    ...backward.closing.flatMap(({ from, column }) =>
      column.nullable ? writeRows(goingOf(from, [column]), detachRows) : []
    ),
    ...backward.order.toReversed().flatMap((table) => writeRows(goingOf(table, table.primaryKey), deleteRows)),
  ];
  // what refers to a row that goes may be changed to refer to another: so rows go last, unless their keys are taken
  const freed = new IdentityMap<Persistent>();
  for (const row of deleted) freed.set(row.table, rowMapKey(row.table, row.loaded), row);
  const isTaken = deleted.length > 0 &&
    [...added, ...persistent].some(({ table, entity }) => freed.get(table, mapKey(keyOf(table, entity))));
  return isTaken ? [...unlinked, ...going, ...coming, ...linked] : [...coming, ...unlinked, ...linked, ...going];
}

/** The tables of some rows in the order of the foreign keys that are used in them. */
function tableOrder<Row extends Tracked>(rows: readonly Row[], isUsed: (row: Row, key: ForeignKey) => boolean) {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  const keys = [...byTable].flatMap(([table, own]) =>
    table.foreignKeys().filter((key) => key.to !== table && own.some((row) => isUsed(row, key)))
  );
  return dependencyOrder([...byTable.keys()], keys);
}

/** The new rows of a table, and the updates that complete them once all rows are there that they refer to. */
function planInserts(
  table: Table,
  added: readonly Tracked[],
  closing: readonly ForeignKey[],
): { first: Step[]; then: Step[] } {
  const own = new Set(added.filter((tracked) => tracked.table === table).map(({ entity }) => entity));
  const inCircle = new Set(closing.filter(({ from }) => from === table).map(({ column }) => column));
  const rows = [...own].map((entity): RowWrite => {
    const awaited = propagateKeys(entity);
    const given = table.columns.filter((column) => entity[column.attribute] !== undefined || awaited.has(column));
    requireValues(table, entity, given);
    const isLater = (column: TableColumn) =>
      column.nullable && entity[column.attribute] !== null && (inCircle.has(column) || own.has(awaited.get(column)!));
    if (awaited.size + inCircle.size === 0) return { table, entity, columns: given, waits: false };
    const columns = given.filter((column) => !isLater(column));
    const waits = columns.some((column) => awaited.has(column));
    return { table, entity, columns, later: given.filter(isLater), waits };
  });
  const first = writeRows(rows, insertRows);
  // rows of one table that are not one statement: what refers from one to another waits for both
  const isReferred = ({ from, to, column, referred }: ForeignKey) => {
    if (from !== to || !column.nullable || inCircle.has(column)) return false;
    const ids = new Set([...own].map((entity) => entity[referred.attribute]));
    return rows.some(({ entity: { [column.attribute]: id } }) => id !== undefined && ids.has(id));
  };
  const apart = first.length > 1 ? table.foreignKeys().filter(isReferred) : [];
  if (apart.length > 0) return planInserts(table, added, [...closing, ...apart]);
  const incomplete = rows.filter(({ later = [] }) => later.length > 0)
    .map(({ entity, later }): RowWrite => ({ table, entity, columns: later!, waits: true }));
  return { first, then: writeRows(incomplete, updateRows) };
}

function requireValues(table: Table, entity: Entity, given: readonly TableColumn[]): void {
  for (const column of table.columns) {
    const isMissing = given.includes(column) ? entity[column.attribute] === null : !column.serverDefault;
    if (isMissing && !column.nullable) throw new MissingValueError(table.name, column.attribute);
  }
}

function* changedRows(persistent: Iterable<Persistent>): Generator<RowWrite> {
  for (const { table, entity, loaded } of persistent) {
    const awaited = propagateKeys(entity);
    const columns = changedColumns({ table, entity, loaded }).filter(({ version }) => !version);
    if (columns.length === 0) continue;
    const broken = columns.find((column) =>
      (entity[column.attribute] ?? null) === null && !column.nullable && !awaited.has(column)
    );
    if (broken) throw new MissingValueError(table.name, broken.attribute);
    yield { table, entity, loaded, columns, waits: awaited.size > 0 };
  }
}

/** A row of an association is an object, too: it refers to both sides, and waits for their keys as others do. */
function linkedRow({ ends }: Link): RowWrite {
  const entity: Entity = {};
  for (const end of ends) setReference(entity, end.key.column.attribute, end.key, end.entity);
  const columns = ends.map(({ key }) => key.column);
  return { table: ends[0].key.from, entity, columns, waits: propagateKeys(entity).size > 0 };
}
