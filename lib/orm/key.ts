/** Primary keys of objects. @module */
import { encodeParameter } from "../values/parameters.ts";
import type { Table } from "../schema/table.ts";

/** The primary key of an object. */
export function keyOf(table: Table, entity: Record<string, unknown>): unknown[] {
  return table.primaryKey.map(({ attribute }) => entity[attribute]);
}

/** What stands for a primary key in a Map. */
export type MapKey = string | number;

/** A key as a Map finds it again; the separator is a character PostgreSQL's texts cannot contain. */
export function mapKey(key: readonly unknown[]): MapKey {
  return key.length === 1 ? partKey(key[0]) : key.map(partText).join("\0");
}

/** The key of a row, which has the columns of its table first. */
export function rowMapKey({ keyIndexes }: Table, row: readonly unknown[]): MapKey {
  return keyIndexes.length === 1 ? partKey(row[keyIndexes[0]]) : mapKey(keyIndexes.map((index) => row[index]));
}

/**
 * A number where the text is that of a number (also of a bigint, or of a text), else the text. V8 keeps each text that
 * was ever a key in a Map until it collects all garbage: with numbers a long stream needs 60 MB less.
 */
function partKey(value: unknown): MapKey {
  if (Number.isSafeInteger(value)) return value as number;
  const text = partText(value);
  const number = text.length < 16 ? Number(text) : NaN;
  return String(number) === text ? number : text;
}

/** A Date's own text would leave out the milliseconds. */
function partText(value: unknown): string {
  return String(typeof value === "object" ? encodeParameter(value) : value);
}
