/**
 * One row, one object: within a session, whoever asks for a row gets the same object
 * (Fowler, Patterns of Enterprise Application Architecture, "Identity Map").
 *
 * @module
 */
import type { Table } from "../schema/table.ts";

/** An object of a model, seen by its attributes. */
export type Entity = Record<string, unknown>;

/** What is known of the objects of a session, by table and by primary key as `keyText()` gives it. */
export class IdentityMap<Known> {
  readonly #objects = new Map<Table, Map<string, Known>>();

  get(table: Table, key: string | undefined): Known | undefined {
    return key === undefined ? undefined : this.#objects.get(table)?.get(key);
  }

  set(table: Table, key: string, known: Known): void {
    this.#objects.getOrInsertComputed(table, () => new Map()).set(key, known);
  }

  delete(table: Table, key: string): void {
    this.#objects.get(table)?.delete(key);
  }
}
