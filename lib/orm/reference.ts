/**
 * References of objects to others in many-to-one relations, and the foreign keys that store them.
 *
 * @module
 */
import { isSameList } from "../base/same_list.ts";
import type { ForeignKey, TableColumn } from "../schema/table.ts";
import { storedValue } from "./column_value.ts";
import { DetachedObjectError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { isSameKey, valuesOf } from "./key.ts";
import { stateOf } from "./object_state.ts";

/** The object, or null, that an object refers to by a foreign key. */
export interface ObjectReference {
  readonly key: ForeignKey;
  readonly value: Entity | null;
  /** True if the object was taken out of the only place that it belongs to, by a relation with `deleteOrphan`. */
  readonly isOrphan?: boolean;
}

/**
 * Sets the object that a reference points to, and its foreign key: `undefined` while the server has not generated it;
 * see `propagateKeys()`. The inverse collection is not updated.
 */
export function setReference(
  entity: Entity,
  name: string,
  key: ForeignKey,
  value: Entity | null,
  isOrphan?: boolean,
): void {
  holdReference(entity, name, key, value, isOrphan);
  if (value === null) { for (const { attribute } of clearedColumns(key)) entity[attribute] = null; }
  else valuesOf(value, key.referredColumns).forEach((id, index) => entity[key.columns[index].attribute] = id);
}

/** Returns the columns whose NULL makes a row refer to nothing: those that no other foreign key needs. */
export function clearedColumns({ from, column, columns }: ForeignKey): readonly TableColumn[] {
  if (columns.length === 1) return columns;
  const others = from.foreignKeys().filter((key) => !isSameList(key.columns, columns));
  const own = columns.filter((each) => each.nullable && !others.some((key) => key.columns.includes(each)));
  return own.length > 0 ? own : [column];
}

/** Sets the object that a reference points to, which the foreign key names already. */
export function holdReference(
  entity: Entity,
  name: string,
  key: ForeignKey,
  value: Entity | null,
  isOrphan?: boolean,
): void {
  const state = stateOf(entity);
  state.references = new Map(state.references).set(name, { key, value, isOrphan });
}

/** Reports whether an object refers to nothing by a foreign key, or the server has yet to generate the key. */
export function isUnset(entity: Entity, { columns }: ForeignKey): boolean {
  return columns.some(({ attribute }) => (entity[attribute] ?? null) === null);
}

/** Reports whether the foreign key of an object names another object. */
export function refersTo(entity: Entity, key: ForeignKey, value: Entity): boolean {
  return key.columns.every((column, index) => isNamed(value, key.referredColumns[index], column, entity));
}

function isNamed(value: Entity, referred: TableColumn, column: TableColumn, entity: Entity): boolean {
  const [id, by] = [value[referred.attribute], entity[column.attribute]];
  return id === by || isSameKey(storedValue(referred, id), storedValue(column, by));
}

/** Returns the primary key that a foreign key names; undefined if it refers to other columns. */
export function referredKey(entity: Entity, { columns, to, referredColumns }: ForeignKey): unknown[] | undefined {
  const indexes = to.primaryKey.map((column) => referredColumns.indexOf(column));
  if (indexes.length !== columns.length || indexes.includes(-1)) return undefined;
  return valuesOf(entity, indexes.map((index) => columns[index]));
}

/**
 * Reports whether a reference agrees with its foreign key. A foreign key that was assigned, or restored, takes
 * precedence over the object.
 */
export function isCurrent(entity: Entity, { key, value }: ObjectReference): boolean {
  return value !== null &&
    key.columns.every((column, index) =>
      entity[column.attribute] === undefined || isNamed(value, key.referredColumns[index], column, entity)
    );
}

const NONE: ReadonlyMap<TableColumn, Entity> = new Map();

/**
 * Copies the keys of the referenced objects into the foreign keys of an object.
 *
 * @returns the objects whose keys the server has yet to generate, by foreign key column.
 * @throws {DetachedObjectError} when a referenced object will never be written.
 */
export function propagateKeys(entity: Entity): ReadonlyMap<TableColumn, Entity> {
  const { references } = stateOf(entity);
  if (references.size === 0) return NONE;
  const awaited = new Map<TableColumn, Entity>();
  for (const { key: { columns, referredColumns }, value } of references.values()) {
    if (value === null) continue;
    for (const [index, column] of columns.entries()) {
      if (entity[column.attribute] !== undefined) continue;
      const referred = referredColumns[index];
      entity[column.attribute] = storedValue(referred, value[referred.attribute]);
      if (entity[column.attribute] !== undefined) continue;
      // expunged before it was inserted, it never gets a key
      if (stateOf(value).status === "left") throw new DetachedObjectError(value.constructor.name, "refer to");
      awaited.set(column, value);
    }
  }
  return awaited;
}
