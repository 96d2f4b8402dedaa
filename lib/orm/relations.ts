/**
 * What objects hold in their relations: in a many-to-one relation an object or null, in a one-to-many or many-to-many
 * relation a {@linkcode Related} collection. Nothing is loaded behind one's back: what was not loaded says so.
 *
 * @module
 */
import { type AnyModel, type Relation, resolveRelation } from "./relation.ts";
import { InvalidModelError } from "../schema/errors.ts";
import { DetachedObjectError, NotLoadedError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import type { ForeignKey, TableColumn } from "../schema/table.ts";

export { manyToMany, manyToOne, oneToMany } from "./relation.ts";
export type { Relation };

const RELATIONS = new WeakMap<AnyModel, ReadonlyMap<string, Relation>>();

/**
 * The relations of a model by name. The first call resolves them and puts their accessors on the class: not earlier,
 * because models may name each other.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous.
 */
export function relationsOf(model: AnyModel): ReadonlyMap<string, Relation> {
  return RELATIONS.getOrInsertComputed(model, () => {
    const declared = Object.entries(model.relations ?? {});
    const relations = declared.map(([name, declaration]) => resolveRelation(model, name, declaration));
    for (const relation of relations) defineAccessor(model, relation);
    return new Map(relations.map((relation) => [relation.name, relation]));
  });
}

/** One relation of a model. @throws {InvalidModelError} when there is none of this name. */
export function relationNamed(model: AnyModel, name: string): Relation {
  const relations = relationsOf(model);
  const relation = relations.get(name);
  if (relation) return relation;
  const known = [...relations.keys()].join(", ") || "none";
  throw new InvalidModelError(model.table.name, `there is no relation "${name}"; there are: ${known}`);
}

/** The same relation seen from the other side, where the target declares it. */
export function inverseOf(relation: Relation): Relation | undefined {
  for (const other of relationsOf(relation.target).values()) {
    if (other !== relation && other.target === relation.owner && isInverse(relation, other)) return other;
  }
  return undefined;
}

function isInverse(a: Relation, b: Relation): boolean {
  if (a.otherKey && b.otherKey) return a.key.column === b.otherKey.column && a.otherKey.column === b.key.column;
  return !a.otherKey && !b.otherKey && a.kind !== b.kind && a.key.column === b.key.column;
}

/** What an object holds in a relation to one. */
export interface Reference {
  readonly key: ForeignKey;
  readonly value: Entity | null;
}

/** The collection of an object, made when it is first asked for. */
export function collectionOf(entity: Entity, relation: Relation): Related<object> {
  const state = stateOf(entity);
  const collection = state.collections.get(relation.name) ?? new Related<object>(entity, relation, !state.isRead);
  if (!state.collections.has(relation.name)) {
    state.collections = new Map(state.collections).set(relation.name, collection);
  }
  return collection;
}

/** Puts an object, or null, into a relation to one, without telling the other side. */
export function setReference(
  entity: Entity,
  name: string,
  key: ForeignKey,
  value: Entity | null,
  // undefined where the server has yet to make the key: see propagateKeys()
  id: unknown = value === null ? null : value[key.referred.attribute],
): void {
  const state = stateOf(entity);
  state.references = new Map(state.references).set(name, { key, value });
  entity[key.column.attribute] = id;
}

function defineAccessor(model: AnyModel, relation: Relation): void {
  const { name, kind } = relation;
  Object.defineProperty(model.prototype, name, {
    configurable: true,
    get(this: Entity) {
      return kind === "many-to-one" ? readReference(this, relation) : collectionOf(this, relation);
    },
    set(this: Entity, value: unknown) {
      if (kind === "many-to-one") {
        if (value !== null) requireTarget(relation, value);
        return refer(this, relation, inverseOf(relation), value as Entity | null);
      }
      const collection = collectionOf(this, relation);
      for (const item of [...collection]) collection.delete(item);
      for (const item of value as Iterable<object>) collection.add(item);
    },
  });
}

/** Notebooks are not type-checked, and the key of another table may be of the right type. */
function requireTarget({ owner, name, target }: Relation, value: unknown): void {
  if (value instanceof target) return;
  throw new TypeError(`${owner.name}.${name} is for objects of ${target.name}, not for ${Deno.inspect(value)}.`);
}

function readReference(entity: Entity, relation: Relation): Entity | null {
  const reference = stateOf(entity).references.get(relation.name);
  if (reference?.value && isCurrent(entity, reference)) return reference.value;
  if ((entity[relation.key.column.attribute] ?? null) === null) return null;
  throw new NotLoadedError(relation.owner.name, relation.name);
}

/** A foreign key that was set by hand, or returned to what it was, goes before the object that was put there. */
export function isCurrent(entity: Entity, { key, value }: Reference): boolean {
  const id = entity[key.column.attribute];
  return value !== null && (id === undefined || id === value[key.referred.attribute]);
}

/**
 * Lets an object refer to another, or to none, and tells the collections that lose and get it.
 *
 * @param one the relation of the object, @param many that of the other side: a model may declare but one of them.
 */
function refer(entity: Entity, one: Relation | undefined, many: Relation | undefined, value: Entity | null): void {
  const { key } = (one ?? many)!;
  const name = one?.name ?? `(${key.column.attribute})`;
  const before = stateOf(entity).references.get(name)?.value;
  if (many && before) collectionOf(before, many).note(entity, false);
  setReference(entity, name, key, value);
  if (many && value) collectionOf(value, many).note(entity, true);
}

/** What waits to be written of a collection: objects that come in (true) and go out (false). */
export type Changes = ReadonlyMap<object, boolean>;

/** The objects on the other side of a relation to many. */
export class Related<T extends object> implements Iterable<T> {
  readonly #owner: Entity;
  /** What the database has; undefined while that is not known. */
  #loaded: ReadonlySet<object> | undefined;
  #changes = new Map<object, boolean>();

  /** Made by the accessors of a model. @param isLoaded false: reading throws until it was loaded. */
  constructor(owner: object, readonly relation: Relation, isLoaded: boolean) {
    this.#owner = owner as Entity;
    if (isLoaded) this.#loaded = new Set();
  }

  /** True when the objects are known. */
  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** What waits to be written. */
  get changes(): Changes {
    return this.#changes;
  }

  /** How many there are. @throws {NotLoadedError} */
  get size(): number {
    return this.all().length;
  }

  /** True when the object is among them. @throws {NotLoadedError} */
  has(item: T): boolean {
    const known = this.#known();
    return this.#changes.get(item) ?? known.has(item);
  }

  /** Every object. @throws {NotLoadedError} */
  all(): T[] {
    const known = this.#known();
    const added = [...this.#changes.keys()].filter((item) => !known.has(item));
    return [...known, ...added].filter((item) => this.#changes.get(item) ?? true) as T[];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.all()[Symbol.iterator]();
  }

  /** Puts an object in; the rows follow with the next flush. It need not be loaded for that. */
  add(item: T): this {
    this.#put(item as Entity, true);
    return this;
  }

  /** Takes an object out; the rows follow with the next flush. @returns whether it was, or may have been, in. */
  delete(item: T): boolean {
    const { kind, key } = this.relation;
    const isOthers = kind === "one-to-many" &&
      (item as Entity)[key.column.attribute] !== this.#owner[key.referred.attribute];
    if (isOthers || this.isLoaded && !this.has(item)) return false;
    this.#put(item as Entity, false);
    return true;
  }

  /** Notes that an object comes in or goes out, without telling the other side. */
  note(item: object, isIn: boolean): void {
    // while it is not known what is in, both orders have to be carried out
    if (this.#loaded?.has(item) === isIn) this.#changes.delete(item);
    else this.#changes.set(item, isIn);
  }

  /** Takes over what was loaded; what waits to be written stays. */
  fill(items: Iterable<object>): void {
    this.#loaded = new Set(items);
  }

  /** Takes back what waits to be written. */
  reset(): void {
    this.#changes.clear();
  }

  /** Forgets what it holds; it has to be loaded again. */
  forget(): void {
    this.#loaded = undefined;
    this.#changes.clear();
  }

  /** These changes were written; what was changed since then waits. */
  written(changes: Changes): void {
    const now = new Set(this.#loaded);
    for (const [item, isIn] of changes) {
      if (isIn) now.add(item);
      else now.delete(item);
      if (this.#changes.get(item) === isIn) this.#changes.delete(item);
      else this.#changes.set(item, !isIn);
    }
    if (this.#loaded) this.#loaded = now;
  }

  /** What it holds now. @returns a function that returns it to that. */
  snapshot(): () => void {
    const [loaded, changes] = [this.#loaded, new Map(this.#changes)];
    return () => {
      this.#loaded = loaded;
      this.#changes = changes;
    };
  }

  /** In a notebook and on the console: the objects, or that they are not loaded. */
  [Symbol.for("Deno.customInspect")](inspect: typeof Deno.inspect, options: Deno.InspectOptions): string {
    return this.#loaded ? `Related ${inspect(this.all(), options)}` : "Related (not loaded)";
  }

  #known(): ReadonlySet<object> {
    if (!this.#loaded) throw new NotLoadedError(this.relation.owner.name, this.relation.name);
    return this.#loaded;
  }

  #put(item: Entity, isIn: boolean): void {
    requireTarget(this.relation, item);
    const inverse = inverseOf(this.relation);
    // the foreign key is the item's: it refers to the owner also where the item declares no relation
    if (this.relation.kind === "one-to-many") refer(item, inverse, this.relation, isIn ? this.#owner : null);
    else if (inverse) collectionOf(item, inverse).note(this.#owner, isIn);
    this.note(item, isIn);
  }
}

/** The objects that an object refers to, or that were put into its collections. */
export function* neighbours({ entity, references, collections }: ObjectState): Generator<Entity> {
  for (const reference of references.values()) if (isCurrent(entity, reference)) yield reference.value!;
  for (const { changes } of collections.values()) {
    for (const [item, isIn] of changes) if (isIn) yield item as Entity;
  }
}

const NONE: ReadonlyMap<TableColumn, Entity> = new Map();

/**
 * Copies the keys of the objects that an object refers to into its foreign keys.
 *
 * @returns the objects that have no key yet, because the server makes it, by the column that waits for it.
 * @throws {DetachedObjectError} when one of them is not going to be written.
 */
export function propagateKeys(entity: Entity): ReadonlyMap<TableColumn, Entity> {
  const { references } = stateOf(entity);
  if (references.size === 0) return NONE;
  const awaited = new Map<TableColumn, Entity>();
  for (const { key: { column, referred }, value } of references.values()) {
    if (value === null || entity[column.attribute] !== undefined) continue;
    entity[column.attribute] = value[referred.attribute];
    if (entity[column.attribute] !== undefined) continue;
    // taken out of its session before it got a key, it will never have one
    if (stateOf(value).status === "left") throw new DetachedObjectError(value.constructor.name, "refer to");
    awaited.set(column, value);
  }
  return awaited;
}
