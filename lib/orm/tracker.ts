/**
 * What a session knows of its objects: which are new, which have a row and with what values, which will be deleted; and
 * what they were when the transaction, or a savepoint in it, began, to return to it on rollback.
 *
 * @module
 */
import { AttachedObjectError, DetachedObjectError } from "./errors.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import type { AnyModel } from "./relation.ts";
import { changedColumns, type ObjectState, type ObjectStatus, type PersistentState, stateOf } from "./object_state.ts";
import { isCurrent, neighbours, relationsOf, setReference } from "./relations.ts";
import { Snapshot } from "./snapshot.ts";
import { type Link, planFlush } from "./unit_of_work.ts";
import { kept } from "./column_value.ts";
import type { Step } from "./dml.ts";
import { mapKey, rowMapKey } from "./key.ts";

/** What happened to an object in the transaction: it was this before a flush wrote it, or it was read. */
type Change = Snapshot | { readonly state: ObjectState };

/** The objects of one session. */
export class Tracker {
  #identities = new IdentityMap<ObjectState>();
  #states = new Set<ObjectState>();
  /** What happened in the transaction, in this order. */
  #journal: Change[] = [];
  /** For each savepoint how long the journal was then. */
  #savepoints: number[] = [];

  /** The objects that the next flush inserts, updates or deletes. */
  objects(which: "new" | "dirty" | "deleted"): Set<Entity> {
    if (which === "new") this.#cascade();
    const chosen = which !== "dirty" ? this.#with(which) : this.#with("persistent").filter(isChanged);
    return new Set(chosen.map(({ entity }) => entity));
  }

  /** @throws {AttachedObjectError} when it is in another session. @throws {TypeError} when it is of no model. */
  add(entity: Entity): void {
    const state = stateOf(entity);
    if (!state.table) throw new TypeError(`Only objects of models can be added, not a ${state.model.name}.`);
    const hasTwin = this.#identities.get(state.table, state.identity);
    if (state.owner ? state.owner !== this : hasTwin) throw new AttachedObjectError(state.model.name);
    if (state.status === "deleted") state.status = "persistent";
    if (state.owner) return;
    this.#enter(state);
    this.#addNeighbours(state);
  }

  delete(entity: Entity): void {
    const state = this.stateOf(entity, "delete", "also new");
    if (state.loaded) state.status = "deleted";
    else this.#leave(state, "left");
  }

  expunge(entity: Entity): void {
    this.#leave(this.stateOf(entity, "expunge", "also new"), "left");
  }

  expire(entity?: Entity): void {
    const states = entity ? [this.stateOf(entity, "expire")] : this.#with("persistent", "deleted");
    for (const state of states) {
      state.reset();
      state.isExpired = true;
      state.forgetRelations();
    }
  }

  /** What is known of an object, which has a row. @throws {DetachedObjectError} when it is not in this session. */
  stateOf(entity: Entity, what: string, isNew?: "also new"): ObjectState {
    const state = stateOf(entity);
    if (state.owner === this && (state.loaded || isNew)) return state;
    throw new DetachedObjectError(entity.constructor.name, what);
  }

  /** The object of a key, if it is known and need not be read anew. */
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    const known = this.#identities.get(model.table, mapKey(key));
    return known && !known.isExpired ? known.entity : undefined;
  }

  /** The object of a row, which it keeps: the one that is known, as it is unless it shall be refreshed, or a new one. */
  load(model: AnyModel, row: unknown[], refresh = false): Entity {
    const { table } = model;
    const known = this.#identities.get(table, rowMapKey(table, row));
    if (known && !refresh && !known.isExpired) return known.entity;
    relationsOf(model);
    const state = known ?? stateOf(Object.create(model.prototype));
    const { entity } = state;
    for (let index = 0; index < table.columns.length; index++) entity[table.columns[index].attribute] = row[index];
    // the row serves for comparison, but for the values that could be changed in place
    const loaded = row.length === table.columns.length ? row : row.slice(0, table.columns.length);
    for (const index of table.mutableIndexes) loaded[index] = kept(table.columns[index], loaded[index]);
    state.loaded = loaded;
    if (!known) this.#enter(state);
    if (!known || state.isExpired) state.forgetRelations();
    state.isExpired = false;
    this.#journal.push({ state });
    return entity;
  }

  /** Lets go of objects, but for those with changes that wait to be written. */
  forget(states: Iterable<ObjectState>): void {
    const going = [...states].filter((state) => state.status === "persistent" && !isChanged(state as PersistentState));
    for (const state of going) this.#leave(state, "left");
    this.#states = new Set(this.#states);
    this.#identities.renew();
    const isGone = ({ state }: Change) => state.owner !== this && state.loaded !== undefined;
    this.#savepoints = this.#savepoints.map((length) => length - this.#journal.slice(0, length).filter(isGone).length);
    this.#journal = this.#journal.filter((change) => !isGone(change));
  }

  /** What a flush would send. */
  plan(): Step[] {
    if (this.#states.size === 0) return [];
    this.#cascade();
    const { new: added = [], persistent = [], deleted = [] } = Object.groupBy(this.#states, ({ status }) => status);
    const withRow = { persistent: persistent as PersistentState[], deleted: deleted as PersistentState[] };
    return planFlush({ added, ...withRow, links: links(this.#states) });
  }

  /** Notes what the objects are that a flush will write. @returns what is sent of them. */
  flushing(steps: readonly Step[]): Map<ObjectState, Snapshot> {
    const sent = new Map<ObjectState, Snapshot>();
    const note = (state: ObjectState) => {
      if (sent.has(state)) return;
      const snapshot = new Snapshot(state);
      sent.set(state, snapshot);
      this.#journal.push(snapshot);
    };
    for (const { entities } of steps.filter(hasObjects)) for (const entity of entities) note(stateOf(entity));
    for (const state of this.#states) if (state.pending.length > 0) note(state);
    return sent;
  }

  /** Takes note that a plan was carried out. Objects may have been changed meanwhile: what was sent counts. */
  flushed(steps: readonly Step[], sent: ReadonlyMap<ObjectState, Snapshot>): void {
    for (const { kind, returning, entities } of steps.filter(hasObjects)) {
      for (const state of entities.map(stateOf)) {
        const { table, entity, status, identity } = state;
        const { values } = sent.get(state)!;
        const loaded = kind === "delete"
          ? undefined
          : table.columns.map((column, index) =>
            values[index] === undefined || returning.includes(column)
              ? kept(column, entity[column.attribute])
              : values[index]
          );
        const isSameRow = status === "persistent" && loaded && rowMapKey(table, loaded) === identity;
        if (!isSameRow && status !== "new") this.#leave(state, "left");
        state.loaded = loaded;
        if (isSameRow || kind === "delete" || status === "left") continue;
        this.#enter(state);
        if (status === "deleted") state.status = status;
      }
    }
    for (const { changes } of sent.values()) for (const [collection, each] of changes) collection.written(each);
  }

  /** True while there are savepoints. */
  get isNested(): boolean {
    return this.#savepoints.length > 0;
  }

  /** @returns the depth of the savepoint, by which it is known. */
  beginNested(): number {
    return this.#savepoints.push(this.#journal.length);
  }

  /** The savepoint's work becomes part of what is around it. */
  commitNested(depth: number): void {
    this.#savepoints.length = depth - 1;
  }

  rollbackNested(depth: number): void {
    const [length] = this.#savepoints.splice(depth - 1);
    this.#undo(this.#journal.splice(length));
  }

  committed(): void {
    this.#journal = [];
    this.#savepoints = [];
  }

  rollback(): void {
    this.#undo(this.#journal);
    this.committed();
  }

  /** Lets go of every object, with what was not sent. */
  clear(): void {
    this.#restore(this.#journal);
    this.committed();
    this.#identities = new IdentityMap();
    for (const state of this.#states) [state.owner, state.status] = [undefined, "left"];
    this.#states.clear();
  }

  #with<Status extends ObjectStatus>(...statuses: Status[]) {
    type Found = Status extends "new" ? ObjectState : PersistentState;
    return [...this.#states].filter(({ status }) => statuses.includes(status as Status)) as Found[];
  }

  #enter(state: ObjectState): void {
    this.#states.add(state);
    if (state.loaded) this.#identities.set(state.table, state.identity!, state);
    state.owner = this;
    state.status = state.loaded ? "persistent" : "new";
  }

  #leave(state: ObjectState, status: "transient" | "left"): void {
    const { table, identity } = state;
    // by now another object may have this key
    if (this.#identities.get(table, identity) === state) this.#identities.delete(table, identity!);
    this.#states.delete(state);
    state.owner = undefined;
    state.status = status;
  }

  #undo(changes: readonly Change[]): void {
    this.#restore(changes);
    for (const state of this.#states) {
      state.status = "persistent";
      state.reset();
    }
    for (const state of this.#states) this.#restoreReferences(state);
    for (const change of changes) {
      if (!(change instanceof Snapshot) && change.state.owner === this) change.state.isExpired = true;
    }
  }

  /** Returns objects to what they were: the newest change first. New ones leave; those that left of themselves stay so. */
  #restore(changes: readonly Change[]): void {
    for (const state of this.#with("new")) this.#leave(state, "transient");
    const own = changes.filter((change) => change instanceof Snapshot)
      .filter(({ state }) => state.owner === this || !state.loaded);
    for (const snapshot of own.toReversed()) {
      this.#leave(snapshot.state, "left");
      snapshot.restore();
    }
    for (const { state } of own) if (state.loaded && state.status !== "left") this.#enter(state);
  }

  /** A reference that was changed goes back to its object, if that is known. */
  #restoreReferences(state: ObjectState): void {
    for (const [name, reference] of state.references) {
      if (isCurrent(state.entity, reference)) continue;
      const { key } = reference;
      const id = state.entity[key.column.attribute];
      const isPrimary = key.to.primaryKey.length === 1 && key.referred.primaryKey;
      const known = isPrimary ? this.#identities.get(key.to, mapKey([id])) : undefined;
      if (known) setReference(state.entity, name, key, known.entity, id);
      else state.references = new Map([...state.references].filter(([each]) => each !== name));
    }
  }

  /** Objects that known ones refer to come into the session with them. */
  #cascade(): void {
    for (const state of this.#states) this.#addNeighbours(state);
  }

  #addNeighbours(state: ObjectState): void {
    if (state.references.size + state.collections.size === 0) return;
    for (const neighbour of neighbours(state)) {
      const { owner, status } = stateOf(neighbour);
      if (owner !== this && status !== "left") this.add(neighbour);
    }
  }
}

/** The rows of an association are no objects of the session. */
function hasObjects({ kind }: Step): boolean {
  return kind !== "link" && kind !== "unlink";
}

/** The association rows that collections ask for, each once though both sides may ask. */
function links(states: Iterable<ObjectState>): Link[] {
  const links = new Map<string, Link>();
  const goes = ({ status, loaded }: ObjectState) => status === "deleted" || status === "left" && !loaded;
  for (const state of states) {
    const { entity } = state;
    for (const { relation: { key, otherKey }, changes } of state.pending) {
      if (!otherKey) continue;
      const { columns, name } = key.from;
      for (const [other, isIn] of changes as ReadonlyMap<Entity, boolean>) {
        if (isIn && (goes(state) || goes(stateOf(other)))) continue;
        const ends = [{ key, entity }, { key: otherKey, entity: other }];
        ends.sort((a, b) => columns.indexOf(a.key.column) - columns.indexOf(b.key.column));
        links.set([name, ...ends.map((end) => stateOf(end.entity).number)].join(), { ends, isIn });
      }
    }
  }
  return [...links.values()];
}

function isChanged(state: PersistentState): boolean {
  return changedColumns(state).length + state.pending.length > 0;
}
