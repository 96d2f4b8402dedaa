/**
 * Accessors for the relations of a model: `order.user` and `user.orders`.
 *
 * @module
 */
import { NotLoadedError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { stateOf } from "./object_state.ts";
import { readOne, writeOne } from "./one_to_one.ts";
import { isCurrent, isUnset } from "./reference.ts";
import { collectionOf, refer, requireTarget } from "./related.ts";
import type { AnyModel, Relation } from "./relation.ts";
import { inverseOf, relationsOf } from "./relations.ts";

const DEFINED = new WeakSet<AnyModel>();

/**
 * Defines the accessors on the class of a model, once: not with the declaration, because models may refer to each
 * other.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous.
 */
export function defineAccessors(model: AnyModel): void {
  if (DEFINED.has(model)) return;
  for (const relation of relationsOf(model).values()) {
    if (relation.kind === "many-to-one") defineReference(model, relation);
    else if (relation.kind === "one-to-one") defineOne(model, relation);
    else defineCollection(model, relation);
  }
  DEFINED.add(model);
}

function defineReference(model: AnyModel, relation: Relation): void {
  Object.defineProperty(model.prototype, relation.name, {
    configurable: true,
    get(this: Entity) {
      return readReference(this, relation);
    },
    set(this: Entity, value: unknown) {
      if (value !== null) requireTarget(relation, value);
      refer(this, relation, inverseOf(relation), value as Entity | null);
    },
  });
}

function defineOne(model: AnyModel, relation: Relation): void {
  Object.defineProperty(model.prototype, relation.name, {
    configurable: true,
    get(this: Entity) {
      return readOne(this, relation);
    },
    set(this: Entity, value: unknown) {
      writeOne(this, relation, value);
    },
  });
}

function defineCollection(model: AnyModel, relation: Relation): void {
  Object.defineProperty(model.prototype, relation.name, {
    configurable: true,
    get(this: Entity) {
      return collectionOf(this, relation);
    },
    set(this: Entity, items: Iterable<object>) {
      collectionOf(this, relation).replace(items);
    },
  });
}

function readReference(entity: Entity, relation: Relation): Entity | null {
  const { references, isExpired } = stateOf(entity);
  const reference = references.get(relation.name);
  if (reference?.value && isCurrent(entity, reference)) return reference.value;
  // the foreign key of an expired object may be another one by now
  if (isUnset(entity, relation.key) && (reference || !isExpired)) return null;
  throw new NotLoadedError(relation.owner.name, relation.name);
}
