/** Compares foreign keys. @module */
import {
  type DatabaseSchema,
  type ForeignKeySchema,
  isSameName,
  nameKey,
  type ObjectName,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { recreated } from "./match.ts";
import { standsOn } from "./parts.ts";
import type { TablePlan } from "./plan.ts";

/** A table in both schemas, and how its columns and keys change. */
export interface ChangedTable {
  readonly plan: TablePlan;
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
  /** Columns of dropped keys. */
  readonly lostKeys: readonly (readonly string[])[];
}

/**
 * Compares the foreign keys of the tables in both schemas. Recreates one if the key it references is dropped, or if the
 * type of a column at either end changes.
 *
 * @param isPossible whether the columns of a new foreign key will have fitting types
 */
export function compareForeignKeys(
  tables: readonly ChangedTable[],
  isPossible: (key: ForeignKeySchema) => boolean = () => true,
): Operation[] {
  const byName = new Map(tables.map((table) => [nameKey(table.plan.wanted), table]));
  return tables.flatMap(({ plan: { wanted, parts, fixed }, retyped }) => {
    const table = { schema: wanted.schema, name: wanted.name };
    const { removed, added, renamed } = recreated(parts.foreignKey, (key) => {
      const target = byName.get(nameKey(key.to));
      const isDue = standsOn(key, retyped) || key.referred.some((name) => target?.retyped.has(name)) ||
        target?.lostKeys.some((columns) => isSameSet(columns, key.referred));
      return !!isDue && !standsOn(key, fixed);
    });
    return [
      ...removed.map((key): Operation => ({ kind: "dropForeignKey", table, key })),
      ...added.filter(isPossible).map((key): Operation => ({ kind: "addForeignKey", table, key })),
      ...renamed.map(({ from, to }): Operation => ({
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
