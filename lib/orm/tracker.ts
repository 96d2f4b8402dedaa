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
import type { Table, TableColumn } from "./table.ts";
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

/** Where an object is: in the tracker of one session. */
const OWNERS = new WeakMap<Entity, Tracker>();
/** Objects that are in a session no more, with the rows they still have; `null` when it was deleted. */
const LEFT = new WeakMap<Entity, Row | null>();

/** The objects of one session. */
export class Tracker {
  readonly #identities = new IdentityMap();
  readonly #new = new Map<Entity, AnyModel>();
  readonly #rows = new Map<Entity, Row>();
  readonly #deleted = new Set<Entity>();
  readonly #expired = new WeakSet<Entity>();
  /** Objects with changed collections, as the last plan found them. */
  #pending: Entity[] = [];
  /** For the transaction and each savepoint in it: what the objects were that were written since. */
  readonly #frames: Map<Entity, Before>[] = [new Map()];

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
  add(entity: Entity): void {
    const model = entity.constructor as unknown as AnyModel;
    if (!model.table) throw new TypeError(`Only objects of models can be added, not a ${model.name}.`);
    const owner = OWNERS.get(entity);
    const row = LEFT.get(entity);
    const isTwin = row && this.#identities.get(row.table, rowKey(row));
    if (owner ? owner !== this : isTwin) throw new AttachedObjectError(model.name);
    this.#deleted.delete(entity);
    if (owner) return;
    if (row) this.#keep(row);
    else {
      this.#new.set(entity, model);
      OWNERS.set(entity, this);
      LEFT.delete(entity);
    }
    for (const neighbour of neighbours(entity)) if (!LEFT.has(neighbour)) this.add(neighbour);
  }

  delete(entity: Entity): void {
    if (this.#new.has(entity)) return this.expunge(entity);
    this.identityOf(entity, "delete");
    this.#deleted.add(entity);
  }

  expunge(entity: Entity): void {
    if (!this.#new.has(entity)) this.identityOf(entity, "expunge");
    this.#leave(entity, this.#rows.get(entity) ?? null);
    for (const frame of this.#frames) frame.delete(entity);
  }

  expire(entity?: Entity): void {
    for (const each of entity ? [this.identityOf(entity, "expire") && entity] : this.#rows.keys()) {
      this.#reset(this.#rows.get(each)!);
      this.#expired.add(each);
      forgetHeld(each);
    }
  }

  /** The model and the key of an object that has a row. @throws {DetachedObjectError} */
  identityOf(entity: Entity, what: string): { model: AnyModel; key: unknown[] } {
    const row = this.#rows.get(entity);
    if (!row) throw new DetachedObjectError(entity.constructor.name, what);
    return { model: row.model, key: rowKey(row) };
  }

  /** The object of a key, if it is known and need not be read anew. */
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    const known = this.#identities.get(model.table, key);
    return known && !this.#expired.has(known) ? known : undefined;
  }

  /** The object of a row: the one that is known, as it is unless it shall be refreshed, or a new one. */
  load(model: AnyModel, row: readonly unknown[], refresh = false): Entity {
    const { table } = model;
    const known = this.#identities.get(table, table.keyIndexes.map((index) => row[index]));
    if (known && !refresh && !this.#expired.has(known)) return known;
    relationsOf(model);
    const entity: Entity = known ?? Object.create(model.prototype);
    for (let index = 0; index < table.columns.length; index++) entity[table.columns[index].attribute] = row[index];
    this.#expired.delete(entity);
    if (!known) {
      markLoaded(entity);
      OWNERS.set(entity, this);
      this.#identities.set(table, keyOf(table, entity), entity);
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

  /** Notes what the objects are that a flush will write. @returns their values as they are sent. */
  flushing(plan: readonly Step[]): Map<Entity, unknown[]> {
    const frame = this.#frames.at(-1)!;
    const sent = new Map<Entity, unknown[]>();
    for (const entity of new Set([...plan.flatMap(({ entities }) => entities), ...this.#pending])) {
      const row = this.#rows.get(entity);
      const model = row?.model ?? entity.constructor as unknown as AnyModel;
      const values = snapshot({ table: model.table, entity });
      sent.set(entity, values);
      if (frame.has(entity)) continue;
      const held = collections(model, entity).map((each) => [each, each.snapshot(row === undefined)] as const);
      frame.set(entity, { model, values, loaded: row?.loaded, collections: new Map(held) });
    }
    return sent;
  }

  /** Takes note that a plan was carried out. */
  flushed(plan: readonly Step[], sent: ReadonlyMap<Entity, unknown[]>): void {
    for (const { kind, returning, entities } of plan) {
      for (const entity of entities) {
        if (kind === "delete") this.#leave(entity, null);
        else if (kind === "insert" || kind === "update") this.#persist(entity, sent.get(entity)!, returning);
      }
    }
    for (const entity of sent.keys()) for (const collection of collectionsOf(entity)) collection.settled();
  }

  /** True while there are savepoints. */
  get isNested(): boolean {
    return this.#frames.length > 1;
  }

  beginNested(): number {
    return this.#frames.push(new Map());
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
    this.#frames.splice(0, Infinity, new Map());
  }

  rollback(): void {
    this.#undo(this.#frames.splice(0, Infinity, new Map()));
  }

  /** Lets go of every object, with what was not sent. */
  clear(): void {
    this.#undoFrames(this.#frames.splice(0, Infinity, new Map()));
    for (const [entity, row] of this.#rows) this.#leave(entity, row);
  }

  #keep(row: Row): void {
    this.#rows.set(row.entity, row);
    this.#identities.set(row.table, rowKey(row), row.entity);
    OWNERS.set(row.entity, this);
    LEFT.delete(row.entity);
  }

  /** @param left see {@linkcode LEFT}; undefined for an object that is as if it had never been in a session. */
  #leave(entity: Entity, left?: Row | null): void {
    const row = this.#rows.get(entity);
    // by now another object may have this key
    if (row && this.#identities.get(row.table, rowKey(row)) === entity) this.#identities.delete(row.table, rowKey(row));
    this.#rows.delete(entity);
    this.#new.delete(entity);
    this.#deleted.delete(entity);
    OWNERS.delete(entity);
    if (left !== undefined) LEFT.set(entity, left);
  }

  /** An object may be changed again while its row is written: what was sent counts. */
  #persist(entity: Entity, sent: readonly unknown[], returning: readonly TableColumn[]): void {
    const model = this.#new.get(entity) ?? this.#rows.get(entity)!.model;
    const { table } = model;
    const loaded = table.columns.map((column, index) =>
      sent[index] === undefined || returning.includes(column) ? copy(entity[column.attribute]) : sent[index]
    );
    this.#leave(entity);
    this.#keep({ model, table, entity, loaded });
  }

  #undo(frames: Map<Entity, Before>[]): void {
    this.#undoFrames(frames);
    this.#deleted.clear();
    for (const row of this.#rows.values()) this.#reset(row);
  }

  /** Returns objects to what they were: the newest frame first. New ones leave. */
  #undoFrames(frames: Map<Entity, Before>[]): void {
    for (const entity of this.#new.keys()) this.#leave(entity);
    for (const frame of frames.toReversed()) {
      for (const [entity, { model, values, collections }] of frame) {
        this.#leave(entity);
        model.table.columns.forEach(({ attribute }, index) => entity[attribute] = values[index]);
        for (const [collection, state] of collections) collection.restore(state);
      }
      for (const [entity, { model, loaded }] of frame) {
        if (loaded) this.#keep({ model, table: model.table, entity, loaded });
      }
    }
  }

  /** Takes back what was changed in an object but not sent. */
  #reset(row: Row): void {
    const { table, entity, loaded } = row;
    for (const column of changedColumns(row)) entity[column.attribute] = copy(loaded[table.columns.indexOf(column)]);
    for (const collection of collectionsOf(entity)) collection.restore(collection.snapshot(false));
  }

  /** Objects that known ones refer to come into the session with them. */
  #cascade(): void {
    for (const entities of [this.#new, this.#rows]) {
      for (const entity of entities.keys()) {
        for (const neighbour of neighbours(entity)) {
          if (OWNERS.get(neighbour) !== this && !LEFT.has(neighbour)) this.add(neighbour);
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
    this.#pending = [];
    const visit = (entity: Entity, model: AnyModel) => {
      for (const relation of relationsOf(model).values()) {
        const collection = held(entity, relation.name);
        if (!(collection instanceof Related) || collection.added.size + collection.removed.size === 0) continue;
        this.#pending.push(entity);
        if (relation.kind !== "many-to-many") continue;
        const link = of(relation);
        const swap = link.relation.key.column !== relation.key.column;
        for (const other of collection.added as Set<Entity>) {
          if (!this.#deleted.has(other) && LEFT.get(other) !== null) link.added.put(entity, other, swap);
        }
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

function collectionsOf(entity: Entity): Related<object>[] {
  return collections(entity.constructor as unknown as AnyModel, entity);
}

/** The key of a row as it is in the database. */
function rowKey({ table, loaded }: Persistent): unknown[] {
  return table.keyIndexes.map((index) => loaded[index]);
}
