/**
 * The unit of work: turns the changed objects of a session into the statements that write them, as data (Fowler,
 * Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * A plan lists statements in an order that satisfies foreign and unique keys: new rows before the rows that refer to
 * them, deleted rows after, a unique value after it was given up. Each statement writes all rows of one table that write
 * the same columns, or that refer to each other.
 *
 * @module
 */
import type { Dependency } from "../base/dependency_order.ts";
import { associationRow, type Link } from "./association_rows.ts";
import { cascadeStatements } from "./cascade_rows.ts";
import { type ReferringRows, tablesBelow } from "./cascades.ts";
import { linkRows, unlinkRows } from "./dml.ts";
import { findNeeds } from "./flush_needs.ts";
import { ordered } from "./flush_order.ts";
import { type RowChanges, stepsOf } from "./flush_steps.ts";
import type { Table } from "../schema/table.ts";
import { writeRows, type WriteStatement } from "./write_statement.ts";

/** The pending changes of a session. */
export interface PendingWork extends RowChanges {
  readonly links: readonly Link[];
  /** The rows that refer to deleted ones. */
  readonly referring?: readonly ReferringRows[];
  /** Reports whether the session holds objects of a table. */
  readonly isHeld?: (table: Table) => boolean;
}

/**
 * Plans a flush.
 *
 * @throws {MissingValueError} when a row lacks a value that it requires.
 * @throws {ReferenceCircleError} when rows of several tables refer to each other and none can be inserted first.
 * @throws {UniqueCircleError} when rows exchange unique values and none can give up its value first.
 */
export function planFlush({ referring = [], isHeld = () => false, ...work }: PendingWork): WriteStatement[] {
  // what the session knows is written by its key before a cascade reaches it
  const below = referring.flatMap(({ relation }) =>
    [...tablesBelow(relation)].map((from) => ({ from, to: relation.key.to }))
  );
  const statements = planRows(work, below);
  for (const rows of referring) {
    const { relation: { key }, isReplaced } = rows;
    const first = statements.findIndex(({ kind, table, isCascade }) =>
      kind === "delete" && table === key.to && !isCascade
    );
    statements.splice(isReplaced ? 0 : Math.max(0, first), 0, ...cascadeStatements(rows, isHeld));
  }
  return statements;
}

function planRows(
  { links, ...changes }: Omit<PendingWork, "referring" | "isHeld">,
  below: readonly Dependency<Table>[],
): WriteStatement[] {
  const steps = stepsOf(changes);
  const count = steps.insert.length + steps.update.length + steps.delete.length;
  if (count + links.length === 0) return [];
  findNeeds(steps);
  const statements = ordered(steps, below);
  const unlinks = writeRows(links.filter(({ isIn }) => !isIn).map(associationRow), unlinkRows);
  const linked = writeRows(links.filter(({ isIn }) => isIn).map(associationRow), linkRows);
  const first = statements.findIndex(({ kind }) => kind === "delete");
  const last = statements.findLastIndex(({ kind }) => kind !== "delete");
  // rows are deleted last, unless another step needs it
  if (first >= 0 && first < last) {
    const { true: late = [], false: early = [] } = Object.groupBy(unlinks, ({ awaitsKeys }) => `${awaitsKeys}`);
    return [...early, ...statements, ...late, ...linked];
  }
  return [...statements.slice(0, last + 1), ...unlinks, ...linked, ...statements.slice(last + 1)];
}
