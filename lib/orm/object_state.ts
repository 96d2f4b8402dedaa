/**
 * The state of an object beside its attributes: its session, its row, the objects in its relations (SQLAlchemy's
 * `InstanceState`). It is kept apart from the object, so that inspecting the object shows only its columns.
 *
 * @module
 */
import type { Table, TableColumn } from "../schema/table.ts";
import { isUnchanged, restoredValue } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";
import { type MapKey, rowMapKey } from "./key.ts";
import { privateField } from "./private_field.ts";
import type { ObjectReference } from "./reference.ts";
import type { Related } from "./related.ts";
import type { AnyModel } from "./relation.ts";

/**
 * `transient`: never in a session; `new`: pending INSERT; `persistent`: in a session, with a row; `deleted`: pending
 * DELETE; `left`: no longer in a session, with or without a row.
 */
export type ObjectStatus = "transient" | "new" | "persistent" | "deleted" | "left";

/** The number of the newest object. */
export let lastNumber = 0;
const NO_REFERENCES: ReadonlyMap<string, ObjectReference> = new Map();
const NO_COLLECTIONS: ReadonlyMap<string, Related<object>> = new Map();
const NONE: readonly Related<object>[] = [];

/** What has objects: a session's tracker. */
export interface ObjectOwner {
  /** Is told that a collection of one of its objects was loaded. */
  noteFill(owner: ObjectState, collection: Related<object>): void;
}

/** The state of one object. */
export class ObjectState {
  /** Identifies objects that have no key yet. */
  readonly number: number = ++lastNumber;
  status: ObjectStatus = "transient";
  /** The tracker of its session. */
  owner: ObjectOwner | undefined;
  /** The values of its row as last read or written. */
  loaded: readonly unknown[] | undefined;
  /** True when the next query that returns its row reads the values again. */
  isExpired = false;
  /** True when it was read from the database, so that its relations are unknown until they are loaded. */
  isRead = false;
  /** Copied on write, as `collections` is: most objects have none, and two maps each would cost more than their row. */
  references: ReadonlyMap<string, ObjectReference> = NO_REFERENCES;
  collections: ReadonlyMap<string, Related<object>> = NO_COLLECTIONS;

  constructor(readonly entity: Entity, readonly model: AnyModel) {}

  get table(): Table {
    return this.model.table;
  }

  /** The key of its row; the object's own key may have been changed since. */
  get rowKey(): unknown[] {
    return this.table.keyIndexes.map((index) => this.loaded![index]);
  }

  /** The key of its row for the identity map; undefined if it has no row. */
  get identity(): MapKey | undefined {
    return this.loaded && rowMapKey(this.table, this.loaded);
  }

  /** Its collections with pending changes. */
  get pending(): readonly Related<object>[] {
    if (this.collections.size === 0) return NONE;
    return [...this.collections.values()].filter(({ changes }) => changes.size > 0);
  }

  /** Discards changes that were not sent. */
  reset(): void {
    const { table, entity, loaded } = this;
    for (const column of changedColumns({ table, entity, loaded: loaded! })) {
      entity[column.attribute] = restoredValue(column, loaded![table.columns.indexOf(column)]);
    }
    for (const collection of this.collections.values()) collection.reset();
  }

  /** Discards the objects in its relations; they have to be loaded again. */
  forgetRelations(): void {
    this.references = NO_REFERENCES;
    this.unloadCollections();
    for (const collection of this.collections.values()) collection.reset();
  }

  /** Discards the objects in its collections, which have to be loaded again, but not the pending changes. */
  unloadCollections(): void {
    this.isRead = true;
    for (const collection of this.collections.values()) collection.unload();
  }
}

const STATE = privateField<ObjectState>();

/** Returns the state of an object; it is made on first access. */
export function stateOf(entity: Entity): ObjectState {
  return STATE.get(entity) ?? STATE.add(entity, new ObjectState(entity, entity.constructor as unknown as AnyModel));
}

/** An object with a row, and the values of the row as last read or written. */
export interface Persistent {
  readonly table: Table;
  readonly entity: Entity;
  readonly loaded: readonly unknown[];
}

/** The state of an object that has a row. */
export type PersistentState = ObjectState & Persistent;

/** Returns the columns to write, whose values differ from the row. */
export function changedColumns({ table, entity, loaded }: Persistent): TableColumn[] {
  return table.columns.filter((column, index) =>
    !column.generatedAs && !isUnchanged(column, entity[column.attribute], loaded[index])
  );
}
