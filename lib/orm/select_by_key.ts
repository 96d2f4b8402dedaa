/** The SELECT of `session.get()`. @module */
import { quote } from "../schema/quote.ts";
import type { Table } from "../schema/table.ts";
import { columnsOf, type LockOptions } from "./select.ts";

const SELECT_BY_KEY = new WeakMap<Table, string>();

/** The SELECT of the row with a key: written once a table. @param lock true: without options. */
export function selectByKey(table: Table, lock: boolean | LockOptions = false): string {
  const sql = SELECT_BY_KEY.getOrInsertComputed(table, () => {
    const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${index + 1}`).join(" AND ");
    return `SELECT ${columnsOf(table)} FROM ${table.sqlName} WHERE ${key}`;
  });
  if (!lock) return sql;
  const { skipLocked, noWait } = lock === true ? {} as LockOptions : lock;
  return `${sql} FOR UPDATE${skipLocked ? " SKIP LOCKED" : ""}${noWait ? " NOWAIT" : ""}`;
}
