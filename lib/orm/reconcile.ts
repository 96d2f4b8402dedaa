/**
 * Reconciles the relations that objects hold with the rows that a flush wrote: whatever changed a foreign key, by an
 * object, by its attribute or by an action of the server, the loaded collections and references agree with it
 * afterwards. What cannot be known is not loaded any more.
 *
 * @module
 */
import type { ForeignKey, Table } from "../schema/table.ts";
import { restoredValue, storedValue } from "./column_value.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import { keyOf, type MapKey, mapKey, rowMapKey, valuesOf } from "./key.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { holdReference, isCurrent, referredKey, refersTo } from "./reference.ts";
import { heldCollection, type Related } from "./related.ts";
import type { Relation } from "./relation.ts";
import { inverseOf, relationsStoredIn } from "./relations.ts";

/** The row of an object before and after a flush; undefined where there is none. */
export interface RowChange {
  readonly state: ObjectState;
  readonly before: readonly unknown[] | undefined;
  readonly after: readonly unknown[] | undefined;
}

/** What a flush wrote. */
export interface Outcome {
  /** The rows of objects, with those that the server changed. */
  readonly rows: readonly RowChange[];
  /** The pending changes of collections that were sent. */
  readonly changes: readonly (readonly [Related<object>, ReadonlyMap<object, boolean>])[];
  /** The new objects by the deleted ones whose rows they took over. */
  readonly takers: ReadonlyMap<Entity, Entity>;
  /** Rows of association tables, by the attributes of their keys. */
  readonly links: ReadonlyMap<Table, readonly Entity[]>;
}

/** The objects of a session. */
export interface SessionObjects {
  readonly states: ReadonlySet<ObjectState>;
  /** True if objects with rows have been expunged, which collections may still hold. */
  readonly hasExpunged: boolean;
  /** Returns the object of a row. */
  find(table: Table, key: MapKey): ObjectState | undefined;
  /** Saves an object, whose relations are about to change, for a rollback. */
  save(state: ObjectState): void;
}

/** Reconciles the collections and references of a session. */
export function reconcile(objects: SessionObjects, outcome: Outcome): void {
  const content = new Content(objects);
  for (const [collection, written] of outcome.changes) endChange(content, collection, written);
  for (const [table, rows] of Map.groupBy(outcome.rows, ({ state }) => state.table)) {
    for (const relation of relationsStoredIn(table)) moveItems(content, relation, rows);
  }
  for (const [table, links] of outcome.links) {
    for (const relation of relationsStoredIn(table)) {
      if (!relation.otherKey) {
        for (const link of links) content.forget(relation, valuesOf(link, relation.key.columns));
      }
    }
  }
  removeItems(content, outcome);
  content.apply();
  for (const taker of outcome.takers.values()) stateOf(taker).unloadCollections(); // what refers to the row stays
  const states = outcome.takers.size > 0 ? objects.states : outcome.rows.map(({ state }) => state);
  for (const state of states) resolveReferences(objects, state);
}

/** Points references at the objects that their foreign keys name; one that the session does not have is not loaded. */
export function resolveReferences({ states, find }: SessionObjects, { entity, references }: ObjectState): void {
  for (const [name, reference] of references) {
    const { key, value } = reference;
    const isHeld = isCurrent(entity, reference);
    if (isHeld && states.has(stateOf(value!))) continue;
    const primaryKey = referredKey(entity, key);
    const known = primaryKey && find(key.to, mapKey(primaryKey))?.entity;
    if (known || !isHeld) holdReference(entity, name, key, known ?? null);
  }
}

/** The next content of collections, gathered so that each is changed once. */
class Content {
  readonly #items = new Map<Related<object>, Map<object, boolean>>();
  readonly #unknown = new Set<Related<object>>();

  constructor(readonly objects: SessionObjects) {}

  /** Puts an object into a collection, or takes it out. */
  put(collection: Related<object> | undefined, item: Entity, isIn: boolean): void {
    if (collection) this.#items.getOrInsertComputed(collection, () => new Map()).set(item, isIn);
  }

  /** Reports whether an object was taken out of a collection. */
  isOut(collection: Related<object>, item: Entity): boolean {
    return this.#items.get(collection)?.get(item) === false;
  }

  /** Returns the collection of the object with some values in the columns that a relation refers to, if it is known. */
  of(relation: Relation, values: readonly unknown[] | undefined): Related<object> | undefined {
    const state = values && ownerOf(this.objects, relation.key, values);
    return state && heldCollection(state, relation);
  }

  /** Unloads a collection. */
  forget(relation: Relation, values: readonly unknown[] | undefined): void {
    const collection = this.of(relation, values);
    if (collection) this.#unknown.add(collection);
  }

  apply(): void {
    for (const [collection, items] of this.#items) {
      if (!collection.isLoaded) continue;
      this.objects.save(stateOf(collection.owner));
      collection.settle(items, this.objects.hasExpunged);
    }
    for (const collection of this.#unknown) {
      this.objects.save(stateOf(collection.owner));
      collection.unload();
    }
  }
}

/** Ends pending changes; those of a many-to-many relation are the content of both sides. */
function endChange(content: Content, collection: Related<object>, written: ReadonlyMap<object, boolean>): void {
  collection.acknowledge(written);
  const { relation, owner } = collection;
  const inverse = relation.otherKey && inverseOf(relation);
  if (!relation.otherKey) return;
  const hasRow = stateOf(owner).loaded !== undefined;
  for (const [item, isIn] of written as ReadonlyMap<Entity, boolean>) {
    const state = stateOf(item);
    if (isIn && !(hasRow && state.loaded)) continue; // no row of the association table refers to it
    if (hasRow) content.put(collection, item, isIn);
    if (inverse) content.put(state.collections.get(inverse.name), owner, isIn);
  }
}

/** Moves objects between the collections of a relation, as the foreign keys in their rows say. */
function moveItems(content: Content, relation: Relation, rows: readonly RowChange[]): void {
  for (const { state, before, after } of rows) {
    const [from, to] = [before, after].map((row) => row && valuesInRow(row, relation.key));
    if (relation.otherKey) { // the rows of an association table have a model, too
      content.forget(relation, from);
      content.forget(relation, to);
    } else if (!from || !to || mapKey(from) !== mapKey(to)) {
      content.put(content.of(relation, from), state.entity, false);
      content.put(content.of(relation, to), state.entity, true);
    }
  }
}

/**
 * Takes objects out of collections whose rows are deleted or have another key; the object that has the row by now, if the
 * session has one, takes their place.
 */
function removeItems(content: Content, { rows, takers }: Outcome): void {
  const keyOfRow = ({ state: { table } }: RowChange, row: readonly unknown[]) => rowMapKey(table, row);
  const gone = new IdentityMap<{ readonly successor: Entity | undefined }>();
  const tables = new Set<Table>();
  for (const change of rows) {
    const { state: { table, entity }, before, after } = change;
    if (!before || after && keyOfRow(change, before) === keyOfRow(change, after)) continue;
    gone.set(table, keyOfRow(change, before), { successor: after ? entity : takers.get(entity) });
    tables.add(table);
  }
  if (tables.size === 0) return;
  const { states } = content.objects;
  for (const { collections } of states) {
    for (const collection of collections.values()) {
      if (!tables.has(collection.relation.target.table)) continue;
      for (const item of collection.loaded as Iterable<Entity>) {
        const state = stateOf(item);
        if (states.has(state)) continue; // others have left, or were expunged before
        const key = state.loaded ? state.identity : mapKey(keyOf(state.table, item));
        const found = gone.get(state.table, key);
        if (!found) continue;
        const successor = content.isOut(collection, item) ? undefined : found.successor;
        content.put(collection, item, false);
        const { key: reference, otherKey } = collection.relation;
        // a row is in a collection by its association rows, which stay, or by its own foreign key
        if (successor && (otherKey || refersTo(successor, reference, collection.owner))) {
          content.put(collection, successor, true);
        }
      }
    }
  }
}

/** Returns the object with some values in the columns that a foreign key refers to. */
function ownerOf(
  { states, find }: SessionObjects,
  key: ForeignKey,
  values: readonly unknown[],
): ObjectState | undefined {
  if (values.some((value) => value === null || value === undefined)) return undefined;
  const { to, columns, referredColumns } = key;
  const primaryKey = referredKey(Object.fromEntries(columns.map(({ attribute }, i) => [attribute, values[i]])), key);
  if (primaryKey) return find(to, mapKey(primaryKey));
  const wanted = mapKey(values);
  return [...states].find(({ table, loaded }) =>
    table === to && loaded && mapKey(valuesInRow(loaded, { from: to, columns: referredColumns })) === wanted
  );
}

/** Returns the values of a foreign key in a row. */
export function valuesInRow(
  row: readonly unknown[],
  { from, columns }: Pick<ForeignKey, "from" | "columns">,
): unknown[] {
  return columns.map((column) => storedValue(column, restoredValue(column, row[from.columns.indexOf(column)])));
}
