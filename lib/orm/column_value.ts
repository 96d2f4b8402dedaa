/** The values of columns: some can be changed in place, so they are copied, and compared by what is sent. @module */
import { encodeParameter } from "../values/parameters.ts";
import type { TableColumn } from "../schema/table.ts";

/** A copy of a value that could be changed in place. */
export function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return value instanceof Date ? new Date(value) : structuredClone(value);
}

/** What is kept of a value to compare with later: of a moment that is in no key its time, which is smaller than a Date. */
export function kept({ primaryKey }: TableColumn, value: unknown): unknown {
  return value instanceof Date && !primaryKey ? value.getTime() : copy(value);
}

/** The value of which this was kept. */
export function restored({ type }: TableColumn, value: unknown): unknown {
  return type === "timestamptz" && Number.isFinite(value) ? new Date(value as number) : copy(value);
}

/** True when a column need not be written: it would hold the same. */
export function isSame(column: TableColumn, a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date && typeof b === "number") return a.getTime() === b; // as it was kept
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  const { bind = (value) => value } = column;
  try {
    return encodeParameter(bind(a)) === encodeParameter(bind(b));
  } catch {
    return false; // what is wrong with it is said when it is to be sent
  }
}
