/**
 * One-to-one relations, on the side without the foreign key: a collection of at most one object, read and assigned as
 * that object or null.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import { collectionOf } from "./related.ts";
import type { Relation } from "./relation.ts";

/**
 * Returns the object on the other side; null if there is none.
 *
 * @throws {NotLoadedError} when the relation is not loaded.
 */
export function readOne(entity: Entity, relation: Relation): object | null {
  return collectionOf(entity, relation).all()[0] ?? null;
}

/**
 * Replaces the object on the other side. The former one refers to nothing then.
 *
 * @throws {NotLoadedError} when the relation is not loaded: what it replaces would not be known.
 * @throws {TypeError} when the object is not one of the target model.
 */
export function writeOne(entity: Entity, relation: Relation, value: unknown): void {
  collectionOf(entity, relation).replace(value === null ? [] : [value as object]);
}
