/** Compares the sets of tables. @module */
import {
  type DatabaseSchema,
  type ForeignKeySchema,
  fullName,
  isSameName,
  nameKey,
  type ObjectName,
  type TableSchema,
  type UnmodelledObject,
} from "../database_schema.ts";
import { dependencyOrder } from "../../base/dependency_order.ts";
import { LEFT_OUT } from "../include_object.ts";
import type { Operation } from "../operations.ts";
import { isThereBefore } from "./foreign_keys.ts";
import type { TablePair } from "./plan.ts";

/** Tables in one schema only, and in both. */
export interface TableChanges {
  readonly added: readonly TableSchema[];
  readonly removed: readonly TableSchema[];
  readonly both: readonly TablePair[];
  /** Tables that are kept although the models do not contain them. */
  readonly kept: readonly TableSchema[];
  /** The same tables, with the reasons. */
  readonly unmodelled: readonly UnmodelledObject[];
}

/** Compares tables. Keeps one that the models do not contain if an object depends on it that they cannot describe. */
export function compareTables(live: DatabaseSchema, wanted: DatabaseSchema): TableChanges {
  const [there, known] = [tablesByName(live), tablesByName(wanted)];
  const kept = new Map<TableSchema, string>();
  const removed = new Set(live.tables.filter((table) => !known.has(nameKey(table))));
  const keep = (table: TableSchema, reason: string) => removed.delete(table) && kept.set(table, reason);
  for (const table of removed) if (table.leftAlone !== undefined) keep(table, table.leftAlone);
  const targets = (table: TableSchema, keys: readonly ForeignKeySchema[]) => {
    for (const { to } of keys) {
      const target = there.get(nameKey(to));
      if (target) keep(target, `${fullName(table)}, which is kept, references it`);
    }
  };
  for (const table of live.tables) {
    if (known.has(nameKey(table))) targets(table, table.foreignKeys.filter(({ leftAlone }) => leftAlone !== undefined));
  }
  for (const table of kept.keys()) targets(table, table.foreignKeys); // a kept table keeps those to which it refers
  const taken = new Set(live.taken.map(nameKey));
  return {
    added: wanted.tables.filter((table) => !there.has(nameKey(table)) && !taken.has(nameKey(table))),
    removed: [...removed],
    both: wanted.tables.flatMap((table) => {
      const other = there.get(nameKey(table));
      return other ? [{ live: other, wanted: table }] : [];
    }),
    kept: [...kept.keys()],
    unmodelled: [...kept].map(([table, reason]) => ({
      kind: "table",
      name: fullName(table),
      reason: `not in the models, and ${reason}`,
    })),
  };
}

function tablesByName({ tables }: DatabaseSchema): ReadonlyMap<string, TableSchema> {
  return new Map(tables.map((table) => [nameKey(table), table]));
}

/**
 * Returns the operations that create tables, each after the tables it references.
 *
 * @param isUnchanged whether an existing table keeps its keys
 * @param renames tables that are dropped or stay, with the new ones that they may be
 */
export function createTables(
  added: readonly TableSchema[],
  wanted: DatabaseSchema,
  isUnchanged: (table: ObjectName) => boolean,
  { kept }: LikelyRenames,
): Operation[] {
  const { order, closing } = inOrder(added);
  const [inside, later] = [new Map<TableSchema, ForeignKeySchema[]>(), [] as Operation[]];
  for (const table of order) {
    const isThere = (to: ObjectName) => added.some((other) => isSameName(other, to)) || isUnchanged(to);
    const [now, then] = partition(table.foreignKeys, (key) => !closing.has(key) && isThereBefore(key, wanted, isThere));
    inside.set(table, now);
    later.push(...then.map((key): Operation => ({ kind: "addForeignKey", table: nameOf(table), key })));
  }
  return [
    ...order.map((table): Operation => {
      const [from] = [...kept].find(([, to]) => isSameName(to, table)) ?? [];
      const created = { ...table, foreignKeys: inside.get(table)! };
      return { kind: "createTable", table: created, ...(from ? { mayBe: nameOf(from) } : {}) };
    }),
    ...later,
  ];
}

/**
 * Returns the operations that drop tables, each before the tables it references.
 *
 * @param renames tables that are dropped or stay, with the new ones that they may be
 */
export function dropTables(removed: readonly TableSchema[], { removed: pairs }: LikelyRenames): Operation[] {
  const { order, closing } = inOrder(removed);
  return [
    ...order.flatMap((table) =>
      table.foreignKeys.filter((key) => closing.has(key)).map((key): Operation => ({
        kind: "dropForeignKey",
        table: nameOf(table),
        key,
      }))
    ),
    ...order.toReversed().map((table): Operation => {
      const to = pairs.get(table);
      const foreignKeys = table.foreignKeys.filter((key) => !closing.has(key));
      return { kind: "dropTable", table: { ...table, foreignKeys }, ...(to ? { mayBe: nameOf(to) } : {}) };
    }),
  ];
}

/** Extracts the name of a table. */
export function nameOf({ schema, name }: ObjectName): ObjectName {
  return schema === undefined ? { name } : { schema, name };
}

function inOrder(tables: readonly TableSchema[]): { order: TableSchema[]; closing: Set<ForeignKeySchema> } {
  const dependencies = tables.flatMap((from) =>
    from.foreignKeys.flatMap((key) => {
      const to = tables.find((table) => isSameName(table, key.to));
      return to && to !== from ? [{ from, to, key }] : [];
    })
  );
  const { order, closing } = dependencyOrder(tables, dependencies);
  return { order, closing: new Set(closing.map(({ key }) => key)) };
}

/** Tables of the database, each with the new table of the models that it may be. */
export interface LikelyRenames {
  /** Tables that are dropped. */
  readonly removed: ReadonlyMap<TableSchema, TableSchema>;
  /** Tables that stay, because something depends on them. */
  readonly kept: ReadonlyMap<TableSchema, TableSchema>;
}

/** Pairs tables that are not in the models with added ones that share most columns: these may be renames. */
export function likelyRenames({ removed, kept, added }: TableChanges): LikelyRenames {
  const ofRemoved = pairs(removed, added);
  const left = added.filter((table) => ![...ofRemoved.values()].includes(table));
  return {
    removed: ofRemoved,
    kept: pairs(kept.filter(({ leftAlone }) => !leftAlone?.includes(LEFT_OUT)), left),
  };
}

function pairs(tables: readonly TableSchema[], added: readonly TableSchema[]): Map<TableSchema, TableSchema> {
  const pairs = new Map<TableSchema, TableSchema>();
  for (const table of tables) {
    const candidates = added
      .filter((other) => other.schema === table.schema && ![...pairs.values()].includes(other))
      .map((other) => ({ other, likeness: likeness(table, other) }))
      .sort((a, b) => b.likeness - a.likeness);
    if (candidates[0]?.likeness >= 0.5) pairs.set(table, candidates[0].other);
  }
  return pairs;
}

/** Fraction of the columns that two tables share, 0 to 1. */
function likeness(one: TableSchema, other: TableSchema): number {
  const names = (table: TableSchema) => new Set(table.columns.map(({ name, type }) => `${name} ${type}`));
  return names(one).intersection(names(other)).size / names(one).union(names(other)).size;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
