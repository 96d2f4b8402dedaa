/** `session.merge()`: the state of an object that is not in a session, brought into it, as SQLAlchemy's. @module */
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import { stateOf } from "./object_state.ts";
import { isCurrent, relationsOf } from "./relations.ts";
import type { SessionSteps } from "./session_steps.ts";
import { select } from "./select.ts";
import { selectinload } from "./loading.ts";
import type { Steps } from "../engine/steps.ts";
import { copy } from "./column_value.ts";
import { keyOf } from "./key.ts";

/**
 * Merges an object, and those that its relations hold. All rows are looked for first: a query in the middle would flush
 * objects that are not complete.
 *
 * @throws {TypeError} when one is of no model. @throws what a query throws
 */
export function* merge(session: SessionSteps, object: Entity): Steps<Entity> {
  const found = new Map<Entity, Entity | null>([[object, null]]);
  for (const given of found.keys()) { // and those that are added meanwhile
    found.set(given, yield* find(session, given));
    for (const each of Object.values(relationsGiven(given)).flat()) if (!found.has(each)) found.set(each, null);
  }
  const targets = new Map([...found].map(([given, target]) => [given, target ?? create(session, given)]));
  for (const [given, target] of targets) {
    for (const { attribute } of modelOf(given).table.columns) {
      if (given[attribute] !== undefined) target[attribute] = copy(given[attribute]);
    }
  }
  for (const [given, target] of targets) {
    for (const [name, held] of Object.entries(relationsGiven(given))) {
      const items = held.map((each) => targets.get(each)!);
      target[name] = stateOf(given).collections.has(name) ? items : items[0];
    }
  }
  return targets.get(object)!;
}

/** What an object holds in its relations, as far as it says so. */
function relationsGiven(given: Entity): Record<string, Entity[]> {
  const { references, collections, isRead } = stateOf(given);
  const held: Record<string, Entity[]> = {};
  for (const { name } of relationsOf(modelOf(given)).values()) {
    const [reference, collection] = [references.get(name), collections.get(name)];
    if (reference && isCurrent(given, reference)) held[name] = [reference.value!];
    // an empty collection of a new object may only have been looked at
    if (collection?.isLoaded && (isRead || collection.size > 0)) held[name] = collection.all() as Entity[];
  }
  return held;
}

function modelOf(given: Entity): AnyModel {
  const { model } = stateOf(given);
  if (!model.table) throw new TypeError(`Only objects of models can be merged, not a ${model.name}.`);
  return model;
}

/** The object of the row, with the collections that are to be replaced; one that is in the session already is its own. */
function* find(session: SessionSteps, given: Entity): Steps<Entity | null> {
  const model = modelOf(given);
  if (session.tracker.objects("new").has(given)) return given;
  const key = keyOf(model.table, given);
  if (key.some((part) => part === undefined || part === null)) return null;
  const collections = Object.keys(relationsGiven(given)).filter((name) => stateOf(given).collections.has(name));
  if (collections.length === 0) return session.tracker.find(model, key) ?? (yield* session.get(model, key, {}));
  let statement = select(model).options(...collections.map((name) => selectinload(name)) as never[]);
  for (const { attribute } of model.table.primaryKey) {
    statement = statement.where(attribute as never, "=", given[attribute] as never);
  }
  return (yield* session.execute(statement)).scalar() as Entity | null;
}

function create(session: SessionSteps, given: Entity): Entity {
  const model = modelOf(given);
  const values = Object.fromEntries(model.table.columns.map(({ attribute }) => [attribute, given[attribute]]));
  const target = new model(values as never) as Entity;
  session.tracker.add(target);
  return target;
}
