/**
 * Keys of objects and rows. What a program writes in one of several ways, such as a uuid in capitals, is compared in the
 * form in which the server gives it back.
 *
 * @module
 */
import type { Table, TableColumn } from "../schema/table.ts";
import { encodeParameter } from "../values/parameters.ts";
import { storedValue } from "./column_value.ts";

/** Returns the primary key of an object. */
export function keyOf(table: Table, entity: Record<string, unknown>): unknown[] {
  return valuesOf(entity, table.primaryKey);
}

/** Returns the values of columns of an object: of its keys, or of the columns that one refers to. */
export function valuesOf(entity: Record<string, unknown>, columns: readonly TableColumn[]): unknown[] {
  return columns.map((column) => storedValue(column, entity[column.attribute]));
}

/** Reports whether two values of keys are the same. */
export function isSameKey(a: unknown, b: unknown): boolean {
  return a === b || a !== null && b !== null && a !== undefined && b !== undefined && partKey(a) === partKey(b);
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
