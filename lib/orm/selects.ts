/**
 * The SELECTs that a session writes itself: a row by its key, and related rows. Nothing here talks to a database.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import { readCast, type Table, type TableColumn } from "../schema/table.ts";
import type { JoinPlan } from "./joins.ts";
import { parameterType } from "./parameter_type.ts";
import type { Relation } from "./relation.ts";

/** Options of a row lock, which lasts until the end of the transaction. */
export interface RowLockOptions {
  /** Omits rows that another transaction has locked. */
  readonly skipLocked?: boolean;
  /** Fails with a LockTimeoutError, instead of waiting, if another transaction has locked a row. */
  readonly noWait?: boolean;
}

const SELECT_BY_KEY = new WeakMap<Table, string>();

/** Returns the SELECT of a row by its key. Its text is made once for each table. */
export function selectByKey(table: Table, lock: boolean | RowLockOptions = false): string {
  const sql = SELECT_BY_KEY.getOrInsertComputed(table, () => {
    const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${index + 1}`).join(" AND ");
    return `SELECT ${columnsOf(table)} FROM ${table.sqlName} WHERE ${key}`;
  });
  if (!lock) return sql;
  const { skipLocked, noWait }: RowLockOptions = lock === true ? {} : lock;
  return `${sql} FOR UPDATE${skipLocked ? " SKIP LOCKED" : ""}${noWait ? " NOWAIT" : ""}`;
}

/** Returns the SELECT of the rows that owners refer to; the parameters are an array for each column of their keys. */
export function selectReferred({ key, target: { table } }: Relation, { columns, joined, order }: JoinPlan): string {
  return `SELECT ${[columnsOf(table), ...columns].join(", ")} FROM ${table.sqlName}${joined} ` +
    `WHERE ${isGiven(columnsIn(quote(table.name), key.referredColumns), key.referredColumns)}` +
    (order ? ` ORDER BY ${order.join(", ")}` : "");
}

/**
 * Returns the SELECT of the rows in the collections of owners; the parameters are an array for each column of the
 * owners' keys. The owner's key follows the columns of the target.
 */
export function selectCollected(
  { key, otherKey, target: { table } }: Relation,
  { columns, joined, names, order = keysOf(table) }: JoinPlan,
): string {
  const from = otherKey ? names.take(key.from.name) : table.name; // of the association table, or of the target itself
  const alias = from === key.from.name ? "" : ` AS ${quote(from)}`;
  const owner = columnsIn(quote(from), key.columns);
  const link = otherKey
    ? ` JOIN ${key.from.sqlName}${alias} ON ` +
      areEqual(quote(from), otherKey.columns, quote(table.name), otherKey.referredColumns)
    : "";
  const ownerKey = owner.map((name, index) => name + readCast(key.columns[index]));
  const list = [columnsOf(table), ...ownerKey, ...columns].join(", ");
  return `SELECT ${list} FROM ${table.sqlName}${link}${joined} ` +
    `WHERE ${isGiven(owner, key.referredColumns)} ORDER BY ${order.join(", ")}`;
}

/**
 * Compares columns with the keys in the parameters, which are of the types of other columns.
 *
 * @param before the number of parameters before them.
 */
export function isGiven(names: readonly string[], types: readonly TableColumn[], before = 0): string {
  const arrays = types.map(({ type }, index) => `$${before + index + 1}::${parameterType(type)}[]`).join(", ");
  return names.length === 1
    ? `${names[0]} = ANY(${arrays})`
    : `(${names.join(", ")}) IN (SELECT * FROM unnest(${arrays}))`;
}

/**
 * Compares the columns of two tables, pair by pair.
 *
 * @param one the name of a table in the SELECT, quoted.
 * @param other that of the other.
 */
export function areEqual(
  one: string,
  ones: readonly TableColumn[],
  other: string,
  others: readonly TableColumn[],
): string {
  return ones.map(({ name }, index) => `${one}.${quote(name)} = ${other}.${quote(others[index].name)}`).join(" and ");
}

/**
 * Lists the columns of a table for a SELECT.
 *
 * @param alias the name of the table in the SELECT, quoted.
 */
export function columnsOf(table: Table, alias: string = quote(table.name)): string {
  return table.columns.map((column) => `${alias}.${quote(column.name)}${readCast(column)}`).join(", ");
}

/** Lists the columns of the primary key. */
export function keysOf(table: Table, alias: string = quote(table.name)): string[] {
  return columnsIn(alias, table.primaryKey);
}

function columnsIn(alias: string, columns: readonly TableColumn[]): string[] {
  return columns.map(({ name }) => `${alias}.${quote(name)}`);
}
