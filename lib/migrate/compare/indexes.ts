/** Compares the indexes of a table. @module */
import type { IndexSchema, TableSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { ConstraintChanges } from "./constraints.ts";
import { match } from "./match.ts";
import { mentions } from "./text.ts";

/**
 * Compares the indexes of a table.
 *
 * @param retyped columns whose type changes: indexes with expressions on one are recreated
 */
export function compareIndexes(
  live: TableSchema,
  wanted: TableSchema,
  retyped: ReadonlySet<string>,
): ConstraintChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const { added, removed, renamed, kept } = match(live.indexes, wanted.indexes);
  const recreated = kept.filter((index) => [...retyped].some((column) => mentions(sqlOf(index), column)));
  const dropped = [...removed, ...recreated];
  return {
    operations: [
      ...dropped.map((index): Operation => ({ kind: "dropIndex", table, index })),
      ...[...added, ...recreated].map((index): Operation => ({ kind: "createIndex", table, index })),
      ...renamed.map(({ from, to }): Operation => ({ kind: "renameIndex", table, from: from.name, to: to.name })),
    ],
    lostKeys: dropped.filter(({ unique }) => unique).map(({ keys }) => keys),
  };
}

/** Expressions of an index; PostgreSQL converts plain columns itself. */
function sqlOf({ keys, where }: IndexSchema): string {
  return [...keys.filter((key) => !/^([\w$]+|".*")$/u.test(key)), where ?? ""].join(" ");
}
