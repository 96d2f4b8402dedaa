/** Compares the columns of a table. @module */
import { type ColumnSchema, isRebuilt, type ObjectName, typeOf } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import type { TablePlan } from "./plan.ts";

/** Differences between the columns of a table. */
export interface ColumnChanges {
  readonly operations: readonly Operation[];
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
  /** Columns that are dropped and added again, or would be on the way back. */
  readonly rebuilt: ReadonlySet<string>;
}

/** Compares names, types, nullability, defaults, identity and comments. Ignores the order of columns. */
export function compareColumns({ live, wanted, fixed, refused, heldIdentities }: TablePlan): ColumnChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const [before, after] = [live, wanted].map(({ columns }) => new Map(columns.map((column) => [column.name, column])));
  const added = wanted.columns.filter(({ name }) => !before.has(name) && !refused.has(name));
  const dropped = live.columns.filter(({ name }) => !after.has(name) && !fixed.has(name));
  const operations: Operation[] = [];
  const retyped = new Set<string>();
  const rebuilt = new Set<string>();
  for (const column of wanted.columns) {
    const there = before.get(column.name);
    if (!there || fixed.has(column.name)) continue;
    if (isRebuilt(there, column)) {
      rebuilt.add(column.name);
      operations.push(...regenerate(table, there, column));
      if (column.generated !== undefined) continue;
    }
    if (typeOf(there) !== typeOf(column)) retyped.add(column.name);
    const identity = heldIdentities.has(column.name) ? there.identity : column.identity;
    operations.push(...alter(table, there, { ...column, identity }));
  }
  const pairs = likelyRenames(dropped, added);
  return {
    operations: [
      ...dropped.map((column): Operation => {
        const to = pairs.get(column)?.name;
        return { kind: "dropColumn", table, column, ...(to === undefined ? {} : { mayBe: to }) };
      }),
      ...operations,
      ...added.map((column): Operation => ({ kind: "addColumn", table, column })),
    ].toSorted((one, other) => turnOf(one) - turnOf(other)),
    retyped,
    rebuilt,
  };
}

/** Generated columns use others: they are dropped before them, and added after them. */
function turnOf(operation: Operation): number {
  if (operation.kind !== "dropColumn" && operation.kind !== "addColumn") return 0;
  if (operation.column.generated === undefined) return 0;
  return operation.kind === "dropColumn" ? -1 : 1;
}

/** Changes the expression of a generated column. */
function regenerate(table: ObjectName, from: ColumnSchema, to: ColumnSchema): Operation[] {
  if (to.generated === undefined) return [{ kind: "dropExpression", table, column: from }];
  const isAlike = typeOf(from) === typeOf(to) && from.nullable === to.nullable && from.identity === null;
  if (from.generated === undefined && isAlike) {
    // on the way back the column keeps its values, and gets its default and comment again
    return [...alter(table, from, to), { kind: "addExpression", table, column: to }];
  }
  return [{ kind: "dropColumn", table, column: from }, { kind: "addColumn", table, column: to }];
}

function alter(table: ObjectName, from: ColumnSchema, to: ColumnSchema): Operation[] {
  const of = { table, column: to.name };
  const lost = from.sequence ? { sequence: from.sequence } : {};
  const operations: Operation[] = [];
  const isRetyped = typeOf(from) !== typeOf(to);
  if (isRetyped) operations.push({ kind: "alterType", ...of, from: typeOf(from), to: typeOf(to) });
  // a default has the old type: drop it before the type changes, and set it afterwards
  const isKept = from.isSerial &&
    (to.isSerial || to.default === from.default || to.default === null && to.identity === null);
  if (from.default !== null && to.default !== null && !isRetyped && !from.isSerial && !to.isSerial) {
    if (from.default !== to.default) {
      operations.push({ kind: "changeDefault", ...of, from: from.default, to: to.default });
    }
  } else if (!isKept) {
    if (from.isSerial && to.identity) operations.push({ kind: "dropSerial", ...of, type: from.type, ...lost });
    else if (from.default !== null) operations.push({ kind: "dropDefault", ...of, default: from.default });
    if (to.isSerial) operations.push({ kind: "addSerial", ...of, type: to.type });
    else if (to.default !== null) operations.push({ kind: "setDefault", ...of, default: to.default });
  }
  if (from.identity !== to.identity) {
    if (from.identity && to.identity) {
      operations.push({ kind: "changeIdentity", ...of, from: from.identity, to: to.identity });
    } else if (from.identity) operations.push({ kind: "dropIdentity", ...of, identity: from.identity, ...lost });
    else if (to.identity) operations.push({ kind: "addIdentity", ...of, identity: to.identity });
  }
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
