/**
 * Relations between models: many-to-one (an attribute holds an object or null), one-to-many and many-to-many (an
 * attribute holds a {@linkcode Related} collection). Nothing is loaded behind one's back: what was not loaded says so.
 *
 * @module
 */
import { InvalidModelError, NotLoadedError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import type { ForeignKey, Table } from "./table.ts";

/** The model on the other side; of its type no relations are asked, because models may name each other. */
export type RelationTarget = () => { new (values: never): object; readonly table: Table };

/** A relation as a model declares it in `static relations`. */
export interface RelationDeclaration {
  readonly kind: "many-to-one" | "one-to-many" | "many-to-many";
  readonly target: RelationTarget;
  /** The attribute with the foreign key; only needed where there are several between the two tables. */
  readonly foreignKey?: string;
  /** The association table of a many-to-many relation. */
  readonly secondary?: Table;
}

/** This table has the foreign key: `team: manyToOne(() => Team)`. */
export function manyToOne(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "many-to-one", target, ...options };
}

/** The other table has the foreign key: `members: oneToMany(() => User)`. */
export function oneToMany(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "one-to-many", target, ...options };
}

/** An association table has both foreign keys: `toys: manyToMany(() => Toy, { secondary: userToy })`. */
export function manyToMany(target: RelationTarget, options: { secondary: Table }): RelationDeclaration {
  return { kind: "many-to-many", target, ...options };
}

/** A relation whose tables and foreign keys are known. */
export interface Relation {
  readonly name: string;
  readonly kind: RelationDeclaration["kind"];
  readonly owner: AnyModel;
  readonly target: AnyModel;
  /** The foreign key between the two tables; of a many-to-many relation the one from the association to the owner. */
  readonly key: ForeignKey;
  /** Of a many-to-many relation the foreign key from the association to the target. */
  readonly otherKey: ForeignKey | undefined;
}

const RELATIONS = new WeakMap<AnyModel, ReadonlyMap<string, Relation>>();

/**
 * The relations of a model by name. The first call resolves them and puts their accessors on the class: not earlier,
 * because models may name each other.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous.
 */
export function relationsOf(model: AnyModel): ReadonlyMap<string, Relation> {
  let relations = RELATIONS.get(model);
  if (relations) return relations;
  const declared = Object.entries(model.relations ?? {});
  relations = new Map(declared.map(([name, declaration]) => [name, resolve(model, name, declaration)]));
  RELATIONS.set(model, relations);
  for (const relation of relations.values()) defineAccessor(model, relation);
  return relations;
}

function resolve(owner: AnyModel, name: string, declaration: RelationDeclaration): Relation {
  const { kind, foreignKey, secondary } = declaration;
  const target: AnyModel = declaration.target();
  if (owner.table.columns.some(({ attribute }) => attribute === name)) {
    throw new InvalidModelError(owner.table.name, `"${name}" is both a column and a relation: rename one`);
  }
  const only = (from: Table, to: Table): ForeignKey => {
    const keys = from.foreignKeys().filter((key) => key.to === to)
      .filter(({ column }) => foreignKey === undefined || column.attribute === foreignKey);
    if (keys.length === 1) return keys[0];
    const problem = keys.length === 0 ? "there is no foreign key" : "there are several foreign keys";
    throw new InvalidModelError(
      owner.table.name,
      `for the relation "${name}" ${problem} from "${from.name}" to "${to.name}"${
        keys.length === 0 ? ": give a column .references()" : "; name one with { foreignKey }"
      }`,
    );
  };
  if (kind === "many-to-many") {
    if (owner.table === target.table) {
      const [key, otherKey] = secondary!.foreignKeys();
      return { name, kind, owner, target, key, otherKey };
    }
    return { name, kind, owner, target, key: only(secondary!, owner.table), otherKey: only(secondary!, target.table) };
  }
  const [from, to] = kind === "many-to-one" ? [owner, target] : [target, owner];
  return { name, kind, owner, target, key: only(from.table, to.table), otherKey: undefined };
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

/** What the objects hold in their relations: beside them, so that an object shows nothing but its columns. */
const HELD = new WeakMap<Entity, Map<string, Reference | Related<object>>>();
/** Objects that came from the database: what they hold is unknown until it was loaded. */
const FROM_DATABASE = new WeakSet<Entity>();

/** Notes that an object came from the database. */
export function markLoaded(entity: Entity): void {
  FROM_DATABASE.add(entity);
}

/** What an object holds in a relation; `undefined` when nothing was put there or loaded. */
export function held(entity: Entity, name: string): Reference | Related<object> | undefined {
  return HELD.get(entity)?.get(name);
}

/** Forgets what an object holds in its relations; they have to be loaded again. */
export function forgetHeld(entity: Entity): void {
  HELD.delete(entity);
  FROM_DATABASE.add(entity);
}

/** The collection of an object, made when it is first asked for. */
export function collectionOf(entity: Entity, relation: Relation): Related<object> {
  const known = held(entity, relation.name);
  if (known) return known as Related<object>;
  const collection = new Related<object>(entity, relation, !FROM_DATABASE.has(entity));
  hold(entity, relation.name, collection);
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
  hold(entity, name, { key, value });
  entity[key.column.attribute] = id;
}

function hold(entity: Entity, name: string, value: Reference | Related<object>): void {
  let all = HELD.get(entity);
  if (!all) HELD.set(entity, all = new Map());
  all.set(name, value);
}

function defineAccessor(model: AnyModel, relation: Relation): void {
  const { name, kind } = relation;
  Object.defineProperty(model.prototype, name, {
    configurable: true,
    get(this: Entity) {
      return kind === "many-to-one" ? readReference(this, relation) : collectionOf(this, relation);
    },
    set(this: Entity, value: unknown) {
      if (kind === "many-to-one") return writeReference(this, relation, value as Entity | null);
      const collection = collectionOf(this, relation);
      for (const item of [...collection]) collection.delete(item);
      for (const item of value as Iterable<object>) collection.add(item);
    },
  });
}

function readReference(entity: Entity, relation: Relation): Entity | null {
  const reference = held(entity, relation.name) as Reference | undefined;
  if (reference?.value && isCurrent(entity, reference)) return reference.value;
  if ((entity[relation.key.column.attribute] ?? null) === null) return null;
  throw new NotLoadedError(relation.owner.name, relation.name);
}

/** A foreign key that was set by hand, or returned to what it was, goes before the object that was put there. */
function isCurrent(entity: Entity, { key, value }: Reference): boolean {
  const id = entity[key.column.attribute];
  return value !== null && (id === undefined || id === value[key.referred.attribute]);
}

function writeReference(entity: Entity, relation: Relation, value: Entity | null): void {
  const inverse = inverseOf(relation);
  const before = (held(entity, relation.name) as Reference | undefined)?.value;
  if (inverse && before) collectionOf(before, inverse).deleteQuietly(entity);
  setReference(entity, relation.name, relation.key, value);
  if (inverse && value) collectionOf(value, inverse).addQuietly(entity);
}

/** The objects on the other side of a relation to many. */
export class Related<T extends object> implements Iterable<T> {
  readonly #owner: Entity;
  readonly #relation: Relation;
  #items: Set<T> | undefined;
  /** Put in and taken out since the last flush. */
  readonly added = new Set<T>();
  readonly removed = new Set<T>();

  /** Made by the accessors of a model. @param isLoaded false: reading throws until it was loaded. */
  constructor(owner: object, relation: Relation, isLoaded: boolean) {
    this.#owner = owner as Entity;
    this.#relation = relation;
    if (isLoaded) this.#items = new Set();
  }

  /** True when the objects are known. */
  get isLoaded(): boolean {
    return this.#items !== undefined;
  }

  /** How many there are. @throws {NotLoadedError} */
  get size(): number {
    return this.#known().size;
  }

  /** True when the object is among them. @throws {NotLoadedError} */
  has(item: T): boolean {
    return this.#known().has(item);
  }

  /** Every object. @throws {NotLoadedError} */
  all(): T[] {
    return [...this.#known()];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#known()[Symbol.iterator]();
  }

  /** Puts an object in; the rows follow with the next flush. It need not be loaded for that. */
  add(item: T): this {
    this.addQuietly(item);
    const inverse = inverseOf(this.#relation);
    if (this.#relation.kind === "one-to-many") this.#setOwner(item as Entity, inverse, this.#owner);
    else if (inverse) collectionOf(item as Entity, inverse).addQuietly(this.#owner);
    return this;
  }

  /** Takes an object out; the rows follow with the next flush. @returns whether it was, or may have been, in. */
  delete(item: T): boolean {
    const { kind, key } = this.#relation;
    const isOthers = kind === "one-to-many" &&
      (item as Entity)[key.column.attribute] !== this.#owner[key.referred.attribute];
    if (isOthers || !this.deleteQuietly(item)) return false;
    const inverse = inverseOf(this.#relation);
    if (kind === "one-to-many") this.#setOwner(item as Entity, inverse, null);
    else if (inverse) collectionOf(item as Entity, inverse).deleteQuietly(this.#owner);
    return true;
  }

  /** `add` without telling the other side. */
  addQuietly(item: object): void {
    if (this.#items?.has(item as T)) return;
    // while it is not known what is in, both orders have to be carried out
    if (!this.removed.delete(item as T) || !this.#items) this.added.add(item as T);
    this.#items?.add(item as T);
  }

  /** `delete` without telling the other side. */
  deleteQuietly(item: object): boolean {
    if (this.#items && !this.#items.delete(item as T)) return false;
    if (!this.added.delete(item as T) || !this.#items) this.removed.add(item as T);
    return true;
  }

  /** Takes over what was loaded; what waits to be flushed stays. */
  fill(items: Iterable<object>): void {
    this.#items = new Set(items as Iterable<T>);
    for (const item of this.added) this.#items.add(item);
    for (const item of this.removed) this.#items.delete(item);
  }

  /** What it holds, to return to with {@linkcode restore}. @param pending with or without what waits to be written. */
  snapshot(pending: boolean): RelatedSnapshot {
    if (pending) return { items: this.#items && [...this.#items], added: [...this.added], removed: [...this.removed] };
    const items = this.#items && [...this.#items, ...this.removed].filter((item) => !this.added.has(item));
    return { items, added: [], removed: [] };
  }

  /** Returns to an earlier state. */
  restore({ items, added, removed }: RelatedSnapshot): void {
    this.#items = items && new Set(items as T[]);
    this.settled();
    for (const item of added) this.added.add(item as T);
    for (const item of removed) this.removed.add(item as T);
  }

  /** What waited was written. */
  settled(): void {
    this.added.clear();
    this.removed.clear();
  }

  /** In a notebook and on the console: the objects, or that they are not loaded. */
  [Symbol.for("Deno.customInspect")](inspect: typeof Deno.inspect, options: Deno.InspectOptions): string {
    return this.#items ? `Related ${inspect([...this.#items], options)}` : "Related (not loaded)";
  }

  #known(): Set<T> {
    if (!this.#items) throw new NotLoadedError(this.#relation.owner.name, this.#relation.name);
    return this.#items;
  }

  /** The foreign key is the item's: it refers to the owner also where the item declares no relation. */
  #setOwner(item: Entity, inverse: Relation | undefined, owner: Entity | null): void {
    const { key } = this.#relation;
    const name = inverse?.name ?? `(${key.column.attribute})`;
    const before = (held(item, name) as Reference | undefined)?.value;
    if (before && before !== this.#owner) collectionOf(before, this.#relation).deleteQuietly(item);
    setReference(item, name, key, owner);
  }
}

/** What a collection held at some time. */
export interface RelatedSnapshot {
  readonly items: object[] | undefined;
  readonly added: object[];
  readonly removed: object[];
}

/** The objects that an object refers to, or that were put into its collections. */
export function* neighbours(entity: Entity): Generator<Entity> {
  for (const value of HELD.get(entity)?.values() ?? []) {
    if (value instanceof Related) yield* value.added as Iterable<Entity>;
    else if (isCurrent(entity, value)) yield value.value!;
  }
}

/**
 * Copies the keys of the objects that an object refers to into its foreign keys.
 *
 * @returns the references whose objects have no key yet, because the server makes it.
 */
export function propagateKeys(entity: Entity): Reference[] {
  const waiting: Reference[] = [];
  for (const reference of HELD.get(entity)?.values() ?? []) {
    if (reference instanceof Related || !reference.value) continue;
    const { column, referred } = reference.key;
    if (entity[column.attribute] !== undefined) continue;
    entity[column.attribute] = reference.value[referred.attribute];
    if (entity[column.attribute] === undefined) waiting.push(reference);
  }
  return waiting;
}
