/**
 * The INSERTs of new rows of one table that are ready together: one for each set of columns, or one for all of them if
 * they refer to each other. Nothing here talks to a database.
 *
 * @module
 */
import type { TableColumn } from "../schema/table.ts";
import { ReferenceCircleError } from "./errors.ts";
import { laterColumns, type Need, type Step } from "./flush_steps.ts";
import type { Entity } from "./identity_map.ts";
import { insertRows, insertTogether } from "./insert_rows.ts";
import { mostRows, type ParentRow, type RowWrite, writeRows, type WriteStatement } from "./write_statement.ts";

const NOBODY: ReadonlySet<Entity> = new Set();

/** Writes rows of one table: those that refer to each other together, parents first. */
export function insertSteps(rows: readonly Step[]): WriteStatement[] {
  const members = new Set(rows);
  if (!rows.some(({ needs }) => needs.some(({ step }) => members.has(step)))) {
    return writeRows(rows.map((row) => rowWrite(row)), insertRows);
  }
  const ordered = parentsFirst(rows, members);
  const columns = rows[0].table.columns.filter((column) => rows.some((row) => row.columns.includes(column)));
  const size = mostRows(rows[0].table, [...columns, ...columns], rows.length, true); // a position or a flag beside each value
  const parts = Array.from(
    { length: Math.ceil(rows.length / size) },
    (_, i) => ordered.slice(i * size, (i + 1) * size),
  );
  const later = new Set(ordered);
  return parts.map((part) => {
    for (const row of part) later.delete(row);
    for (const row of part) {
      for (const need of row.needs) if (later.has(need.step)) deferLater(row, need);
    }
    const together = new Set(part.map(({ entity }) => entity));
    return insertTogether(part.map((row) => rowWrite(row, together)));
  });
}

/** Leaves a reference to a row of a later INSERT to the UPDATE that follows. */
function deferLater(row: Step, { key }: Need): void {
  const columns = laterColumns(row, key!);
  if (!columns.every(({ nullable }) => nullable)) throw new ReferenceCircleError([key!]);
  row.deferred = new Set([...row.deferred, ...columns]);
}

/**
 * Describes the row of a step.
 *
 * @param together the objects of the same statement, which also generates their keys.
 */
export function rowWrite(step: Step, together = NOBODY): RowWrite {
  const { table, entity, loaded, replaced, awaited, needs, deferred } = step;
  const columns = deferred.size === 0 ? step.columns : step.columns.filter((column) => !deferred.has(column));
  if (awaited.size === 0) {
    return { table, entity, loaded, replaced, columns, deferred: [...deferred], awaitsKeys: false };
  }
  const parents = new Map<TableColumn, ParentRow>();
  for (const [column, parent] of together.size > 0 ? awaited : []) {
    const key = needs.find(({ key }) => key?.columns.includes(column))?.key;
    if (!key || !together.has(parent) || deferred.has(column)) continue;
    parents.set(column, { entity: parent, key: key.referredColumns[key.columns.indexOf(column)] });
  }
  const awaitsKeys = [...awaited.keys()].some((column) => !deferred.has(column) && !parents.has(column));
  return { table, entity, loaded, replaced, columns, deferred: [...deferred], parents, awaitsKeys };
}

/** Orders rows after those that they refer to; rows of a circle in the order given. */
function parentsFirst(rows: readonly Step[], members: ReadonlySet<Step>): Step[] {
  const children = new Map<Step, Step[]>();
  const open = new Map<Step, number>(); // the parents that have not been placed
  for (const row of rows) {
    const parents = row.needs.map(({ step }) => step).filter((each) => each !== row && members.has(each));
    open.set(row, parents.length);
    for (const parent of parents) children.getOrInsertComputed(parent, () => []).push(row);
  }
  const placed = new Set(rows.filter((row) => open.get(row) === 0));
  for (const row of placed) { // including those added here
    for (const child of children.get(row) ?? []) {
      open.set(child, open.get(child)! - 1);
      if (open.get(child) === 0) placed.add(child);
    }
  }
  return [...placed, ...rows.filter((row) => !placed.has(row))];
}
