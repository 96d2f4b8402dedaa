/**
 * Collections of one-to-many and many-to-many relations. Nothing is loaded implicitly: reading a collection that was
 * not loaded is an error.
 *
 * @module
 */
import { FilteredCollectionError, NotLoadedError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { keyOf, mapKey } from "./key.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { isCurrent, isUnset, refersTo, setReference } from "./reference.ts";
import type { Relation } from "./relation.ts";
import { inverseOf } from "./relations.ts";
import { NO_PARAMETER } from "../values/parameters.ts";

const NOTHING: ReadonlySet<object> = new Set();

/** Pending changes of a collection: objects added (true) and removed (false). */
export type Changes = ReadonlyMap<object, boolean>;

/** The objects on the other side of a one-to-many or many-to-many relation. */
export class Related<T extends object> implements Iterable<T> {
  /** The object that has the collection. */
  readonly owner: Entity;
  /** The objects that the database has; undefined until they are loaded. */
  #loaded: ReadonlySet<object> | undefined;
  #changes = new Map<object, boolean>();
  #isFiltered = false;
  #isGiven = false;

  /**
   * Made by the accessors of a model.
   *
   * @param isLoaded false: reading throws until the collection is loaded; true: it is empty.
   */
  constructor(owner: object, readonly relation: Relation, isLoaded: boolean) {
    this.owner = owner as Entity;
    if (isLoaded) this.#loaded = new Set();
  }

  /** True when the objects are loaded. */
  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** True when the collection was loaded with a condition: it holds only some of its objects and is read-only. */
  get isFiltered(): boolean {
    return this.#isFiltered;
  }

  /** True when the content was assigned: an empty collection then means none, and not that nobody has filled it. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** The objects that the database has; none while they are not loaded. */
  get loaded(): ReadonlySet<object> {
    return this.#loaded ?? NOTHING;
  }

  /** The pending changes. */
  get changes(): Changes {
    return this.#changes;
  }

  /**
   * The number of objects.
   *
   * @throws {NotLoadedError} when the collection is not loaded.
   */
  get size(): number {
    return this.all().length;
  }

  /**
   * Reports whether the collection contains the object.
   *
   * @throws {NotLoadedError} when the collection is not loaded.
   */
  has(item: T): boolean {
    const loaded = this.#requireLoaded();
    return this.#changes.get(item) ?? loaded.has(item);
  }

  /**
   * Returns every object.
   *
   * @throws {NotLoadedError} when the collection is not loaded.
   */
  all(): T[] {
    const loaded = this.#requireLoaded();
    const added = [...this.#changes.keys()].filter((item) => !loaded.has(item));
    return [...loaded, ...added].filter((item) => this.#changes.get(item) ?? true) as T[];
  }

  /** The objects as far as they are known: all if the collection is loaded, else those that were added. */
  get known(): object[] {
    return this.isLoaded ? this.all() : [...this.#changes].flatMap(([item, isIn]) => isIn ? [item] : []);
  }

  /** Iterates over the objects of the collection. */
  [Symbol.iterator](): Iterator<T> {
    return this.all()[Symbol.iterator]();
  }

  /**
   * Adds an object; the next flush writes the change. The collection need not be loaded.
   *
   * @throws {TypeError} when the object is not one of the target model.
   * @throws {FilteredCollectionError} when the collection was loaded with a condition.
   */
  add(item: T): this {
    this.#put(item as Entity, true);
    return this;
  }

  /**
   * Removes an object; the next flush writes the change. The collection need not be loaded.
   *
   * @returns true if the collection contained the object or, while it is not loaded, may have contained it.
   * @throws {FilteredCollectionError} when the collection was loaded with a condition.
   */
  delete(item: T): boolean {
    if (!this.#mayContain(item as Entity)) return false;
    this.#put(item as Entity, false);
    return true;
  }

  /**
   * Replaces the objects; those that stay are not written.
   *
   * @throws {TypeError} when an object is not one of the target model.
   * @throws {NotLoadedError} when the collection is not loaded.
   * @throws {FilteredCollectionError} when the collection was loaded with a condition.
   */
  replace(items: Iterable<T>): void {
    const wanted = new Set(items);
    for (const item of wanted) requireTarget(this.relation, item);
    const present = this.all();
    this.#requireWhole();
    this.#isGiven = true;
    for (const item of present) if (!wanted.has(item)) this.#put(item as Entity, false);
    for (const item of wanted) if (!this.has(item)) this.#put(item as Entity, true);
  }

  /** Records that an object was added or removed, without updating the other side. */
  note(item: object, isIn: boolean): void {
    if (this.#isFiltered) this.unload(); // whether the condition holds for the object is not known
    // a change that restores the loaded state needs no write; while nothing is loaded, both changes are written
    if (this.#loaded?.has(item) === isIn) this.#changes.delete(item);
    else this.#changes.set(item, isIn);
  }

  /**
   * Sets the loaded objects; pending changes are kept.
   *
   * @param options `filtered`: they are only some, and the collection is read-only.
   */
  fill(items: Iterable<object>, { filtered = false }: { readonly filtered?: boolean } = {}): void {
    this.#loaded = new Set(items);
    this.#isFiltered = filtered;
    const state = stateOf(this.owner);
    state.owner?.noteFill(state, this as Related<object>);
  }

  /** Discards the pending changes. */
  reset(): void {
    this.#changes.clear();
  }

  /** Discards the objects; the collection has to be loaded again. Pending changes are kept. */
  unload(): void {
    this.#loaded = undefined;
    this.#isFiltered = false;
  }

  /** Discards the objects and the pending changes; the collection has to be loaded again. */
  forget(): void {
    this.unload();
    this.reset();
  }

  /** Ends pending changes that were sent; a change made meanwhile, which takes one back, stays. */
  acknowledge(sent: Changes): void {
    for (const [item, isIn] of sent) {
      if (this.#changes.get(item) === isIn) this.#changes.delete(item);
      else this.#changes.set(item, !isIn);
    }
  }

  /**
   * Changes the loaded objects to match the rows.
   *
   * @param items the objects that are in the collection now (true), or no more (false).
   * @param mayRepeat true if the collection may hold an expunged object of the same row.
   */
  settle(items: Changes, mayRepeat: boolean): void {
    if (!this.#loaded) return;
    if (this.#isFiltered && items.values().some((isIn) => isIn)) return this.unload();
    const now = new Set(this.#loaded);
    // first what goes: what comes may have the same row
    for (const [item, isIn] of items) {
      if (!isIn && !now.delete(item)) removeSameRow(now as Set<Entity>, item as Entity);
    }
    for (const [item, isIn] of items) {
      if (!isIn || now.has(item)) continue;
      if (mayRepeat) removeSameRow(now as Set<Entity>, item as Entity);
      now.add(item);
    }
    this.#loaded = now;
  }

  /**
   * Saves the current contents.
   *
   * @returns a function that restores them.
   */
  snapshot(): () => void {
    const [loaded, isFiltered, changes] = [this.#loaded, this.#isFiltered, new Map(this.#changes)];
    return () => {
      this.#loaded = loaded;
      this.#isFiltered = isFiltered;
      this.#changes = changes;
    };
  }

  /**
   * Returns the JSON of every object.
   *
   * @throws {NotLoadedError} when the collection is not loaded.
   */
  toJSON(): unknown[] {
    return this.all().map((item) => (item as { toJSON?(): unknown }).toJSON?.() ?? item);
  }

  /** Tells that a collection is not a parameter. */
  get [NO_PARAMETER](): true {
    return true;
  }

  /** Shows the objects, or that they are not loaded, in a notebook and on the console. */
  [Symbol.for("Deno.customInspect")](inspect: typeof Deno.inspect, options: Deno.InspectOptions): string {
    return this.#loaded ? `Related ${inspect(this.all(), options)}` : "Related (not loaded)";
  }

  #requireLoaded(): ReadonlySet<object> {
    if (!this.#loaded) throw new NotLoadedError(this.relation.owner.name, this.relation.name);
    return this.#loaded;
  }

  #requireWhole(): void {
    if (this.#isFiltered) throw new FilteredCollectionError(this.relation.owner.name, this.relation.name);
  }

  /** Of an item with a foreign key that tells more than what was loaded. */
  #mayContain(item: Entity): boolean {
    const { otherKey, key } = this.relation;
    this.#requireWhole();
    if (!otherKey && !refersTo(item, key, this.owner)) return false;
    return !otherKey && !isUnset(item, key) || !this.isLoaded || this.has(item as T);
  }

  #put(item: Entity, isIn: boolean): void {
    requireTarget(this.relation, item);
    this.#requireWhole();
    const state = stateOf(item);
    // what was taken out of a session comes back with an object that has it
    if (isIn && state.status === "left" && !this.relation.otherKey) state.status = "transient";
    const inverse = inverseOf(this.relation);
    // the item has the foreign key, even if its model does not declare the relation
    if (!this.relation.otherKey) refer(item, inverse, this.relation, isIn ? this.owner : null);
    else if (inverse) collectionOf(item, inverse).note(this.owner, isIn);
    this.note(item, isIn);
  }
}

/** Removes the object of a row: one that was expunged may have a successor in the session. */
function removeSameRow(items: Set<Entity>, item: Entity): void {
  const { table } = stateOf(item);
  const key = mapKey(keyOf(table, item));
  for (const each of items) if (mapKey(keyOf(table, each)) === key) items.delete(each);
}

/** Returns the collection of an object; it is made on first access. */
export function collectionOf(entity: Entity, relation: Relation): Related<object> {
  const state = stateOf(entity);
  const existing = state.collections.get(relation.name);
  if (existing) return existing;
  const collection = new Related<object>(entity, relation, !state.isRead);
  state.collections = new Map(state.collections).set(relation.name, collection);
  return collection;
}

/**
 * Returns the collection of an object that is in a session; undefined if nobody has asked for it and it is not loaded. A
 * collection of a new object is empty until a row says otherwise.
 */
export function heldCollection({ entity, collections, isRead }: ObjectState, relation: Relation) {
  return collections.get(relation.name) ?? (isRead ? undefined : collectionOf(entity, relation));
}

/**
 * Makes an object refer to another, or to none, and updates the collections on the other side.
 *
 * @param one the many-to-one relation, if the model of the object declares it.
 * @param many its inverse, if the other model declares that; one of the two is given.
 */
export function refer(
  entity: Entity,
  one: Relation | undefined,
  many: Relation | undefined,
  value: Entity | null,
): void {
  const { key } = (one ?? many)!;
  const name = one?.name ?? `(${key.columns.map(({ attribute }) => attribute)})`;
  const { value: before, isOrphan = false } = stateOf(entity).references.get(name) ?? {};
  const losesParent = Boolean(before) || isOrphan || !isUnset(entity, key);
  if (many && before) collectionOf(before, many).note(entity, false);
  setReference(entity, name, key, value, value === null && losesParent && many?.cascade === "deleteOrphan");
  if (!many || !value) return;
  const collection = collectionOf(value, many);
  if (many.kind === "one-to-one") {
    for (const other of collection.known) if (other !== entity) refer(other as Entity, one, many, null);
  }
  collection.note(entity, true);
}

/**
 * Checks the model of an object: notebooks are not type-checked, and a key of another table may have the right type.
 *
 * @throws {TypeError} when the object is not one of the target model.
 */
export function requireTarget({ owner, name, target }: Relation, value: unknown): void {
  if (value instanceof target) return;
  throw new TypeError(`${owner.name}.${name} is for objects of ${target.name}, not for ${Deno.inspect(value)}.`);
}

/** Reports whether a change adds an object that has left the session, so that nothing is written. */
export function isLost({ otherKey }: Relation, [item, isIn]: readonly [object, boolean]): boolean {
  const { status, loaded } = stateOf(item as Entity);
  return isIn && status === "left" && !(otherKey && loaded); // a link needs only the keys
}

/** Yields the objects that an object refers to, and those added to its collections. */
export function* neighbours({ entity, references, collections }: ObjectState): Generator<Entity> {
  for (const reference of references.values()) if (isCurrent(entity, reference)) yield reference.value!;
  for (const { changes } of collections.values()) {
    for (const [item, isIn] of changes) if (isIn) yield item as Entity;
  }
}
