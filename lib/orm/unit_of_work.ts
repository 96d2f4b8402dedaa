/**
 * The unit of work: turns the changed objects of a session into the statements that write them, as data (Fowler,
 * Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * A plan lists statements in an order that satisfies the foreign keys: new rows before the rows that refer to them,
 * deleted rows after. Each statement writes all rows of one table that write the same columns.
 *
 * @module
 */
import { dependencyOrder } from "../base/dependency_order.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { giveDefaults } from "./defaults.ts";
import { associationRow, type Link } from "./association_rows.ts";
import { deleteRows, detachRows, insertRows, linkRows, unlinkRows, updateRows } from "./dml.ts";
import { MissingValueError } from "./errors.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import { keyOf, mapKey, rowMapKey } from "./key.ts";
import { changedColumns, type Persistent } from "./object_state.ts";
import { propagateKeys } from "./reference.ts";
import { type RowWrite, writeRows, type WriteStatement } from "./write_statement.ts";

/** An object and its table. */
export interface Tracked {
  readonly table: Table;
  readonly entity: Entity;
}

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

/** Inserts new rows after the rows that they refer to; updates complete those that refer to later ones. */
function planInserts(added: readonly Tracked[]): WriteStatement[] {
  const { order, closing } = tableOrder(
    added,
    ({ entity }, { columns }) => columns.every(({ attribute }) => entity[attribute] !== null),
  );
  const tables = order.map((table) => {
    const entities = added.filter((tracked) => tracked.table === table).map(({ entity }) => entity);
    return planTableInserts(table, new Set(entities), closing.filter(({ from }) => from === table));
  });
  return [...tables.flatMap(({ inserts }) => inserts), ...tables.flatMap(({ completions }) => completions)];
}

/** The statements for the new rows of one table. */
interface TableInserts {
  readonly inserts: readonly WriteStatement[];
  /** The updates that set deferred columns once every row exists. */
  readonly completions: readonly WriteStatement[];
}

/** Plans the new rows of a table. The columns of the `deferred` keys are set afterwards. */
function planTableInserts(
  table: Table,
  entities: ReadonlySet<Entity>,
  deferred: readonly ForeignKey[],
): TableInserts {
  let rows = newRows(table, entities, deferred);
  let inserts = writeRows(rows, insertRows);
  // rows that refer to each other cannot be spread over several statements: their references are deferred, too
  const internal = inserts.length > 1 ? internalReferences(table, entities, deferred) : [];
  if (internal.length > 0) {
    rows = newRows(table, entities, [...deferred, ...internal]);
    inserts = writeRows(rows, insertRows);
  }
  const incomplete = rows.filter(({ deferred = [] }) => deferred.length > 0)
    .map(({ entity, deferred }): RowWrite => ({ table, entity, columns: deferred!, awaitsKeys: true }));
  return { inserts, completions: writeRows(incomplete, updateRows) };
}

function newRows(table: Table, entities: ReadonlySet<Entity>, deferred: readonly ForeignKey[]): RowWrite[] {
  const deferredColumns = new Set(deferred.map(({ column }) => column));
  return [...entities].map((entity): RowWrite => {
    const awaited = propagateKeys(entity);
    giveDefaults(table, entity, awaited);
    const given = table.columns.filter((column) =>
      !column.generatedAs && (entity[column.attribute] !== undefined || awaited.has(column))
    );
    requireValues(table, entity, given);
    if (awaited.size + deferredColumns.size === 0) return { table, entity, columns: given, awaitsKeys: false };
    const isDeferred = (column: TableColumn) =>
      column.nullable && entity[column.attribute] !== null &&
      (deferredColumns.has(column) || entities.has(awaited.get(column)!));
    const columns = given.filter((column) => !isDeferred(column));
    const awaitsKeys = columns.some((column) => awaited.has(column));
    return { table, entity, columns, deferred: given.filter(isDeferred), awaitsKeys };
  });
}

/** Returns the nullable foreign keys by which new rows of a table refer to each other. */
function internalReferences(
  table: Table,
  entities: ReadonlySet<Entity>,
  deferred: readonly ForeignKey[],
): ForeignKey[] {
  const deferredColumns = new Set(deferred.map(({ column }) => column));
  return table.foreignKeys().filter(({ from, to, column, referred }) => {
    if (from !== to || !column.nullable || deferredColumns.has(column)) return false;
    const ids = new Set([...entities].map((entity) => entity[referred.attribute]));
    return [...entities].some(({ [column.attribute]: id }) => id !== undefined && ids.has(id));
  });
}

function requireValues(table: Table, entity: Entity, given: readonly TableColumn[]): void {
  for (const column of table.columns) {
    const isMadeByServer = column.serverDefault ?? column.generatedAs;
    const isMissing = given.includes(column) ? entity[column.attribute] === null : !isMadeByServer;
    if (isMissing && !column.nullable) throw new MissingValueError(table.name, column.attribute);
  }
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
