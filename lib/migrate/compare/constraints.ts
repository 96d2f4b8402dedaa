/** Compares primary keys, unique constraints and checks of a table. @module */
import type { KeySchema, TableSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { match } from "./match.ts";
import { mentions } from "./text.ts";

/** Differences between constraints. */
export interface ConstraintChanges {
  readonly operations: readonly Operation[];
  /** Columns of dropped keys: foreign keys that reference them must be dropped first. */
  readonly lostKeys: readonly (readonly string[])[];
}

/**
 * Compares the constraints of a table.
 *
 * @param retyped columns whose type changes: checks that use one are recreated
 */
export function compareConstraints(
  live: TableSchema,
  wanted: TableSchema,
  retyped: ReadonlySet<string>,
): ConstraintChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const keys = (key: KeySchema | null) => key ? [key] : [];
  const primary = match(keys(live.primaryKey), keys(wanted.primaryKey), { isOnlyOne: true });
  const unique = match(live.uniques, wanted.uniques);
  const checks = match(live.checks, wanted.checks);
  const others = match(live.others, wanted.others);
  const recreated = checks.kept.filter(({ expression }) => [...retyped].some((column) => mentions(expression, column)));
  const operations: Operation[] = [
    ...primary.removed.map((key): Operation => ({ kind: "dropPrimaryKey", table, key })),
    ...primary.added.map((key): Operation => ({ kind: "addPrimaryKey", table, key })),
    ...unique.removed.map((key): Operation => ({ kind: "dropUnique", table, key })),
    ...unique.added.map((key): Operation => ({ kind: "addUnique", table, key })),
    ...[...checks.removed, ...recreated].map((check): Operation => ({ kind: "dropCheck", table, check })),
    ...[...checks.added, ...recreated].map((check): Operation => ({ kind: "addCheck", table, check })),
    ...others.removed.map((constraint): Operation => ({ kind: "dropConstraint", table, constraint })),
    ...others.added.map((constraint): Operation => ({ kind: "addConstraint", table, constraint })),
    ...[...primary.renamed, ...unique.renamed, ...checks.renamed, ...others.renamed].map(({ from, to }): Operation => ({
      kind: "renameConstraint",
      table,
      from: from.name,
      to: to.name,
    })),
  ];
  return { operations, lostKeys: [...primary.removed, ...unique.removed].map(({ columns }) => columns) };
}
