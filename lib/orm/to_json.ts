/**
 * Objects of models as JSON: their columns, and their relations as far as they are loaded.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { isCurrent, isUnset } from "./reference.ts";
import type { Relation } from "./relation.ts";
import { relationsOf } from "./relations.ts";

/** An object whose JSON is being made, and the relation by which it was reached. */
interface Stop {
  readonly entity: Entity;
  readonly by?: Relation;
  /** True if its relations are left out. */
  readonly isBare?: boolean;
}

/** The way to the object whose JSON is being made: classes may override `toJSON()`, which takes no argument for it. */
const way: Stop[] = [];

/**
 * Returns the attributes of an object and the loaded objects in its relations, in a form that JSON can express: bigint as
 * text, bytes as base64, NaN and infinite numbers as text. Dates and Temporal values become text by their own `toJSON()`.
 *
 * An object on the way here is given by its key. Where a relation comes again, other than one after another down a tree,
 * or is followed back to its other side, objects are given without their relations: the text would otherwise grow
 * exponentially with the number of objects that know each other.
 */
export function jsonOf(entity: Entity): Record<string, unknown> {
  const stop = way.at(-1);
  if (stop?.entity !== entity) return at({ entity }, () => jsonOf(entity));
  const values = Object.entries(entity).map(([name, value]) => [name, jsonValue(value)]);
  const related = stop.isBare ? [] : loadedRelations(stateOf(entity));
  return Object.fromEntries([...values, ...related]);
}

function* loadedRelations(state: ObjectState): Generator<[string, unknown]> {
  for (const relation of relationsOf(state.model).values()) {
    const [reference, collection] = [state.references.get(relation.name), state.collections.get(relation.name)];
    if (collection?.isLoaded) {
      const items = collection.all().map((item) => jsonBy(relation, item as Entity));
      yield [relation.name, relation.kind === "one-to-one" ? items[0] ?? null : items];
    }
    if (!reference) continue;
    if (isCurrent(state.entity, reference)) yield [relation.name, jsonBy(relation, reference.value!)];
    else if (reference.value === null && isUnset(state.entity, reference.key)) yield [relation.name, null];
  }
}

/** Returns the JSON of an object that is reached by a relation. */
function jsonBy(by: Relation, entity: Entity): unknown {
  const { table } = by.target;
  if (way.some((stop) => stop.entity === entity)) {
    return Object.fromEntries(table.primaryKey.map(({ attribute }) => [attribute, jsonValue(entity[attribute])]));
  }
  const last = way.at(-1)?.by;
  const isDownTree = last === by && !by.otherKey;
  const isBare = !isDownTree && way.some((stop) => stop.by && isSameLink(stop.by, by));
  return at({ entity, by, isBare }, () => (entity as unknown as { toJSON(): unknown }).toJSON());
}

/** Reports whether two relations are the same, or the two sides of one. */
function isSameLink(a: Relation, b: Relation): boolean {
  if (a.key.from !== b.key.from) return false;
  return Boolean(a.otherKey && b.otherKey) || a.key.columns.every((column, index) => column === b.key.columns[index]);
}

function at<T>(stop: Stop, work: () => T): T {
  way.push(stop);
  try {
    return work();
  } finally {
    way.pop();
  }
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return value.toBase64();
  return Array.isArray(value) ? value.map(jsonValue) : value;
}
