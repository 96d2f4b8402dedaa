/** Primary keys of objects. @module */
import { encodeParameter } from "../engine/drivers/parameters.ts";
import type { Table } from "./table.ts";

/** The primary key of an object. */
export function keyOf(table: Table, entity: Record<string, unknown>): unknown[] {
  return table.primaryKey.map(({ attribute }) => entity[attribute]);
}

/** A key as text; the separator is a character PostgreSQL's texts cannot contain. */
export function keyText(key: readonly unknown[]): string {
  return key.length === 1 ? partText(key[0]) : key.map(partText).join("\0");
}

/** The key of a row, which has the columns of its table first, as text. */
export function rowKeyText({ keyIndexes }: Table, row: readonly unknown[]): string {
  return keyIndexes.length === 1 ? partText(row[keyIndexes[0]]) : keyText(keyIndexes.map((index) => row[index]));
}

/** A Date's own text would leave out the milliseconds. */
function partText(value: unknown): string {
  return String(typeof value === "object" ? encodeParameter(value) : value);
}
