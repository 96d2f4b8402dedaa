/** Compares foreign keys. @module */
import {
  type DatabaseSchema,
  type ForeignKeySchema,
  isSameName,
  type ObjectName,
  type TableSchema,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { match } from "./match.ts";

/** A table that is there and that models have. */
export interface TablePair {
  readonly live: TableSchema;
  readonly wanted: TableSchema;
  /** Columns that change their type. */
  readonly retyped: ReadonlySet<string>;
  /** The columns of keys that go. */
  readonly lostKeys: readonly (readonly string[])[];
}

/**
 * Compares the foreign keys of the tables that stay. One that stays is made anew where the key it refers to goes, and
 * where the type of a column at either end changes.
 */
export function compareForeignKeys(pairs: readonly TablePair[]): Operation[] {
  return pairs.flatMap(({ live, wanted, retyped }) => {
    const table = { schema: wanted.schema, name: wanted.name };
    const changes = match(live.foreignKeys, wanted.foreignKeys, ({ columns, to }) => JSON.stringify([columns, to]));
    const anew = changes.kept.filter(({ columns, to, referred }) => {
      const target = pairs.find((pair) => isSameName(pair.wanted, to));
      return columns.some((name) => retyped.has(name)) || referred.some((name) => target?.retyped.has(name)) ||
        target?.lostKeys.some((key) => isSameSet(key, referred));
    });
    return [
      ...[...changes.removed, ...anew].map((key): Operation => ({ kind: "dropForeignKey", table, key })),
      ...[...changes.added, ...anew].map((key): Operation => ({ kind: "addForeignKey", table, key })),
      ...changes.renamed.map(({ from, to }): Operation => ({
        kind: "renameConstraint",
        table,
        from: from.name,
        to: to.name,
      })),
    ];
  });
}

/** Whether a foreign key can be part of CREATE TABLE: the key it refers to is there by then. */
export function isThereBefore(
  { to, referred }: ForeignKeySchema,
  wanted: DatabaseSchema,
  isUnchanged: (table: ObjectName) => boolean,
): boolean {
  const target = wanted.tables.find((table) => isSameName(table, to));
  const keys = target ? [...target.uniques, ...(target.primaryKey ? [target.primaryKey] : [])] : [];
  return keys.some(({ columns }) => isSameSet(columns, referred)) && isUnchanged(to);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
