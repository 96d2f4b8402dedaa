/**
 * The rows that a flush writes, each as a step, before they are put in order and grouped into statements.
 *
 * @module
 */
import { isSame, isUnchanged, restoredValue, retainedValue, storedValue } from "./column_value.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { giveDefaults } from "./defaults.ts";
import { MissingValueError } from "./errors.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import { keyOf, mapKey, rowMapKey, valuesOf } from "./key.ts";
import { changedColumns, type Persistent, stateOf } from "./object_state.ts";
import { propagateKeys } from "./reference.ts";
import type { Tracked } from "./write_statement.ts";

/** A row to write. */
export interface Step extends Tracked {
  readonly kind: "insert" | "update" | "delete";
  /** The row as last read or written; absent for an INSERT. */
  readonly loaded?: readonly unknown[];
  /** The deleted object whose row a new one takes over, because it has the same key. */
  readonly replaced?: Persistent;
  /** The columns to write. */
  columns: readonly TableColumn[];
  /** The objects whose keys the server has yet to generate, by foreign key column. */
  readonly awaited: ReadonlyMap<TableColumn, Entity>;
  /** What comes before, or in the same statement. */
  needs: readonly Need[];
  /** The columns that an UPDATE sets once every row exists. */
  deferred: ReadonlySet<TableColumn>;
}

/** A step that has to come before another one. */
export interface Need {
  readonly step: Step;
  /** False if one statement can do both. */
  readonly isBefore: boolean;
  /** The foreign key that would fail otherwise. */
  readonly key?: ForeignKey;
  /** The unique key that would fail otherwise. */
  readonly unique?: UniqueKey;
  /** A nullable column of the step before: NULL in it is enough for the other one. */
  readonly parked?: TableColumn;
}

/** Columns whose values no two rows share. */
export interface UniqueKey {
  readonly table: Table;
  readonly columns: readonly TableColumn[];
  /** The constraint, if it can be checked later. */
  readonly name?: string;
  readonly deferrable?: boolean;
  /** True for an index with a condition, which the rows may not fulfil. */
  readonly isPartial?: boolean;
}

const NONE: ReadonlyMap<TableColumn, Entity> = new Map();
/** Shared: most rows need nothing. */
const UNORDERED: Pick<Step, "needs" | "deferred"> = { needs: [], deferred: new Set() };

/** The changes that become steps. */
export interface RowChanges {
  readonly added: readonly Tracked[];
  readonly persistent: Iterable<Persistent>;
  readonly deleted: readonly Persistent[];
}

/**
 * Makes the steps of a flush: INSERTs, UPDATEs, DELETEs. A new object with the key of a deleted one takes over its row.
 *
 * @throws {MissingValueError} when a row lacks a value that it requires.
 */
export function stepsOf({ added, persistent, deleted }: RowChanges): Record<Step["kind"], Step[]> {
  if (deleted.length === 0) {
    const insert = added.map((each) => newRow(each, "insert"));
    return { insert, update: [...changedRows(persistent)], delete: [] };
  }
  const freed = new IdentityMap<Persistent>();
  for (const row of deleted) freed.set(row.table, rowMapKey(row.table, row.loaded), row);
  const [insert, replacing]: [Step[], Step[]] = [[], []];
  const taken = new Set<Persistent>();
  for (const each of added) {
    const replaced = freed.get(each.table, mapKey(keyOf(each.table, each.entity)));
    if (!replaced || taken.has(replaced)) insert.push(newRow(each, "insert"));
    else {
      taken.add(replaced);
      replacing.push({ ...newRow(each, "update", replaced.table.version), replaced, loaded: replaced.loaded });
    }
  }
  return {
    insert,
    update: [...changedRows(persistent), ...replacing],
    delete: deleted.filter((row) => !taken.has(row)).map(({ table, entity, loaded }): Step => {
      return { kind: "delete", table, entity, loaded, columns: table.primaryKey, awaited: NONE, ...UNORDERED };
    }),
  };
}

/** @param version the version column of a row that is there, which counts on. */
function newRow({ table, entity }: Tracked, kind: Step["kind"], version?: TableColumn): Step {
  const awaited = propagateKeys(entity);
  giveDefaults(table, entity, awaited);
  for (const column of table.primaryKey) entity[column.attribute] = storedValue(column, entity[column.attribute]);
  const columns = table.columns.filter((column) =>
    !column.generatedAs && column !== version && (entity[column.attribute] !== undefined || awaited.has(column))
  );
  for (const column of table.columns) {
    const isMadeByServer = column.serverDefault ?? column.generatedAs ?? (column.serverChanges || column === version);
    const isMissing = columns.includes(column) ? entity[column.attribute] === null : !isMadeByServer;
    if (isMissing && !column.nullable) throw new MissingValueError(table.name, column.attribute);
  }
  return { kind, table, entity, columns, awaited, ...UNORDERED };
}

function* changedRows(persistent: Iterable<Persistent>): Generator<Step> {
  for (const { table, entity, loaded } of persistent) {
    const awaited = propagateKeys(entity);
    const columns = changedColumns({ table, entity, loaded }).filter((column) =>
      !column.version && !isWrittenOtherwise(column, entity, loaded[table.columns.indexOf(column)])
    );
    if (columns.length === 0) continue;
    const missing = columns.find((column) =>
      (entity[column.attribute] ?? null) === null && !column.nullable && !awaited.has(column)
    );
    if (missing) {
      const isReference = [...stateOf(entity).references.values()].some(({ key, value }) =>
        value === null && key.columns.includes(missing)
      );
      const key = table.keyIndexes.map((index) => loaded[index]);
      throw new MissingValueError(table.name, missing.attribute, key, isReference);
    }
    yield { kind: "update", table, entity, loaded, columns, awaited, ...UNORDERED };
  }
}

/** Reports whether a value is the one of the row, written in another way: it then takes the form of the row. */
function isWrittenOtherwise(column: TableColumn, entity: Entity, loaded: unknown): boolean {
  const value = storedValue(column, entity[column.attribute]);
  if (column.primaryKey || isSame(column, value, loaded)) entity[column.attribute] = value;
  if (!isSame(column, entity[column.attribute], loaded)) return false;
  // where only the server can tell the form, the row shows it
  if (!isUnchanged(column, entity[column.attribute], loaded)) entity[column.attribute] = restoredValue(column, loaded);
  return true;
}

/** Returns the values that a row has before the flush, of some columns, as a key; undefined if one is NULL. */
export function valuesBefore({ table, loaded }: Step, columns: readonly TableColumn[]) {
  return knownKey(columns.map((column) => loaded![table.columns.indexOf(column)]));
}

/** Returns the values that a row has afterwards, of some columns, as a key; undefined if one is NULL or unknown. */
export function valuesAfter({ entity }: Step, columns: readonly TableColumn[]) {
  return knownKey(valuesOf(entity, columns).map((value, index) => retainedValue(columns[index], value)));
}

/** Returns the columns by which an UPDATE can set a reference later: those that await a key, else one that is nullable. */
export function laterColumns({ awaited }: Step, { columns, column }: ForeignKey): readonly TableColumn[] {
  const unknown = columns.filter((each) => awaited.has(each));
  return unknown.length > 0 ? unknown : [column];
}

function knownKey(values: readonly unknown[]) {
  return values.every((value) => value !== null && value !== undefined) ? mapKey(values) : undefined;
}
