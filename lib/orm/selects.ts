/**
 * The SELECTs that a session writes itself: of the row with a key, of related rows, and the joins of `joinedload`, which
 * any of its queries may have. Nothing here talks to a database.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import type { AnyModel, Relation } from "./relation.ts";
import { isEnumList, type Table, type TableColumn } from "../schema/table.ts";

/** How rows are locked until the end of the transaction. */
export interface LockOptions {
  /** Leave out rows that somebody else has locked. */
  readonly skipLocked?: boolean;
  /** Fail at once, with a LockTimeoutError, where somebody else has locked a row. */
  readonly noWait?: boolean;
}

const SELECT_BY_KEY = new WeakMap<Table, string>();

/** The row with a key: written once a table. @param lock true: without options. */
export function selectByKey(table: Table, lock: boolean | LockOptions = false): string {
  const sql = SELECT_BY_KEY.getOrInsertComputed(table, () => {
    const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${index + 1}`).join(" AND ");
    return `SELECT ${columnsOf(table)} FROM ${table.sqlName} WHERE ${key}`;
  });
  if (!lock) return sql;
  const { skipLocked, noWait } = lock === true ? {} as LockOptions : lock;
  return `${sql} FOR UPDATE${skipLocked ? " SKIP LOCKED" : ""}${noWait ? " NOWAIT" : ""}`;
}

/** A relation to load. Made by `selectinload` and `joinedload`. */
export interface LoaderOption<Name extends string = string, Nested = unknown> {
  readonly name: Name;
  readonly isJoined: boolean;
  /** What to load with its objects. */
  readonly nested: readonly (Nested & LoaderOption)[];
}

/** A relation that is joined. */
export interface Join {
  readonly relation: Relation;
  /** Where in a row its columns begin. */
  readonly at: number;
  /** What is joined to its rows in turn. */
  readonly joins: readonly Join[];
  readonly nested: readonly LoaderOption[];
}

/** What a query joins to the rows of a table, as SQL, and what that is for. */
export interface JoinPlan {
  readonly joins: readonly Join[];
  /** The columns, relation by relation, each before those that are joined to it. */
  readonly columns: readonly string[];
  /** The joins, each with a space before it. */
  readonly joined: string;
  /** By what the rows are sorted where the query leaves it open, if they come several times; else they do not. */
  readonly order: readonly string[] | undefined;
}

/**
 * The joins to the rows of a model's table. Each table gets a name of its own, numbered as SQLAlchemy does: `toys_1`.
 *
 * @param relationOf finds a relation of a model.
 * @param at where in a row the first column of a join is.
 */
export function planJoins(
  model: AnyModel,
  options: readonly LoaderOption[],
  relationOf: (model: AnyModel, name: string) => Relation,
  at: number = model.table.columns.length,
): JoinPlan {
  const names = new Set([model.table.name]);
  const columns: string[] = [];
  const order: string[] = [];
  let joined = "";

  const alias = (table: Table): string => {
    const name = table.name.slice(0, 55); // PostgreSQL cuts names after 63 bytes: the number must not be lost
    let number = 1;
    while (names.has(`${name}_${number}`)) number++;
    names.add(`${name}_${number}`);
    return quote(`${name}_${number}`);
  };
  const add = (owner: string, model: AnyModel, options: readonly LoaderOption[]): Join[] =>
    options.filter(({ isJoined }) => isJoined).map(({ name, nested }) => {
      const relation = relationOf(model, name);
      const { kind, key, otherKey, target } = relation;
      const as = alias(target.table);
      const named = `${target.table.sqlName} as ${as}`;
      if (otherKey) {
        const link = alias(key.from);
        const linked = `${as}.${quote(otherKey.referred.name)} = ${link}.${quote(otherKey.column.name)}`;
        joined += ` left outer join (${key.from.sqlName} as ${link} join ${named} on ${linked})` +
          ` on ${link}.${quote(key.column.name)} = ${owner}.${quote(key.referred.name)}`;
      } else {
        const [own, other] = kind === "many-to-one" ? [key.column, key.referred] : [key.referred, key.column];
        joined += ` left outer join ${named} on ${as}.${quote(other.name)} = ${owner}.${quote(own.name)}`;
      }
      columns.push(columnsOf(target.table, as));
      if (kind !== "many-to-one") order.push(...keysOf(target.table, as));
      const begin = at;
      at += target.table.columns.length;
      return { relation, at: begin, joins: add(as, target, nested), nested };
    });
  const joins = add(quote(model.table.name), model, options);
  return { joins, columns, joined, order: order.length > 0 ? [...keysOf(model.table), ...order] : undefined };
}

/** The rows that owners refer to, whose keys are the parameter. */
export function selectReferred({ key, target: { table } }: Relation, { columns, joined, order }: JoinPlan): string {
  return `SELECT ${[columnsOf(table), ...columns].join(", ")} FROM ${table.sqlName}${joined} ` +
    `WHERE ${columnOf(table, key.referred)} = ANY($1::${key.referred.type}[])` +
    (order ? ` ORDER BY ${order.join(", ")}` : "");
}

/** The rows in the collections of owners, whose keys are the parameter; after its own columns a row has that key. */
export function selectCollected(
  { key, otherKey, target: { table } }: Relation,
  { columns, joined, order = keysOf(table) }: JoinPlan,
): string {
  const owner = columnOf(key.from, key.column); // of the association table, or of the target itself
  const link = otherKey
    ? ` JOIN ${key.from.sqlName} ON ${columnOf(key.from, otherKey.column)} = ${columnOf(table, otherKey.referred)}`
    : "";
  return `SELECT ${[columnsOf(table), owner, ...columns].join(", ")} FROM ${table.sqlName}${link}${joined} ` +
    `WHERE ${owner} = ANY($1::${key.referred.type}[]) ORDER BY ${order.join(", ")}`;
}

/** The columns of a table as a SELECT names them. @param as what the table is called there */
export function columnsOf(table: Table, as: string = quote(table.name)): string {
  const cast = (column: TableColumn) => isEnumList(column) ? "::text[]" : "";
  return table.columns.map((column) => `${as}.${quote(column.name)}${cast(column)}`).join(", ");
}

function keysOf(table: Table, as?: string): string[] {
  return table.primaryKey.map((column) => columnOf(table, column, as));
}

function columnOf(table: Table, { name }: TableColumn, as: string = quote(table.name)): string {
  return `${as}.${quote(name)}`;
}
