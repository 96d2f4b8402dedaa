/**
 * References of objects to others in many-to-one relations, and the foreign keys that store them.
 *
 * @module
 */
import type { ForeignKey, TableColumn } from "../schema/table.ts";
import { DetachedObjectError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { stateOf } from "./object_state.ts";

/** The object, or null, that an object refers to by a foreign key. */
export interface ObjectReference {
  readonly key: ForeignKey;
  readonly value: Entity | null;
}

/**
 * Sets the object that a reference points to, and its foreign key; the inverse collection is not updated.
 *
 * @param id the value of the foreign key: `undefined` while the server has not generated it; see `propagateKeys()`.
 */
export function setReference(
  entity: Entity,
  name: string,
  key: ForeignKey,
  value: Entity | null,
  id: unknown = value === null ? null : value[key.referred.attribute],
): void {
  const state = stateOf(entity);
  state.references = new Map(state.references).set(name, { key, value });
  entity[key.column.attribute] = id;
}

/**
 * Reports whether a reference agrees with its foreign key. A foreign key that was assigned, or restored, takes
 * precedence over the object.
 */
export function isCurrent(entity: Entity, { key, value }: ObjectReference): boolean {
  const id = entity[key.column.attribute];
  return value !== null && (id === undefined || id === value[key.referred.attribute]);
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
  for (const { key: { column, referred }, value } of references.values()) {
    if (value === null || entity[column.attribute] !== undefined) continue;
    entity[column.attribute] = value[referred.attribute];
    if (entity[column.attribute] !== undefined) continue;
    // expunged before it was inserted, it never gets a key
    if (stateOf(value).status === "left") throw new DetachedObjectError(value.constructor.name, "refer to");
    awaited.set(column, value);
  }
  return awaited;
}
