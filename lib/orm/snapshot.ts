/** What an object is when a flush writes it: what is sent of it, and what a rollback returns it to. @module */
import { copy } from "./column_value.ts";
import type { ObjectState, ObjectStatus } from "./object_state.ts";
import type { Changes, Related } from "./relations.ts";

const NONE: readonly never[] = [];

/** An object at one moment. */
export class Snapshot {
  /** The values of its columns. */
  readonly values: readonly unknown[];
  /** What waited to be written of its collections. */
  readonly changes: readonly (readonly [Related<object>, Changes])[] = NONE;
  readonly #status: ObjectStatus;
  readonly #loaded: readonly unknown[] | undefined;
  readonly #collections: readonly (() => void)[] = NONE;

  constructor(readonly state: ObjectState) {
    const { table, entity, status, loaded, collections } = state;
    this.values = table.columns.map(({ attribute }) => copy(entity[attribute]));
    this.#status = status;
    this.#loaded = loaded;
    if (collections.size === 0) return;
    this.changes = state.pending.map((each) => [each, new Map(each.changes)]);
    this.#collections = [...collections.values()].map((each) => each.snapshot());
  }

  /** Returns the object to what it was; one that was new is in no session then. */
  restore(): void {
    const { state, values } = this;
    state.status = this.#status === "new" ? "transient" : this.#status;
    state.loaded = this.#loaded;
    state.table.columns.forEach(({ attribute }, index) => state.entity[attribute] = values[index]);
    for (const restore of this.#collections) restore();
  }
}
