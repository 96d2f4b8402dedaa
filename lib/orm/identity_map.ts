/**
 * One row, one object: within a session, whoever asks for a row gets the same object
 * (Fowler, Patterns of Enterprise Application Architecture, "Identity Map").
 *
 * @module
 */
import { keyText } from "../schema/key.ts";
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
