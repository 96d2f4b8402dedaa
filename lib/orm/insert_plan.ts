/**
 * The plan of the INSERTs of a flush: every row after the rows that it refers to, and the new rows of a table that
 * refer to each other in one statement. Only where rows of several tables refer to each other in a circle, a reference
 * is set by an UPDATE afterwards. Nothing here talks to a database.
 *
 * @module
 */
import { dependencyOrder } from "../base/dependency_order.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { giveDefaults } from "./defaults.ts";
import { setConstraint, updateRows } from "./dml.ts";
import { MissingValueError, ReferenceCircleError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { insertRows, insertTogether } from "./insert_rows.ts";
import { mapKey } from "./key.ts";
import { propagateKeys } from "./reference.ts";
import { mostRows, type RowWrite, type Tracked, writeRows, type WriteStatement } from "./write_statement.ts";

/** A new row. */
interface NewRow extends Tracked {
  /** The columns that the object gives. */
  readonly given: readonly TableColumn[];
  /** The objects whose keys the server has yet to generate, by foreign key column. */
  readonly awaited: ReadonlyMap<TableColumn, Entity>;
  /** The other new rows that it refers to. */
  references: readonly Reference[];
  /** The columns that are set once every row exists. */
  readonly deferred: Set<TableColumn>;
}

/** A reference of a new row to another one, or to itself. */
interface Reference {
  readonly key: ForeignKey;
  readonly target: NewRow;
  /** True if the other row has to exist before: its key cannot be known in the statement that inserts it. */
  readonly isBefore: boolean;
}

/**
 * Inserts new rows after the rows that they refer to.
 *
 * @throws {MissingValueError} when a row lacks a value that it requires.
 * @throws {ReferenceCircleError} when rows of several tables refer to each other and none can be inserted first.
 */
export function planInserts(added: readonly Tracked[]): WriteStatement[] {
  const rows = added.map(newRow);
  resolveReferences(rows);
  const waiting = new Map(tableOrder(rows).map((table) => [table, new Set<NewRow>()]));
  for (const row of rows) waiting.get(row.table)!.add(row);
  const isWaiting = (row: NewRow) => waiting.get(row.table)!.has(row);
  const inserts: WriteStatement[] = [];
  const deferred: ForeignKey[] = [];
  while ([...waiting.values()].some(({ size }) => size > 0)) {
    const before = inserts.length;
    for (const own of waiting.values()) {
      const ready = readyRows(own, isWaiting);
      if (ready.length > 0) inserts.push(...insertsOf(ready));
      for (const row of ready) own.delete(row);
    }
    if (inserts.length > before) continue;
    const late = breakCircle([...waiting.values()].flatMap((own) => [...own]), isWaiting);
    if (late?.deferrable === true) deferred.push(late);
  }
  const incomplete = rows.filter(({ deferred }) => deferred.size > 0).map(({ table, entity, deferred }): RowWrite => {
    return { table, entity, columns: table.columns.filter((column) => deferred.has(column)), awaitsKeys: true };
  });
  return [
    ...deferred.map((key) => setConstraint(key, "DEFERRED")),
    ...inserts,
    ...writeRows(incomplete, updateRows),
    ...deferred.map((key) => setConstraint(key, "IMMEDIATE")),
  ];
}

function newRow({ table, entity }: Tracked): NewRow {
  const awaited = propagateKeys(entity);
  giveDefaults(table, entity, awaited);
  const given = table.columns.filter((column) =>
    !column.generatedAs && (entity[column.attribute] !== undefined || awaited.has(column))
  );
  for (const column of table.columns) {
    const isMadeByServer = column.serverDefault ?? column.generatedAs;
    const isMissing = given.includes(column) ? entity[column.attribute] === null : !isMadeByServer;
    if (isMissing && !column.nullable) throw new MissingValueError(table.name, column.attribute);
  }
  return { table, entity, given, awaited, references: [], deferred: new Set() };
}

/** Finds the new rows that new rows refer to: by the object, or by its key. */
function resolveReferences(rows: readonly NewRow[]): void {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  const byEntity = new Map(rows.map((row) => [row.entity, row]));
  for (const [table, own] of byTable) {
    const keys = table.foreignKeys().filter(({ to }) => byTable.has(to)).map((key) => {
      const keyOf = ({ entity }: NewRow) => mapKey(key.referredColumns.map(({ attribute }) => entity[attribute]));
      return { key, byKey: new Map(byTable.get(key.to)!.map((row) => [keyOf(row), row])) };
    });
    if (keys.length > 0) {
      for (const row of own) row.references = keys.flatMap((each) => referenceOf(row, each, byEntity));
    }
  }
}

function referenceOf(
  { entity, awaited }: NewRow,
  { key, byKey }: { key: ForeignKey; byKey: ReadonlyMap<unknown, NewRow> },
  byEntity: ReadonlyMap<Entity, NewRow>,
): Reference[] {
  const values = key.columns.map(({ attribute }) => entity[attribute]);
  const unknown = key.columns.find((column) => awaited.has(column));
  if (values.includes(null) || !unknown && values.includes(undefined)) return [];
  const target = unknown ? byEntity.get(awaited.get(unknown)!) : byKey.get(mapKey(values));
  if (target?.table !== key.to) return [];
  const referred = unknown && key.referredColumns[key.columns.indexOf(unknown)];
  return [{ key, target, isBefore: target.table !== key.from || referred !== undefined && !referred.serverDefault }];
}

/** Orders the tables so that most rows are ready when it is their turn. */
function tableOrder(rows: readonly NewRow[]): Table[] {
  const used = new Map(rows.flatMap(({ references }) => references.map(({ key }) => [key, key])));
  const between = [...used.values()].filter(({ from, to }) => from !== to);
  return dependencyOrder([...new Set(rows.map(({ table }) => table))], between).order;
}

/** Returns the rows of one table that refer to no row that is waiting, except to each other. */
function readyRows(own: ReadonlySet<NewRow>, isWaiting: (row: NewRow) => boolean): NewRow[] {
  const blocked = [...own].filter(({ references }) =>
    references.some(({ target, isBefore }) => isBefore && isWaiting(target))
  );
  if (blocked.length === 0) return [...own];
  const all = new Set(blocked);
  const referring = Map.groupBy(
    [...own].flatMap((row) => row.references.map(({ target }) => ({ row, target }))),
    ({ target }) => target,
  );
  for (const row of all) for (const each of referring.get(row) ?? []) all.add(each.row); // including those added here
  return [...own].filter((row) => !all.has(row));
}

/** Writes rows of one table: those that refer to each other together, parents first. */
function insertsOf(rows: readonly NewRow[]): WriteStatement[] {
  const members = new Set(rows);
  if (!rows.some(({ references }) => references.some(({ target }) => members.has(target)))) {
    return writeRows(rows.map((row) => rowWrite(row, new Set())), insertRows);
  }
  const ordered = parentsFirst(rows, members);
  const columns = rows[0].table.columns.filter((column) => rows.some(({ given }) => given.includes(column)));
  const size = mostRows(rows[0].table, [...columns, ...columns], rows.length, true); // a position or a flag beside each value
  const parts = Array.from(
    { length: Math.ceil(rows.length / size) },
    (_, i) => ordered.slice(i * size, (i + 1) * size),
  );
  const later = new Set(ordered);
  return parts.map((part) => {
    for (const row of part) later.delete(row);
    for (const row of part) {
      for (const reference of row.references) if (later.has(reference.target)) defer(row, reference);
    }
    const together = new Set(part.map(({ entity }) => entity));
    return insertTogether(part.map((row) => rowWrite(row, together)));
  });
}

/** Leaves a reference to the UPDATE that follows the INSERTs. */
function defer(row: NewRow, { key }: Reference): void {
  if (!key.column.nullable) throw new ReferenceCircleError([key]);
  row.deferred.add(key.column);
}

/** @param together the objects of the same statement, which also generates their keys. */
function rowWrite(
  { table, entity, given, awaited, references, deferred }: NewRow,
  together: ReadonlySet<Entity>,
): RowWrite {
  const columns = deferred.size === 0 ? given : given.filter((column) => !deferred.has(column));
  const parents: Map<TableColumn, { entity: Entity; key: TableColumn }> = new Map();
  for (const [column, parent] of together.size > 0 ? awaited : []) {
    const reference = references.find(({ key }) => key.columns.includes(column));
    if (!reference || !together.has(parent) || deferred.has(column)) continue;
    parents.set(column, { entity: parent, key: reference.key.referredColumns[reference.key.columns.indexOf(column)] });
  }
  const awaitsKeys = [...awaited.keys()].some((column) => !deferred.has(column) && !parents.has(column));
  return { table, entity, columns, deferred: [...deferred], parents, awaitsKeys };
}

/** Orders rows after those that they refer to; rows of a circle in the order given. */
function parentsFirst(rows: readonly NewRow[], members: ReadonlySet<NewRow>): NewRow[] {
  const children = new Map<NewRow, NewRow[]>();
  const open = new Map<NewRow, number>(); // the parents that have not been placed
  for (const row of rows) {
    const parents = row.references.map(({ target }) => target).filter((each) => each !== row && members.has(each));
    open.set(row, parents.length);
    for (const parent of parents) children.getOrInsertComputed(parent, () => []).push(row);
  }
  const placed = new Set(rows.filter((row) => open.get(row) === 0));
  for (const row of placed) { // including those added here
    for (const child of children.get(row) ?? []) {
      open.set(child, open.get(child)! - 1);
      if (open.get(child) === 0) placed.add(child);
    }
  }
  return [...placed, ...rows.filter((row) => !placed.has(row))];
}

/**
 * Makes a circle of rows of several tables passable, by one of its foreign keys: where that is nullable, it is set
 * afterwards; where it is deferrable, the row that it refers to may come later.
 *
 * @returns the foreign key in the second case.
 * @throws {ReferenceCircleError} when there is no such key.
 */
function breakCircle(rows: readonly NewRow[], isWaiting: (row: NewRow) => boolean): ForeignKey | undefined {
  const circular = rows.flatMap((row) =>
    row.references.filter((each) => each.isBefore && isWaiting(each.target) && reaches(each.target, row, isWaiting))
      .map((reference) => ({ row, reference }))
  );
  const isNullable = ({ reference: { key } }: typeof circular[0]) => key.column.nullable;
  const isLate = ({ row, reference: { key } }: typeof circular[0]) =>
    key.deferrable && !key.columns.some((column) => row.awaited.has(column));
  const chosen = circular.find(isNullable) ?? circular.find(isLate);
  if (!chosen) throw new ReferenceCircleError([...new Set(circular.map(({ reference: { key } }) => key))]);
  const { key } = chosen.reference;
  for (const { row, reference } of circular) {
    if (reference.key !== key) continue;
    if (isNullable(chosen)) row.deferred.add(key.column);
    row.references = row.references.filter((each) => each !== reference);
  }
  return isNullable(chosen) ? undefined : key;
}

/** Reports whether a row refers to another one, directly or by others that are waiting. */
function reaches(from: NewRow, to: NewRow, isWaiting: (row: NewRow) => boolean): boolean {
  const seen = new Set([from]);
  for (const row of seen) { // including those added here
    if (row === to) return true;
    for (const { target } of row.references) if (isWaiting(target)) seen.add(target);
  }
  return false;
}
