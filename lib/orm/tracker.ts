/**
 * What a session knows of its objects: which are new, which have a row and with what values, which will be deleted; and
 * what they were when the transaction, or a savepoint in it, began, to return to it on rollback.
 *
 * @module
 */
import { AttachedObjectError, DetachedObjectError } from "./errors.ts";
import { type Entity, IdentityMap, keyOf } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import {
  forgetHeld,
  held,
  markLoaded,
  neighbours,
  Related,
  type RelatedSnapshot,
  type Relation,
  relationsOf,
} from "./relations.ts";
import type { Table } from "./table.ts";
import { changedColumns, copy, type Links, type Persistent, planFlush, snapshot, type Step } from "./unit_of_work.ts";

/** What an object was before a flush touched it. */
interface Before {
  readonly model: AnyModel;
  readonly values: readonly unknown[];
  /** The values of its row; absent for an object that had none. */
  readonly loaded: readonly unknown[] | undefined;
  readonly collections: ReadonlyMap<Related<object>, RelatedSnapshot>;
}

interface Row extends Persistent {
  readonly model: AnyModel;
}

/** The session that an object is in. */
const OWNERS = new WeakMap<Entity, object>();

/** The objects of one session. */
export class Tracker {
  readonly #identities = new IdentityMap();
  readonly #new = new Map<Entity, AnyModel>();
  readonly #rows = new Map<Entity, Row>();
  readonly #deleted = new Set<Entity>();
  readonly #expired = new WeakSet<Entity>();
  /** For the transaction and each savepoint in it: what the objects were that were written since. */
  readonly #frames: Map<Entity, Before>[] = [];

  newObjects(): Set<Entity> {
    this.#cascade();
    return new Set(this.#new.keys());
  }

  dirtyObjects(): Set<Entity> {
    const changed = (row: Row) =>
      !this.#deleted.has(row.entity) && (changedColumns(row).length > 0 || hasPendingCollection(row));
    return new Set([...this.#rows.values()].filter(changed).map(({ entity }) => entity));
  }

  deletedObjects(): Set<Entity> {
    return new Set(this.#deleted);
  }

  /** @throws {AttachedObjectError} when it is in another session. @throws {TypeError} when it is of no model. */
  add(entity: Entity, session: object): void {
    const model = entity.constructor as unknown as AnyModel;
    if (!model.table) throw new TypeError(`Only objects of models can be added, not a ${model.name}.`);
    const owner = OWNERS.get(entity);
    if (owner !== undefined && owner !== session) throw new AttachedObjectError(model.name);
    this.#deleted.delete(entity);
    if (this.#rows.has(entity) || this.#new.has(entity)) return;
    OWNERS.set(entity, session);
    this.#new.set(entity, model);
    for (const neighbour of neighbours(entity)) this.add(neighbour, session);
  }

  delete(entity: Entity): void {
    if (this.#new.delete(entity)) OWNERS.delete(entity);
    else {
      this.identityOf(entity, "delete");
      this.#deleted.add(entity);
    }
  }

  expunge(entity: Entity): void {
    if (!this.#new.delete(entity)) {
      const { model, key } = this.identityOf(entity, "expunge");
      this.#identities.delete(model.table, key);
      this.#rows.delete(entity);
      this.#deleted.delete(entity);
    }
    OWNERS.delete(entity);
  }

  expire(entity?: Entity): void {
    for (const each of entity ? [this.identityOf(entity, "expire") && entity] : this.#rows.keys()) {
      this.#expired.add(each);
      forgetHeld(each);
    }
  }

  isExpired(entity: Entity): boolean {
    return this.#expired.has(entity);
  }

  /** The model and the key of an object that has a row. @throws {DetachedObjectError} */
  identityOf(entity: Entity, what: string): { model: AnyModel; key: unknown[] } {
    const row = this.#rows.get(entity);
    if (!row) throw new DetachedObjectError(entity.constructor.name, what);
    const { table, loaded, model } = row;
    return { model, key: table.primaryKey.map((column) => loaded[table.columns.indexOf(column)]) };
  }

  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    return this.#identities.get(model.table, key);
  }

  /** The object of a row: the one that is known, as it is unless it shall be refreshed, or a new one. */
  load(model: AnyModel, row: readonly unknown[], session: object, refresh: boolean): Entity {
    const { table } = model;
    const known = this.#identities.get(table, table.keyIndexes.map((index) => row[index]));
    if (known && !refresh && !this.#expired.has(known)) return known;
    relationsOf(model);
    const entity: Entity = known ?? Object.create(model.prototype);
    for (let index = 0; index < table.columns.length; index++) entity[table.columns[index].attribute] = row[index];
    this.#expired.delete(entity);
    if (!known) {
      markLoaded(entity);
      OWNERS.set(entity, session);
      this.#identities.set(table, entity);
    }
    // the row's own values serve for comparison, but for those that could be changed in place
    const loaded = row.slice(0, table.columns.length);
    for (const index of table.mutableIndexes) loaded[index] = copy(loaded[index]);
    this.#rows.set(entity, { model, table, entity, loaded });
    return entity;
  }

  /** What a flush would send. */
  plan(): Step[] {
    this.#cascade();
    const deleted = [...this.#deleted].map((entity) => this.#rows.get(entity)!);
    return planFlush({
      added: [...this.#new].map(([entity, { table }]) => ({ entity, table })),
      persistent: this.#deleted.size === 0
        ? this.#rows.values()
        : [...this.#rows.values()].filter(({ entity }) => !this.#deleted.has(entity)),
      deleted,
      links: this.#links(),
    });
  }

  begin(): void {
    this.#frames.push(new Map());
  }

  /** Notes what the objects are that a flush will write. */
  flushing(plan: readonly Step[]): void {
    const frame = this.#frames.at(-1);
    if (!frame) return;
    for (const { entities } of plan) {
      for (const entity of entities) {
        if (frame.has(entity)) continue;
        const row = this.#rows.get(entity);
        const model = row?.model ?? entity.constructor as unknown as AnyModel;
        frame.set(entity, {
          model,
          values: snapshot({ table: model.table, entity }),
          loaded: row?.loaded,
          collections: new Map(collections(model, entity).map((each) => [each, each.snapshot(row === undefined)])),
        });
      }
    }
  }

  /** Takes note that a plan was carried out. */
  flushed(plan: readonly Step[]): void {
    for (const { kind, table, entities } of plan) {
      for (const entity of entities) {
        if (kind === "delete") {
          const { key } = this.identityOf(entity, "delete");
          this.#identities.delete(table, key);
          this.#rows.delete(entity);
          this.#deleted.delete(entity);
          OWNERS.delete(entity);
        } else if (kind === "insert" || kind === "update") this.#persist(entity);
        if (kind !== "delete") settle(entity);
      }
    }
  }

  beginNested(): number {
    this.begin();
    return this.#frames.length;
  }

  /** The savepoint's work becomes part of what is around it. */
  commitNested(depth: number): void {
    for (const frame of this.#frames.splice(depth - 1)) {
      const outer = this.#frames.at(-1)!;
      for (const [entity, before] of frame) if (!outer.has(entity)) outer.set(entity, before);
    }
  }

  rollbackNested(depth: number): void {
    this.#undo(this.#frames.splice(depth - 1));
  }

  committed(): void {
    this.#frames.length = 0;
  }

  rollback(): void {
    this.#undo(this.#frames.splice(0));
    for (const entity of this.#new.keys()) OWNERS.delete(entity);
    this.#new.clear();
  }

  /** Lets go of every object. */
  clear(): void {
    for (const entity of [...this.#new.keys(), ...this.#rows.keys()]) OWNERS.delete(entity);
    this.#identities.clear();
    this.#new.clear();
    this.#rows.clear();
    this.#deleted.clear();
  }

  #persist(entity: Entity): void {
    const model = this.#new.get(entity) ?? this.#rows.get(entity)!.model;
    const before = this.#rows.get(entity);
    if (before) this.#identities.delete(model.table, this.identityOf(entity, "update").key);
    this.#new.delete(entity);
    this.#identities.set(model.table, entity);
    this.#rows.set(entity, { model, table: model.table, entity, loaded: snapshot({ table: model.table, entity }) });
  }

  /** Returns objects to what they were: the newest frame first. */
  #undo(frames: Map<Entity, Before>[]): void {
    for (const frame of frames.toReversed()) {
      for (const [entity, { model, values, loaded, collections }] of frame) {
        const { table } = model;
        if (this.#rows.delete(entity)) this.#identities.delete(table, keyOf(table, entity));
        table.columns.forEach(({ attribute }, index) => entity[attribute] = values[index]);
        for (const [collection, state] of collections) collection.restore(state);
        if (loaded) this.#rows.set(entity, { model, table, entity, loaded });
        else OWNERS.delete(entity);
        this.#new.delete(entity);
      }
    }
    // what was changed but not sent
    this.#deleted.clear();
    for (const { model, table, entity, loaded } of this.#rows.values()) {
      table.columns.forEach(({ attribute }, index) => {
        if (entity[attribute] !== loaded[index]) entity[attribute] = copy(loaded[index]);
      });
      for (const collection of collections(model, entity)) collection.restore(collection.snapshot(false));
      this.#identities.set(table, entity);
    }
  }

  /** Objects that known ones refer to come into the session with them. */
  #cascade(): void {
    for (const entities of [this.#new, this.#rows]) {
      for (const entity of entities.keys()) {
        for (const neighbour of neighbours(entity)) {
          if (!this.#new.has(neighbour) && !this.#rows.has(neighbour)) this.add(neighbour, OWNERS.get(entity)!);
        }
      }
    }
  }

  /** The association rows that collections ask for, each once though both sides may ask. */
  #links(): Links[] {
    const links = new Map<Table, { relation: Relation; added: Pairs; removed: Pairs }>();
    const of = (relation: Relation) => {
      const known = links.get(relation.key.from);
      if (known) return known;
      const made = { relation, added: new Pairs(), removed: new Pairs() };
      links.set(relation.key.from, made);
      return made;
    };
    const visit = (entity: Entity, model: AnyModel) => {
      for (const relation of relationsOf(model).values()) {
        if (relation.kind !== "many-to-many") continue;
        const collection = held(entity, relation.name);
        if (!(collection instanceof Related) || collection.added.size + collection.removed.size === 0) continue;
        const link = of(relation);
        const swap = link.relation.key.column !== relation.key.column;
        for (const other of collection.added as Set<Entity>) link.added.put(entity, other, swap);
        for (const other of collection.removed as Set<Entity>) link.removed.put(entity, other, swap);
      }
    };
    for (const [entity, model] of this.#new) visit(entity, model);
    for (const { entity, model } of this.#rows.values()) if (!this.#deleted.has(entity)) visit(entity, model);
    return [...links.values()].map(({ relation, added, removed }) => ({
      key: relation.key,
      otherKey: relation.otherKey!,
      added: added.all(),
      removed: removed.all(),
    }));
  }
}

/** Pairs of objects, each once. */
class Pairs {
  readonly #pairs = new Map<Entity, Set<Entity>>();

  put(owner: Entity, other: Entity, swap: boolean): void {
    const [first, second] = swap ? [other, owner] : [owner, other];
    this.#pairs.set(first, (this.#pairs.get(first) ?? new Set()).add(second));
  }

  all(): [Entity, Entity][] {
    return [...this.#pairs].flatMap(([first, seconds]) =>
      [...seconds].map((second): [Entity, Entity] => [first, second])
    );
  }
}

function collections(model: AnyModel, entity: Entity): Related<object>[] {
  return [...relationsOf(model).values()].map(({ name }) => held(entity, name)).filter((value) =>
    value instanceof Related
  );
}

function hasPendingCollection({ model, entity }: Row): boolean {
  return collections(model, entity).some(({ added, removed }) => added.size + removed.size > 0);
}

/** The changes of an object's collections were written, and with them those of the other side. */
function settle(entity: Entity): void {
  const model = entity.constructor as unknown as AnyModel;
  for (const collection of collections(model, entity)) collection.settled();
}
