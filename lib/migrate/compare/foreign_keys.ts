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

/** A table in both the database and the models. */
export interface TablePair {
  readonly live: TableSchema;
  readonly wanted: TableSchema;
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
  /** Columns of dropped keys. */
  readonly lostKeys: readonly (readonly string[])[];
}

/**
 * Compares the foreign keys of the tables in both schemas. Recreates one if the key it references is dropped, or if the
 * type of a column at either end changes.
 */
export function compareForeignKeys(pairs: readonly TablePair[]): Operation[] {
  return pairs.flatMap(({ live, wanted, retyped }) => {
    const table = { schema: wanted.schema, name: wanted.name };
    const changes = match(live.foreignKeys, wanted.foreignKeys);
    const recreated = changes.kept.filter(({ columns, to, referred }) => {
      const target = pairs.find((pair) => isSameName(pair.wanted, to));
      return columns.some((name) => retyped.has(name)) || referred.some((name) => target?.retyped.has(name)) ||
        target?.lostKeys.some((key) => isSameSet(key, referred));
    });
    return [
      ...[...changes.removed, ...recreated].map((key): Operation => ({ kind: "dropForeignKey", table, key })),
      ...[...changes.added, ...recreated].map((key): Operation => ({ kind: "addForeignKey", table, key })),
      ...changes.renamed.map(({ from, to }): Operation => ({
        kind: "renameConstraint",
        table,
        from: from.name,
        to: to.name,
      })),
    ];
  });
}

/** Whether a foreign key can be part of CREATE TABLE: the key it references exists by then. */
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
