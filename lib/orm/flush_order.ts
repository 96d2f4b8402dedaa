/**
 * The order of a flush: new rows, then changes, then deletions, except where a step needs another one before it. Steps
 * that are ready together become one statement for each table and set of columns.
 *
 * @module
 */
import { type Dependency, dependencyOrder } from "../base/dependency_order.ts";
import type { Table } from "../schema/table.ts";
import { breakCircle } from "./flush_circles.ts";
import { type DeferrableConstraint, deleteRows, detachRows, replaceRows, setConstraint, updateRows } from "./dml.ts";
import type { Step } from "./flush_steps.ts";
import { insertSteps, rowWrite } from "./insert_plan.ts";
import { type RowWrite, writeRows, type WriteStatement } from "./write_statement.ts";

type Steps = Readonly<Record<Step["kind"], readonly Step[]>>;

/**
 * Puts steps in order, as statements.
 *
 * @param below tables whose rows are deleted before those of others, beside those with foreign keys.
 * @throws {ReferenceCircleError} when new rows of several tables refer to each other and none can be inserted first.
 * @throws {UniqueCircleError} when rows exchange unique values and none can give up its value first.
 */
export function ordered(steps: Steps, below: readonly Dependency<Table>[] = []): WriteStatement[] {
  const groups = groupsOf(steps, below);
  const isWaiting = (step: Step) => groups.some((group) => group.has(step));
  const statements: WriteStatement[] = [];
  const late = new Map<string, DeferrableConstraint>();
  while (groups.some(({ size }) => size > 0)) {
    let ready: Step[] = [];
    const group = groups.find((each) => (ready = readySteps(each, isWaiting)).length > 0);
    if (group) {
      statements.push(...statementsOf(ready));
      for (const step of ready) group.delete(step);
      continue;
    }
    const { parked = [], constraint } = breakCircle(groups.flatMap((each) => [...each]), isWaiting);
    statements.push(...writeRows(parked, detachRows));
    if (constraint) late.set(`${constraint.table.fullName}.${constraint.name}`, constraint);
  }
  const end = statements.findLastIndex(({ kind }) => kind !== "delete") + 1;
  statements.splice(end, 0, ...completions([...steps.insert, ...steps.update]));
  const checked = (when: "DEFERRED" | "IMMEDIATE") =>
    [...late.values()].map((constraint) => setConstraint(constraint, when));
  return [...checked("DEFERRED"), ...statements, ...checked("IMMEDIATE")];
}

/** Groups steps in the order in which most of them are ready: by table, all changes together. */
function groupsOf({ insert, update, delete: deletes }: Steps, below: readonly Dependency<Table>[]): Set<Step>[] {
  const byTable = (steps: readonly Step[], further: readonly Dependency<Table>[] = []) => {
    const groups = Map.groupBy(steps, ({ table }) => table);
    return tableOrder(groups, further).map((table) => new Set(groups.get(table)));
  };
  return [...byTable(insert), new Set(update), ...byTable(deletes, below).toReversed()];
}

/** Orders tables by the foreign keys that some of their rows use. */
function tableOrder(groups: ReadonlyMap<Table, readonly Step[]>, further: readonly Dependency<Table>[]): Table[] {
  const tables = [...groups.keys()];
  if (tables.length === 1) return tables;
  const keys = tables.flatMap((table) =>
    table.foreignKeys().filter(({ to, columns }) =>
      to !== table &&
      groups.get(table)!.some(({ entity, loaded }) =>
        columns.every((column) => (loaded ? loaded[table.columns.indexOf(column)] : entity[column.attribute]) !== null)
      )
    )
  );
  return dependencyOrder<Table, Dependency<Table>>(tables, [...keys, ...further]).order;
}

/** Returns the steps of a group that need no waiting one before them, and none that does. */
function readySteps(group: ReadonlySet<Step>, isWaiting: (step: Step) => boolean): Step[] {
  const blocked = [...group].filter(({ needs }) => needs.some(({ step, isBefore }) => isBefore && isWaiting(step)));
  if (blocked.length === 0) return [...group];
  const all = new Set(blocked);
  const needing = Map.groupBy(
    [...group].flatMap((step) => step.needs.map((need) => ({ step, on: need.step }))),
    ({ on }) => on,
  );
  for (const step of all) for (const each of needing.get(step) ?? []) all.add(each.step); // including those added here
  return [...group].filter((step) => !all.has(step));
}

function statementsOf(ready: readonly Step[]): WriteStatement[] {
  const [{ kind }] = ready;
  if (kind === "insert") return insertSteps(ready);
  const rows = ready.map((step) => rowWrite(step));
  if (kind === "delete") return writeRows(rows, deleteRows);
  return [
    ...writeRows(rows.filter(({ replaced, columns }) => !replaced && columns.length > 0), updateRows),
    ...writeRows(rows.filter(({ replaced }) => replaced), replaceRows),
  ];
}

/** Sets the columns that were left for later. */
function completions(steps: readonly Step[]): WriteStatement[] {
  const incomplete = steps.filter(({ deferred }) => deferred.size > 0).map(({ table, entity, deferred }): RowWrite => {
    return { table, entity, columns: table.columns.filter((column) => deferred.has(column)), awaitsKeys: true };
  });
  return writeRows(incomplete, updateRows);
}
