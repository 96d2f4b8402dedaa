/**
 * Primary keys of objects and rows.
 *
 * @module
 */
import type { Table } from "../schema/table.ts";
import { encodeParameter } from "../values/parameters.ts";

/** Returns the primary key of an object. */
export function keyOf(table: Table, entity: Record<string, unknown>): unknown[] {
  return table.primaryKey.map(({ attribute }) => entity[attribute]);
}

/** A primary key as the key of a Map. */
export type MapKey = string | number;

/** Converts a primary key to a Map key; the separator is a character that PostgreSQL's text cannot contain. */
export function mapKey(key: readonly unknown[]): MapKey {
  return key.length === 1 ? partKey(key[0]) : key.map(partText).join("\0");
}

/** Returns the Map key of a row that starts with the columns of its table. */
export function rowMapKey({ keyIndexes }: Table, row: readonly unknown[]): MapKey {
  return keyIndexes.length === 1 ? partKey(row[keyIndexes[0]]) : mapKey(keyIndexes.map((index) => row[index]));
}

/**
 * Converts one value: to a number where its text is that of a number (a bigint's or a string's too), else to a string.
 * V8 keeps every string that was used as a Map key until a full garbage collection: numbers save 60 MB in a long
 * stream.
 */
function partKey(value: unknown): MapKey {
  if (Number.isSafeInteger(value)) return value as number;
  const text = partText(value);
  const number = text.length < 16 ? Number(text) : NaN;
  return String(number) === text ? number : text;
}

/** Converts one value to text; a Date's own `toString()` would drop the milliseconds. */
function partText(value: unknown): string {
  return String(typeof value === "object" ? encodeParameter(value) : value);
}
