/**
 * The identity map: one object for each row of a session (Fowler, Patterns of Enterprise Application Architecture,
 * "Identity Map").
 *
 * @module
 */
import type { Table } from "../schema/table.ts";
import type { MapKey } from "./key.ts";

/** An object of a model as its attributes. */
export type Entity = Record<string, unknown>;

/** Values by table and by primary key in the form of `mapKey()`. */
export class IdentityMap<Value> {
  readonly #tables = new Map<Table, Map<MapKey, Value>>();

  get(table: Table, key: MapKey | undefined): Value | undefined {
    return key === undefined ? undefined : this.#tables.get(table)?.get(key);
  }

  set(table: Table, key: MapKey, value: Value): void {
    this.#tables.getOrInsertComputed(table, () => new Map()).set(key, value);
  }

  delete(table: Table, key: MapKey): void {
    this.#tables.get(table)?.delete(key);
  }

  /**
   * Copies the maps, to release memory: V8 chains the former hash tables of a Map whose keys come and go, garbage
   * included.
   */
  compact(): void {
    for (const [table, values] of this.#tables) this.#tables.set(table, new Map(values));
  }
}
