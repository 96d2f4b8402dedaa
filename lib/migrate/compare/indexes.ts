/** Compares the indexes of a table. @module */
import { quote } from "../../base/quote.ts";
import type { IndexSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { ColumnChanges } from "./columns.ts";
import type { PartChanges } from "./constraints.ts";
import { recreated } from "./match.ts";
import { standsOn } from "./parts.ts";
import type { TablePlan } from "./plan.ts";

/**
 * Compares the indexes of a table.
 *
 * @param columns columns whose type changes: indexes that use one other than as a plain key are recreated; and rebuilt
 * ones: all indexes that use one are
 */
export function compareIndexes({ wanted, parts, fixed }: TablePlan, columns: ColumnChanges): PartChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const { removed, added, renamed } = recreated(
    parts.index,
    (index) =>
      (standsOn(index, columns.rebuilt) || !isPlain(index) && standsOn(index, columns.retyped)) &&
      !standsOn(index, fixed),
  );
  return {
    operations: [
      ...removed.map((index): Operation => ({ kind: "dropIndex", table, index })),
      ...added.map((index): Operation => ({ kind: "createIndex", table, index })),
      ...renamed.map(({ from, to }): Operation => ({ kind: "renameIndex", table, from: from.name, to: to.name })),
    ],
    lostKeys: removed.filter(({ unique }) => unique).map(({ uses }) => uses),
  };
}

/** Whether an index has only columns as keys: PostgreSQL converts it itself. */
function isPlain({ keys, uses, where, definition }: IndexSchema): boolean {
  const columns = new Set(uses.map(quote));
  return where === null && definition === undefined && keys.every((key) => columns.has(key));
}
