/**
 * What is known of an object beside its attributes: the session it is in, the row it has, what it holds in its relations
 * (SQLAlchemy's `InstanceState`). Kept apart from the object, so that this shows nothing but its columns.
 *
 * @module
 */
import { isSame, restored } from "./column_value.ts";
import { type MapKey, rowMapKey } from "./key.ts";
import { privateField } from "./private_field.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./relation.ts";
import type { Reference, Related } from "./relations.ts";

/**
 * `transient`: in no session yet; `new`: to be inserted; `persistent`: in a session, with a row; `deleted`: to be
 * deleted; `left`: in no session any more, with its row or without one.
 */
export type ObjectStatus = "transient" | "new" | "persistent" | "deleted" | "left";

/** The number of the object that was made last. */
export let lastNumber = 0;
const NONE: ReadonlyMap<string, never> = new Map<string, never>();
const NO_COLLECTIONS: readonly Related<object>[] = [];

/** The state of one object. */
export class ObjectState {
  /** Tells objects apart that have no key yet. */
  readonly number: number = ++lastNumber;
  status: ObjectStatus = "transient";
  /** The tracker of its session. */
  owner: object | undefined;
  /** The values of its row as they were last seen. */
  loaded: readonly unknown[] | undefined;
  /** The next query that meets its row reads its values anew. */
  isExpired = false;
  /** It came from the database: what it holds in its relations is unknown until it was loaded. */
  isRead = false;
  /** Both are copied to be changed: most objects hold nothing, and two maps each would cost more than their row. */
  references: ReadonlyMap<string, Reference> = NONE;
  collections: ReadonlyMap<string, Related<object>> = NONE;

  constructor(readonly entity: Entity, readonly model: AnyModel) {}

  get table(): Table {
    return this.model.table;
  }

  /** The key of its row as it is in the database: the object may have got another one since. */
  get rowKey(): unknown[] {
    return this.table.keyIndexes.map((index) => this.loaded![index]);
  }

  /** Its key, by which the session knows it; undefined where it has no row. */
  get identity(): MapKey | undefined {
    return this.loaded && rowMapKey(this.table, this.loaded);
  }

  /** Its collections with changes that wait to be written. */
  get pending(): readonly Related<object>[] {
    if (this.collections.size === 0) return NO_COLLECTIONS;
    return [...this.collections.values()].filter(({ changes }) => changes.size > 0);
  }

  /** Takes back what was changed but not sent. */
  reset(): void {
    const { table, entity, loaded } = this;
    for (const column of changedColumns({ table, entity, loaded: loaded! })) {
      entity[column.attribute] = restored(column, loaded![table.columns.indexOf(column)]);
    }
    for (const collection of this.collections.values()) collection.reset();
  }

  /** Forgets what it holds in its relations; they have to be loaded again. */
  forgetRelations(): void {
    this.isRead = true;
    this.references = NONE;
    for (const collection of this.collections.values()) collection.forget();
  }
}

const STATE = privateField<ObjectState>();

/** The state of an object. */
export function stateOf(entity: Entity): ObjectState {
  return STATE.of(entity) ?? STATE.give(entity, new ObjectState(entity, entity.constructor as unknown as AnyModel));
}

/** A row in the database: its object, and the values as they were last seen. */
export interface Persistent {
  readonly table: Table;
  readonly entity: Entity;
  readonly loaded: readonly unknown[];
}

/** The state of an object that has a row. */
export type PersistentState = ObjectState & Persistent;

/** The columns of an object that differ from what was loaded. */
export function changedColumns({ table, entity, loaded }: Persistent): TableColumn[] {
  return table.columns.filter((column, index) => !isSame(column, entity[column.attribute], loaded[index]));
}
