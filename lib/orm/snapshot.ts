/**
 * Snapshots of objects that a flush is about to write: the values sent, and the state that a rollback restores.
 *
 * @module
 */
import type { TableColumn } from "../schema/table.ts";
import { copyValue, isSame, retainedValue } from "./column_value.ts";
import type { ObjectState, ObjectStatus } from "./object_state.ts";
import type { Changes, Related } from "./related.ts";

const NONE: readonly never[] = [];

/** An object at one moment. */
export class Snapshot {
  /** The values of its columns. */
  readonly values: readonly unknown[];
  /** The pending changes of its collections. */
  readonly changes: readonly (readonly [Related<object>, Changes])[] = NONE;
  readonly #status: ObjectStatus;
  readonly #loaded: readonly unknown[] | undefined;
  readonly #collections: ObjectState["collections"];
  readonly #restoreCollections: readonly (() => void)[] = NONE;
  /** The row as far as the server has returned it; the values sent at first. */
  #row: unknown[] | undefined;

  /** @param isWritten false for an object of which only the relations change. */
  constructor(readonly state: ObjectState, readonly isWritten: boolean = true) {
    const { table, entity, status, loaded, collections } = state;
    this.values = table.columns.map((column) => copyValue(column, entity[column.attribute]));
    this.#status = status;
    this.#loaded = loaded;
    this.#collections = collections;
    if (collections.size === 0) return;
    this.changes = state.pending.map((each) => [each, new Map(each.changes)]);
    this.#restoreCollections = [...collections.values()].map((each) => each.snapshot());
  }

  /** True if the object had no row. */
  get isNew(): boolean {
    return this.#status === "new";
  }

  /** The row before the object was written. */
  get row(): readonly unknown[] | undefined {
    return this.#loaded;
  }

  /** Gives the object a value that the server returned, unless the attribute was assigned since it was sent. */
  take(column: TableColumn, index: number, value: unknown): void {
    const { entity } = this.state;
    const row = this.#row ??= [...this.values];
    if (isSame(column, entity[column.attribute], row[index])) entity[column.attribute] = value;
    row[index] = retainedValue(column, value);
  }

  /** Returns the row after the object was written: the values sent, and those that were returned. */
  writtenRow(): readonly unknown[] {
    const { state: { table, entity } } = this;
    const row = this.#row ?? [...this.values];
    table.columns.forEach((column, index) => {
      if (row[index] === undefined) row[index] = retainedValue(column, entity[column.attribute]);
    });
    return row;
  }

  /** Restores the object; one that was new becomes transient. */
  restore(): void {
    const { state, values } = this;
    state.status = this.#status === "new" ? "transient" : this.#status;
    state.loaded = this.#loaded;
    if (this.#status === "new") state.isRead = false;
    state.table.columns.forEach(({ attribute }, index) => state.entity[attribute] = values[index]);
    for (const restore of this.#restoreCollections) restore();
    for (const [name, collection] of state.collections) {
      if (this.#collections.has(name)) continue; // it was made later
      if (this.#status === "new") collection.fill([]);
      else collection.unload();
      collection.reset();
    }
  }
}
