/**
 * One row, one object: within a session, whoever asks for a row gets the same object
 * (Fowler, Patterns of Enterprise Application Architecture, "Identity Map").
 *
 * @module
 */
import { encodeParameter } from "../engine/drivers/parameters.ts";
import type { Table } from "../schema/table.ts";

/** An object of a model, seen by its attributes. */
export type Entity = Record<string, unknown>;

/** What is known of the objects of a session, by table and primary key. */
export class IdentityMap<Known> {
  readonly #objects = new Map<Table, Map<string, Known>>();

  get(table: Table, key: readonly unknown[]): Known | undefined {
    return this.#objects.get(table)?.get(keyText(key));
  }

  set(table: Table, key: readonly unknown[], known: Known): void {
    this.#objects.getOrInsertComputed(table, () => new Map()).set(keyText(key), known);
  }

  delete(table: Table, key: readonly unknown[]): void {
    this.#objects.get(table)?.delete(keyText(key));
  }
}

/** The primary key of an object. */
export function keyOf(table: Table, entity: Entity): unknown[] {
  return table.primaryKey.map(({ attribute }) => entity[attribute]);
}

/** A key as text; the separator is a character PostgreSQL's texts cannot contain. */
export function keyText(key: readonly unknown[]): string {
  return key.length === 1 ? partText(key[0]) : key.map(partText).join("\0");
}

/** A Date's own text would leave out the milliseconds. */
function partText(value: unknown): string {
  return String(typeof value === "object" ? encodeParameter(value) : value);
}
