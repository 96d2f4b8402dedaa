/** Compares the columns of a table. @module */
import type { ColumnSchema, ObjectName } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { TablePlan } from "./plan.ts";

/** Differences between the columns of a table. */
export interface ColumnChanges {
  readonly operations: readonly Operation[];
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
}

/** Compares names, types, nullability, defaults, identity and comments. Ignores the order of columns. */
export function compareColumns({ live, wanted, fixed, refused, heldIdentities }: TablePlan): ColumnChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const [before, after] = [live, wanted].map(({ columns }) => new Map(columns.map((column) => [column.name, column])));
  const added = wanted.columns.filter(({ name }) => !before.has(name) && !refused.has(name));
  const dropped = live.columns.filter(({ name }) => !after.has(name) && !fixed.has(name));
  const operations: Operation[] = [];
  const retyped = new Set<string>();
  for (const column of wanted.columns) {
    const there = before.get(column.name);
    if (!there || fixed.has(column.name)) continue;
    if (there.type !== column.type) retyped.add(column.name);
    operations.push(...alter(table, there, heldIdentities.has(column.name) ? { ...column, identity: true } : column));
  }
  const pairs = likelyRenames(dropped, added);
  return {
    operations: [
      ...inDropOrder(dropped).map((column): Operation => {
        const to = pairs.get(column)?.name;
        return { kind: "dropColumn", table, column, ...(to === undefined ? {} : { mayBe: to }) };
      }),
      ...operations,
      ...added.map((column): Operation => ({ kind: "addColumn", table, column })),
    ],
    retyped,
  };
}

/** Puts generated columns before those from which they are generated. */
function inDropOrder(columns: readonly ColumnSchema[]): ColumnSchema[] {
  const isBase = ({ dependents = [] }: ColumnSchema) => dependents.some(({ generated }) => generated !== undefined);
  return [...columns.filter((column) => !isBase(column)), ...columns.filter(isBase)];
}

function alter(table: ObjectName, from: ColumnSchema, to: ColumnSchema): Operation[] {
  const of = { table, column: to.name };
  const operations: Operation[] = [];
  const isRetyped = from.type !== to.type;
  if (isRetyped) operations.push({ kind: "alterType", ...of, from: from.type, to: to.type });
  // a default has the old type: drop it before the type changes, and set it afterwards
  if (from.default !== null && to.default !== null && !isRetyped) {
    if (from.default !== to.default) {
      operations.push({ kind: "changeDefault", ...of, from: from.default, to: to.default });
    }
  } else {
    if (from.default !== null) operations.push({ kind: "dropDefault", ...of, default: from.default });
    if (to.default !== null) operations.push({ kind: "setDefault", ...of, default: to.default });
  }
  if (from.identity && !to.identity) operations.push({ kind: "dropIdentity", ...of });
  if (!from.identity && to.identity) operations.push({ kind: "addIdentity", ...of });
  if (from.nullable !== to.nullable) operations.push({ kind: to.nullable ? "dropNotNull" : "setNotNull", ...of });
  if (from.comment !== to.comment) {
    operations.push({ kind: "setComment", ...of, from: from.comment, to: to.comment });
  }
  return operations;
}

/** Pairs dropped and added columns of the same type, in order: these may be renames. */
function likelyRenames(
  dropped: readonly ColumnSchema[],
  added: readonly ColumnSchema[],
): Map<ColumnSchema, ColumnSchema> {
  const pairs = new Map<ColumnSchema, ColumnSchema>();
  const free = new Set(added);
  for (const column of dropped) {
    const other = [...free].find(({ type, identity }) => type === column.type && identity === column.identity);
    if (!other) continue;
    pairs.set(column, other);
    free.delete(other);
  }
  return pairs;
}
