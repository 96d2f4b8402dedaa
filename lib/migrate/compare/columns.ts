/** Compares the columns of a table. @module */
import { type ColumnSchema, fullName, type TableSchema, type UnmodelledObject } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { mentions } from "./text.ts";

/** Differences between the columns of a table. */
export interface ColumnChanges {
  readonly operations: readonly Operation[];
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
  /** Columns that are kept although the models do not contain them. */
  readonly unmodelled: readonly UnmodelledObject[];
}

/** Compares names, types, nullability, defaults, identity and comments. Ignores the order of columns. */
export function compareColumns(live: TableSchema, wanted: TableSchema): ColumnChanges {
  const table = { schema: wanted.schema, name: wanted.name };
  const added = wanted.columns.filter(({ name }) => !live.columns.some((column) => column.name === name));
  const removed = live.columns.filter(({ name }) => !wanted.columns.some((column) => column.name === name));
  const dropped = removed.filter((column) => whatKeeps(live, column) === undefined);
  const operations: Operation[] = [];
  const retyped = new Set<string>();
  const unmodelled: UnmodelledObject[] = removed.filter((column) => column.leftAlone === undefined).flatMap(
    (column) => {
      const reason = whatKeeps(live, column);
      return reason === undefined ? [] : [{ kind: "column", name: `${fullName(live)}.${column.name}`, reason }];
    },
  );
  for (const column of wanted.columns) {
    const there = live.columns.find(({ name }) => name === column.name);
    if (!there || there.leftAlone !== undefined && there.leftAlone !== column.leftAlone) continue;
    if (there.type !== column.type && there.usedBy !== undefined) {
      const reason = `its type is ${there.type} and not ${column.type}, but the ${there.usedBy} depends on it`;
      unmodelled.push({ kind: "column", name: `${fullName(live)}.${column.name}`, reason });
      continue;
    }
    if (there.type !== column.type) retyped.add(column.name);
    operations.push(...alter(table, there, column));
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
    ],
    retyped,
    unmodelled,
  };
}

function alter(table: { schema?: string; name: string }, from: ColumnSchema, to: ColumnSchema): Operation[] {
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

/** Reason to keep a column that the models do not contain. */
function whatKeeps(table: TableSchema, { name, leftAlone, usedBy }: ColumnSchema): string | undefined {
  if (leftAlone !== undefined) return leftAlone;
  if (usedBy !== undefined) return `the ${usedBy} depends on it`;
  const parts = [
    ...[...table.uniques, ...table.foreignKeys, ...(table.primaryKey ? [table.primaryKey] : [])].filter(({ columns }) =>
      columns.includes(name)
    ),
    ...table.checks.filter(({ expression }) => mentions(expression, name)),
    ...table.indexes.filter(({ keys, where }) => mentions([...keys, where].join(" "), name)),
  ];
  const odd = parts.find((part) => part.leftAlone !== undefined);
  return odd && `${odd.name}, which models cannot describe, depends on it`;
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
