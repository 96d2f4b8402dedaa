/**
 * Values of columns: how they are copied and compared. Some can be changed in place, so that a copy is kept, and values
 * are compared by the text that would be sent.
 *
 * @module
 */
import type { TableColumn } from "../schema/table.ts";
import { encodeParameter } from "../values/parameters.ts";

/** Copies a value if it can be changed in place. */
export function copyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return value instanceof Date ? new Date(value) : structuredClone(value);
}

/**
 * Returns the form in which a value is kept for comparison: a Date outside the key as its time, which takes less
 * memory.
 */
export function retainedValue({ primaryKey }: TableColumn, value: unknown): unknown {
  return value instanceof Date && !primaryKey ? value.getTime() : copyValue(value);
}

/** Returns the value that was kept by `retainedValue()`. */
export function restoredValue({ type }: TableColumn, value: unknown): unknown {
  return type === "timestamptz" && Number.isFinite(value) ? new Date(value as number) : copyValue(value);
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
  const { bind = (value) => value } = column;
  try {
    return encodeParameter(bind(a)) === encodeParameter(bind(b));
  } catch {
    return false; // sending it reports the error
  }
}
