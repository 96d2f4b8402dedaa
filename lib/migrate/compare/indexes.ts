/** Compares the indexes of a table. @module */
import type { IndexSchema, TableSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { ConstraintChanges } from "./constraints.ts";
import { match } from "./match.ts";
import { mentions } from "./text.ts";

/** @param retyped columns that change their type: an index whose SQL speaks of one is made anew. */
export function compareIndexes(
  live: TableSchema,
  wanted: TableSchema,
  retyped: ReadonlySet<string>,
): ConstraintChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const { added, removed, renamed, kept } = match(live.indexes, wanted.indexes, ({ keys }) => String(keys));
  const anew = kept.filter((index) => [...retyped].some((column) => mentions(sqlOf(index), column)));
  const dropped = [...removed, ...anew];
  return {
    operations: [
      ...dropped.map((index): Operation => ({ kind: "dropIndex", table, index })),
      ...[...added, ...anew].map((index): Operation => ({ kind: "createIndex", table, index })),
      ...renamed.map(({ from, to }): Operation => ({ kind: "renameIndex", table, from: from.name, to: to.name })),
    ],
    lostKeys: dropped.filter(({ unique }) => unique).map(({ keys }) => keys),
  };
}

/** The expressions of an index; a plain column PostgreSQL carries over to its new type. */
function sqlOf({ keys, where }: IndexSchema): string {
  return [...keys.filter((key) => !/^([\w$]+|".*")$/u.test(key)), where ?? ""].join(" ");
}
