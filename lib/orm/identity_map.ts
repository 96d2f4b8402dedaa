/**
 * One row, one object: within a session, whoever asks for a row gets the same object
 * (Fowler, Patterns of Enterprise Application Architecture, "Identity Map").
 *
 * @module
 */
import type { MapKey } from "./key.ts";
import type { Table } from "../schema/table.ts";

/** An object of a model, seen by its attributes. */
export type Entity = Record<string, unknown>;

/** What is known of the objects of a session, by table and by primary key as `mapKey()` gives it. */
export class IdentityMap<Known> {
  readonly #objects = new Map<Table, Map<MapKey, Known>>();

  get(table: Table, key: MapKey | undefined): Known | undefined {
    return key === undefined ? undefined : this.#objects.get(table)?.get(key);
  }

  set(table: Table, key: MapKey, known: Known): void {
    this.#objects.getOrInsertComputed(table, () => new Map()).set(key, known);
  }

  delete(table: Table, key: MapKey): void {
    this.#objects.get(table)?.delete(key);
  }

  /** Copies the maps: one whose keys come and go leads from each of its former tables to the next, garbage included. */
  renew(): void {
    for (const [table, objects] of this.#objects) this.#objects.set(table, new Map(objects));
  }
}
