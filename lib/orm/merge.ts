/**
 * `session.merge()`: copies the state of an object onto the object of its row in a session, as SQLAlchemy does.
 *
 * @module
 */
import type { Steps } from "../engine/steps.ts";
import { copyValue } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";
import { keyOf } from "./key.ts";
import { selectinload } from "./loading.ts";
import type { AnyModel } from "./model.ts";
import { stateOf } from "./object_state.ts";
import { isCurrent } from "./reference.ts";
import { relationsOf } from "./relations.ts";
import { selectObject } from "./select.ts";
import type { SessionSteps } from "./session_steps.ts";

/**
 * Merges an object and the objects in its relations. All rows are read first: a query in between would flush objects
 * that are incomplete.
 *
 * @throws {TypeError} when an object is not of a model.
 */
export function* merge(session: SessionSteps, object: Entity): Steps<Entity> {
  const existing = new Map<Entity, Entity | null>([[object, null]]);
  for (const source of existing.keys()) { // including those added in the loop
    existing.set(source, yield* existingTarget(session, source));
    for (const each of Object.values(loadedRelations(source)).flat()) if (!existing.has(each)) existing.set(each, null);
  }
  const targets = new Map([...existing].map(([source, target]) => [source, target ?? addTarget(session, source)]));
  for (const [source, target] of targets) copyColumns(source, target);
  for (const [source, target] of targets) copyRelations(source, target, targets);
  return targets.get(object)!;
}

function copyColumns(source: Entity, target: Entity): void {
  for (const column of modelOf(source).table.columns) {
    const value = source[column.attribute];
    const isFound = column.primaryKey && stateOf(target).loaded; // by this key, which may be written otherwise
    if (value !== undefined && !isFound) target[column.attribute] = copyValue(column, value);
  }
}

function copyRelations(source: Entity, target: Entity, targets: ReadonlyMap<Entity, Entity>): void {
  for (const [name, related] of Object.entries(loadedRelations(source))) {
    const items = related.map((each) => targets.get(each)!);
    target[name] = stateOf(source).collections.get(name)?.relation.kind.endsWith("many") ? items : items[0] ?? null;
  }
}

/** Returns the objects in the relations of an object, by name, as far as they are loaded. */
function loadedRelations(source: Entity): Record<string, Entity[]> {
  const { references, collections, isRead } = stateOf(source);
  const related: Record<string, Entity[]> = {};
  for (const { name } of relationsOf(modelOf(source)).values()) {
    const [reference, collection] = [references.get(name), collections.get(name)];
    if (reference && isCurrent(source, reference)) related[name] = [reference.value!];
    // reading the collection of a new object makes it, empty: that does not empty the target's
    const isKnown = isRead || collection?.isGiven || collection?.size;
    if (collection?.isLoaded && !collection.isFiltered && isKnown) related[name] = collection.all() as Entity[];
  }
  return related;
}

function modelOf(source: Entity): AnyModel {
  const { model } = stateOf(source);
  if (!model.table) throw new TypeError(`Only objects of models can be merged, not a ${model.name}.`);
  return model;
}

/** Returns the object of the row, with the collections that are to be replaced; a new object of the session is its own. */
function* existingTarget(session: SessionSteps, source: Entity): Steps<Entity | null> {
  const model = modelOf(source);
  if (session.tracker.objects("new").has(source)) return source;
  const key = keyOf(model.table, source);
  if (key.some((part) => part === undefined || part === null)) return null;
  const collections = Object.keys(loadedRelations(source)).filter((name) => stateOf(source).collections.has(name));
  if (collections.length === 0) return session.tracker.find(model, key) ?? (yield* session.get(model, key, {}));
  const statement = selectObject(model, key, { loaders: collections.map((name) => selectinload(name)) });
  return (yield* session.execute(statement)).scalar() as Entity | null;
}

function addTarget(session: SessionSteps, source: Entity): Entity {
  const model = modelOf(source);
  const columns = model.table.columns.filter(({ generatedAs }) => !generatedAs);
  const values = Object.fromEntries(columns.map(({ attribute }) => [attribute, source[attribute]]));
  const target = new model(values as never) as Entity;
  session.tracker.add(target);
  return target;
}
