/**
 * Values of columns: how they are copied and compared. Some can be changed in place, so that a copy is kept, and values
 * are compared by the text that would be sent.
 *
 * @module
 */
import type { TableColumn } from "../schema/table.ts";
import { encodeParameter } from "../values/parameters.ts";

/** Returns a value of a column as it is sent. */
export function sentValue({ bind }: TableColumn, value: unknown): unknown {
  return bind && value !== null && value !== undefined ? bind(value) : value;
}

/**
 * Decodes the values of columns whose types drivers do not know, in place.
 *
 * @param at the position of the first column in a row.
 */
export function decodeRows(columns: readonly TableColumn[], rows: readonly unknown[][], at = 0): void {
  columns.forEach(({ decode }, index) => {
    if (decode) { for (const row of rows) row[at + index] = row[at + index] === null ? null : decode(row[at + index]); }
  });
}

/** Copies a value if it can be changed in place. */
export function copyValue({ copy = structuredClone }: TableColumn, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return value instanceof Date ? new Date(value) : copy(value);
}

/**
 * Returns the form in which a value is kept for comparison: a Date outside the key as its time, which takes less
 * memory.
 */
export function retainedValue(column: TableColumn, value: unknown): unknown {
  return value instanceof Date && isInstant(column) && !column.primaryKey ? value.getTime() : copyValue(column, value);
}

/** Returns the value that was kept by `retainedValue()`. */
export function restoredValue(column: TableColumn, value: unknown): unknown {
  return isInstant(column) && Number.isFinite(value) ? new Date(value as number) : copyValue(column, value);
}

function isInstant({ type }: TableColumn): boolean {
  return type === "timestamptz";
}

/**
 * Reports whether two values of a column are equal, so that it need not be written.
 *
 * @param b may be a retained value.
 */
export function isSame(column: TableColumn, a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date && typeof b === "number") return a.getTime() === b; // a retained Date
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  try {
    return encodeParameter(sentValue(column, a)) === encodeParameter(sentValue(column, b));
  } catch {
    return false; // sending it reports the error
  }
}
