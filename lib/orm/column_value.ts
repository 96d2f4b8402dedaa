/**
 * Values of columns: how they are copied and compared. Some can be changed in place, so that a copy is kept, and values
 * are compared by the text that would be sent.
 *
 * @module
 */
import type { TableColumn } from "../schema/table.ts";
import { copyDate, fromEpoch, isInstant, sinceEpoch } from "../values/instants.ts";
import { encodeParameter } from "../values/parameters.ts";

/** Returns a value of a column as it is sent. */
export function sentValue({ bind }: TableColumn, value: unknown): unknown {
  return bind && value !== null && value !== undefined ? bind(value) : value;
}

/** Returns a value of a column as the server gives it back; the value itself where only the server can tell. */
export function storedValue({ stored }: TableColumn, value: unknown): unknown {
  return stored && value !== null && value !== undefined ? stored(value) ?? value : value;
}

/** Reports whether the server gives a value back as it is sent. */
export function isStoredAsSent({ stored, serverChanges }: TableColumn, value: unknown): boolean {
  if (serverChanges) return false;
  return !stored || value === null || value === undefined || Object.is(stored(value), value);
}

/** Arranges keys as the parameters of a SELECT: an array for each column. */
export function sentColumns(columns: readonly TableColumn[], keys: readonly unknown[][]): unknown[][] {
  return columns.map((column, index) => keys.map((key) => sentValue(column, key[index])));
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
  return value instanceof Date ? copyDate(value) : copy(value);
}

/**
 * Returns the form in which a value is kept for comparison: a Date outside the key as its microseconds, where a number
 * can hold them, which takes less memory.
 */
export function retainedValue(column: TableColumn, value: unknown): unknown {
  if (!(value instanceof Date) || !isTimestamptz(column) || column.primaryKey) return copyValue(column, value);
  const microseconds = sinceEpoch(value);
  return Number.isSafeInteger(microseconds) ? microseconds : copyDate(value);
}

/** Returns the value that was kept by `retainedValue()`. */
export function restoredValue(column: TableColumn, value: unknown): unknown {
  return isTimestamptz(column) && Number.isFinite(value) ? fromEpoch(value as number) : copyValue(column, value);
}

function isTimestamptz({ type }: TableColumn): boolean {
  return type === "timestamptz";
}

/**
 * Reports whether two values of a column are equal, so that it need not be written.
 *
 * @param b may be a retained value.
 */
export function isSame(column: TableColumn, a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  const isKey = column.primaryKey || column.references !== undefined; // its objects are found by every digit
  if (!isKey && a instanceof Date && (b instanceof Date || Number.isFinite(b))) return isInstant(a, b as Date | number);
  if (a instanceof Date && typeof b === "number") return isSame(column, a, restoredValue(column, b));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  try {
    return encodeParameter(sentValue(column, a)) === encodeParameter(sentValue(column, b));
  } catch {
    return false; // sending it reports the error
  }
}

/**
 * Reports whether a value is the one of the row, in the form of the row: a Date in JSON is sent as text, but is none, and
 * the nanoseconds of an instant are rounded.
 */
export function isUnchanged(column: TableColumn, value: unknown, loaded: unknown): boolean {
  if (!isSame(column, value, loaded)) return false;
  if (typeof value !== "object" || value === null || value instanceof Date) return true;
  const stored = column.stored ? column.stored(value) : value;
  return stored === value || isAlike(value, loaded, stored === undefined);
}

/**
 * Reports whether values that are sent as the same text are the same.
 *
 * @param isOwn the objects are of a type of the program's own: only it can tell.
 */
function isAlike(a: unknown, b: unknown, isOwn: boolean): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.every((element, index) => isAlike(element, b[index], isOwn));
  if (a instanceof Temporal.Instant && b instanceof Temporal.Instant) return a.equals(b);
  if (a instanceof Date) return b instanceof Date;
  return Object.is(a, b) || isOwn && typeof a === "object" && typeof b === "object";
}
