/** Compares primary keys, unique constraints, checks and other constraints of a table. @module */
import type { PartSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { ColumnChanges } from "./columns.ts";
import { recreated } from "./match.ts";
import { standsOn } from "./parts.ts";
import type { TablePlan } from "./plan.ts";

/** Differences between constraints or indexes. */
export interface PartChanges {
  readonly operations: readonly Operation[];
  /** Columns of dropped keys: foreign keys that reference them must be dropped first. */
  readonly lostKeys: readonly (readonly string[])[];
}

/**
 * Compares the constraints of a table.
 *
 * @param columns columns whose type changes: checks that use one are recreated; and rebuilt ones: all that uses one is
 */
export function compareConstraints({ wanted, parts, fixed }: TablePlan, columns: ColumnChanges): PartChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const isOnRebuilt = (part: PartSchema) => standsOn(part, columns.rebuilt) && !standsOn(part, fixed);
  const isDue = (part: PartSchema) => isOnRebuilt(part) || standsOn(part, columns.retyped) && !standsOn(part, fixed);
  const [primaryKey, unique] = [recreated(parts.primaryKey, isOnRebuilt), recreated(parts.unique, isOnRebuilt)];
  const [check, other] = [recreated(parts.check, isDue), recreated(parts.constraint, isDue)];
  const operations: Operation[] = [
    ...primaryKey.removed.map((key): Operation => ({ kind: "dropPrimaryKey", table, key })),
    ...primaryKey.added.map((key): Operation => ({ kind: "addPrimaryKey", table, key })),
    ...unique.removed.map((key): Operation => ({ kind: "dropUnique", table, key })),
    ...unique.added.map((key): Operation => ({ kind: "addUnique", table, key })),
    ...check.removed.map((check): Operation => ({ kind: "dropCheck", table, check })),
    ...check.added.map((check): Operation => ({ kind: "addCheck", table, check })),
    ...other.removed.map((constraint): Operation => ({ kind: "dropConstraint", table, constraint })),
    ...other.added.map((constraint): Operation => ({ kind: "addConstraint", table, constraint })),
    ...[...primaryKey.renamed, ...unique.renamed, ...check.renamed, ...other.renamed].map((
      { from, to },
    ): Operation => ({
      kind: "renameConstraint",
      table,
      from: from.name,
      to: to.name,
    })),
  ];
  return { operations, lostKeys: [...primaryKey.removed, ...unique.removed].map(({ columns }) => columns) };
}
