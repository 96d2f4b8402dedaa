/**
 * Tracks the objects of a session: which are new, which have a row and with which values, which are to be deleted; and
 * restores them on rollback.
 *
 * @module
 */
import { linksOf } from "./association_rows.ts";
import { cascadeOf } from "./cascades.ts";
import { decodeRows, retainedValue } from "./column_value.ts";
import { AttachedObjectError, DetachedObjectError } from "./errors.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import { filledIn, Journal, type JournalEntry, readIn, snapshotsIn } from "./journal.ts";
import { mapKey, rowMapKey } from "./key.ts";
import {
  changedColumns,
  type ObjectOwner,
  type ObjectState,
  type ObjectStatus,
  type PersistentState,
  stateOf,
} from "./object_state.ts";
import { reconcile, resolveReferences, type RowChange, type SessionObjects } from "./reconcile.ts";
import { followActions, setColumns } from "./referential_actions.ts";
import { isLost, neighbours, type Related } from "./related.ts";
import type { AnyModel } from "./relation.ts";
import { defineAccessors } from "./relation_accessors.ts";
import { type SessionEmitter, type Written, writtenBy } from "./session_events.ts";
import { Snapshot } from "./snapshot.ts";
import type { Table } from "../schema/table.ts";
import { planFlush } from "./unit_of_work.ts";
import { writesObjects, type WriteStatement } from "./write_statement.ts";

/** The rows that a statement of a cascade returned. */
export type CascadedRows = readonly [statement: WriteStatement, rows: unknown[][]];

/** The objects of one session. */
export class Tracker implements ObjectOwner {
  #identities = new IdentityMap<ObjectState>();
  #states = new Set<ObjectState>();
  readonly #journal = new Journal();
  readonly #emitter: SessionEmitter | undefined;
  /** Whether anything was written: in this transaction, and ever. */
  #hasWritten = { now: false, ever: false };
  #hasExpunged = false;

  /** @param emitter is told of objects that are loaded. */
  constructor(emitter?: SessionEmitter) {
    this.#emitter = emitter;
  }

  /** Returns the objects that the next flush inserts, updates or deletes. */
  objects(which: "new" | "dirty" | "deleted"): Set<Entity> {
    if (which === "new") this.#cascade();
    const { gone } = cascadeOf(this.#states);
    const states = which === "deleted"
      ? [...gone].filter(({ loaded }) => loaded)
      : which === "new"
      ? this.#withStatus("new").filter((state) => !gone.has(state))
      : this.#withStatus("persistent").filter((state) => isDirty(state) && !gone.has(state));
    return new Set(states.map(({ entity }) => entity));
  }

  /**
   * Adds an object with the objects that it refers to; revokes its deletion.
   *
   * @throws {AttachedObjectError} when it belongs to another session, or another object here has its row.
   * @throws {TypeError} when it is not an object of a model.
   */
  add(entity: Entity): void {
    const state = stateOf(entity);
    if (!state.table) throw new TypeError(`Only objects of models can be added, not a ${state.model.name}.`);
    if (state.owner === this) {
      if (state.status === "deleted") state.status = "persistent";
      return;
    }
    const hasOtherOwner = state.owner !== undefined;
    const isDuplicate = this.#identities.get(state.table, state.identity) !== undefined;
    if (hasOtherOwner || isDuplicate) throw new AttachedObjectError(state.model.name);
    this.#attach(state);
    if (state.loaded) {
      if (this.#hasWritten.ever) state.unloadCollections(); // they did not follow what was written
      resolveReferences(this.#objects(), state);
    }
    this.#addNeighbours(state);
  }

  /** Marks an object with a row as deleted; detaches a new one. */
  delete(entity: Entity): void {
    const state = this.stateOf(entity, "delete", "or new");
    if (state.loaded) state.status = "deleted";
    else this.#detach(state, "left");
  }

  /** Detaches an object; its changes are not written. */
  expunge(entity: Entity): void {
    const state = this.stateOf(entity, "expunge", "or new");
    if (state.loaded) this.#hasExpunged = true;
    this.#detach(state, "left");
  }

  /** Discards the changes of one object or of all, and marks the values to be read again. */
  expire(entity?: Entity): void {
    const states = entity ? [this.stateOf(entity, "expire")] : this.#withStatus("persistent", "deleted");
    for (const state of states) {
      state.reset();
      state.isExpired = true;
      state.forgetRelations();
    }
  }

  /**
   * Returns the state of an object that has a row in this session.
   *
   * @param action what is done to the object, for the message.
   * @param orNew accepts a new object, too.
   * @throws {DetachedObjectError} when the object is not in this session.
   */
  stateOf(entity: Entity, action: string, orNew?: "or new"): ObjectState {
    const state = stateOf(entity);
    if (state.owner === this && (state.loaded || orNew)) return state;
    throw new DetachedObjectError(entity.constructor.name, action);
  }

  /** Returns the object with a key if the session has it and its values are current. */
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    const known = this.#identities.get(model.table, mapKey(key));
    return known && !known.isExpired ? known.entity : undefined;
  }

  /**
   * Returns the object of a row: the one in the session or a new one.
   *
   * @param row is retained: callers must not change it.
   * @param refresh copies the values of the row onto an object that is in the session.
   */
  load(model: AnyModel, row: unknown[], refresh = false): Entity {
    const { table } = model;
    if (table.hasUndecoded) decodeRows(table.columns, [row]);
    const known = this.#identities.get(table, rowMapKey(table, row));
    if (known && !refresh && !known.isExpired) return known.entity;
    defineAccessors(model);
    const state = known ?? stateOf(Object.create(model.prototype));
    const { entity } = state;
    for (let index = 0; index < table.columns.length; index++) entity[table.columns[index].attribute] = row[index];
    // the row itself serves for later comparison; only values that can be changed in place are copied
    const loaded = row.length === table.columns.length ? row : row.slice(0, table.columns.length);
    for (const index of table.mutableIndexes) loaded[index] = retainedValue(table.columns[index], loaded[index]);
    state.loaded = loaded;
    if (!known) this.#attach(state);
    if (!known || state.isExpired) state.forgetRelations();
    state.isExpired = false;
    this.#journal.add({ state, isAfterWrite: this.#hasWritten.now });
    if (!known && this.#emitter?.has("load")) this.#tellLoaded(this.#emitter, state);
    return entity;
  }

  /** Tells that an object was loaded; one that a listener refuses is not kept, so that the next query tells it again. */
  #tellLoaded(emitter: SessionEmitter, state: ObjectState): void {
    try {
      emitter.load(state.entity);
    } catch (error) {
      this.#detach(state, "left");
      throw error;
    }
  }

  /** The states of its objects. */
  get states(): ReadonlySet<ObjectState> {
    return this.#states;
  }

  /** Returns the state of the object that has a row. */
  stateAt(table: Table, row: readonly unknown[]): ObjectState | undefined {
    const copy = [...row]; // the row itself is decoded when it is loaded
    if (table.hasUndecoded) decodeRows(table.columns, [copy]);
    return this.#identities.get(table, rowMapKey(table, copy));
  }

  /** Gives an object the values of its row; its pending changes are kept. */
  overwrite(state: ObjectState, row: unknown[]): void {
    const { model, entity } = state;
    const changed = changedColumns(state as PersistentState).map(({ attribute }) => [attribute, entity[attribute]]);
    this.load(model, row, true);
    Object.assign(entity, Object.fromEntries(changed));
  }

  /** Detaches the object of a row that was deleted; a rollback restores it. */
  remove(state: ObjectState): void {
    this.#journal.add(new Snapshot(state));
    this.#endDelete(state);
  }

  /** Marks an object to be read again, unless it has pending changes or no row. */
  expireUnchanged(state: ObjectState): void {
    if (state.status !== "persistent" || isChanged(state as PersistentState)) return;
    state.isExpired = true;
    state.forgetRelations();
  }

  /** Detaches objects that have no pending changes, and releases their memory. */
  forget(states: Iterable<ObjectState>): void {
    const forgotten = new Set<ObjectState>();
    for (const state of states) {
      if (state.status === "persistent" && !isChanged(state as PersistentState)) forgotten.add(state);
    }
    for (const state of forgotten) this.#detach(state, "left");
    this.#states = new Set(this.#states);
    this.#identities.compact();
    const keepsWritten = this.#emitter?.has("afterCommit");
    this.#journal.discard((entry) => forgotten.has(entry.state) && !(keepsWritten && entry instanceof Snapshot));
  }

  /** Plans a flush of the pending changes. */
  plan(): WriteStatement[] {
    if (this.#states.size === 0) return [];
    this.#cascade();
    const { gone, rows } = cascadeOf(this.#states);
    const states = gone.size === 0 ? [...this.#states] : [...this.#states].filter((state) => !gone.has(state));
    const { new: added = [], persistent = [] } = Object.groupBy(states, ({ status }) => status);
    return planFlush({
      added,
      persistent: persistent as PersistentState[],
      deleted: [...gone].filter(({ loaded }) => loaded) as PersistentState[],
      links: linksOf(this.#states, gone),
      referring: rows,
      isHeld: (table) => states.some((state) => state.table === table),
    });
  }

  /** Ends pending changes that will never be written, because an object has left. */
  endLost(): void {
    for (const state of this.#states) {
      for (const collection of state.pending) {
        const lost = [...collection.changes].filter((change) => isLost(collection.relation, change));
        collection.acknowledge(new Map(lost));
      }
    }
  }

  /**
   * Journals the objects that a flush is about to write.
   *
   * @returns the values that are sent, by object.
   */
  beginFlush(statements: readonly WriteStatement[]): Map<ObjectState, Snapshot> {
    const snapshots = new Map<ObjectState, Snapshot>();
    const record = (state: ObjectState) => {
      if (snapshots.has(state)) return;
      const snapshot = new Snapshot(state);
      snapshots.set(state, snapshot);
      this.#journal.add(snapshot);
    };
    for (const { entities, replaced = [] } of statements.filter(writesObjects)) {
      for (const entity of [...entities, ...replaced]) record(stateOf(entity));
    }
    for (const state of this.#states) if (state.pending.length > 0) record(state);
    for (const state of cascadeOf(this.#states).gone) record(state);
    if (statements.length > 0) this.noteWrite();
    return snapshots;
  }

  /** Ends changes that need no write, where it is not known what else the collection holds: the rows are so already. */
  endEmptyFlush(): void {
    for (const { pending } of this.#states) {
      for (const collection of pending) if (!collection.isLoaded) collection.acknowledge(new Map(collection.changes));
    }
  }

  /**
   * Applies the success of a flush to the objects.
   *
   * @param snapshots the values sent: the objects may have been changed since.
   */
  endFlush(
    statements: readonly WriteStatement[],
    snapshots: ReadonlyMap<ObjectState, Snapshot>,
    cascaded: readonly CascadedRows[],
  ): void {
    for (const statement of statements.filter(writesObjects)) {
      for (const entity of statement.replaced ?? []) this.#endDelete(stateOf(entity));
      for (const entity of statement.entities) {
        const state = stateOf(entity);
        if (statement.kind === "delete") this.#endDelete(state);
        else this.#endWrite(state, snapshots.get(state)!.writtenRow());
      }
    }
    // not inserted, because they lost their parents
    for (const state of snapshots.keys()) if (state.status === "new" && !state.loaded) this.#detach(state, "transient");
    this.#reconcile(statements, snapshots, cascaded);
  }

  /** Applies to the objects what became of rows that were found by their foreign keys. */
  #endCascade([{ kind, table, returning }, rows]: CascadedRows): RowChange[] {
    decodeRows(returning, rows);
    return rows.flatMap((row) => {
      const state = this.#identities.get(table, mapKey(row.slice(0, table.primaryKey.length)));
      if (!state) return [];
      const before = state.loaded;
      this.#journal.add(new Snapshot(state));
      if (kind === "delete") this.#endDelete(state);
      else setColumns({ write: (state, row) => this.#endWrite(state, row) }, state, returning, row);
      return [{ state, before, after: state.loaded }];
    });
  }

  /** Makes the relations of the objects, and the objects of rows that the server changed, agree with what was written. */
  #reconcile(
    statements: readonly WriteStatement[],
    snapshots: ReadonlyMap<ObjectState, Snapshot>,
    cascaded: readonly CascadedRows[],
  ): void {
    const saved = new Set(snapshots.keys());
    const objects = this.#objects(saved);
    const rows = [...snapshots.values()].map(({ state, row }) => ({ state, before: row, after: state.loaded }));
    rows.push(...cascaded.flatMap((each) => this.#endCascade(each)));
    const takers = new Map<Entity, Entity>();
    for (const { entities, replaced = [] } of statements) {
      replaced.forEach((old, index) => takers.set(old, entities[index]));
    }
    const causes = rows.map(({ state, before, after }) => {
      return { state, before, after: after ?? stateOf(takers.get(state.entity) ?? state.entity).loaded };
    });
    rows.push(
      ...followActions({
        ...objects,
        write: (state, row) => this.#endWrite(state, row),
        remove: (state) => this.#endDelete(state),
      }, causes),
    );
    const links = Map.groupBy(statements.filter((statement) => !writesObjects(statement)), ({ table }) => table);
    reconcile(objects, {
      rows,
      changes: [...snapshots.values()].flatMap(({ changes }) => changes),
      takers,
      links: new Map([...links].map(([table, each]) => [table, each.flatMap(({ entities }) => entities)])),
    });
  }

  /** Records that something is written, so that what is loaded from now on may be undone by a rollback. */
  noteWrite(): void {
    this.#hasWritten = { now: true, ever: true };
  }

  noteFill(state: ObjectState, collection: Related<object>): void {
    if (this.#hasWritten.now) this.#journal.add({ state, isAfterWrite: true, collection });
  }

  /** @param saved the objects that are in the journal already. */
  #objects(saved = new Set<ObjectState>()): SessionObjects {
    return {
      states: this.#states,
      hasExpunged: this.#hasExpunged,
      find: (table, key) => this.#identities.get(table, key),
      save: (state) => {
        if (!saved.has(state)) this.#journal.add(new Snapshot(state, false));
        saved.add(state);
      },
    };
  }

  /** True if there is something to flush. */
  get hasPending(): boolean {
    return (["new", "dirty", "deleted"] as const).some((which) => this.objects(which).size > 0);
  }

  /** Returns the objects that the transaction has written so far. */
  written(): Written {
    return writtenBy(snapshotsIn(this.#journal.entries).filter(({ isWritten }) => isWritten));
  }

  /** True while a savepoint is open. */
  get isNested(): boolean {
    return this.#journal.isNested;
  }

  /**
   * Marks a savepoint.
   *
   * @returns its depth, which identifies it.
   */
  beginNested(): number {
    return this.#journal.setSavepoint();
  }

  /** Makes the work since a savepoint part of the enclosing transaction. */
  commitNested(depth: number): void {
    this.#journal.releaseSavepoint(depth);
  }

  /** Restores the objects as they were at a savepoint. */
  rollbackNested(depth: number): void {
    this.#undo(this.#journal.rollbackTo(depth));
  }

  /** Forgets the transaction, which is committed. */
  commit(): void {
    this.#endTransaction();
  }

  /** Restores the objects as they were when the transaction began. */
  rollback(): void {
    this.#undo(this.#journal.entries);
    this.#endTransaction();
  }

  #endTransaction(): void {
    this.#journal.clear();
    this.#hasWritten.now = false;
  }

  /** Restores and detaches every object. */
  clear(): void {
    this.#restore(this.#journal.entries);
    this.#journal.clear();
    this.#identities = new IdentityMap();
    for (const state of this.#states) [state.owner, state.status] = [undefined, "left"];
    this.#states.clear();
  }

  #withStatus<Status extends ObjectStatus>(...statuses: Status[]) {
    type State = Status extends "new" ? ObjectState : PersistentState;
    return [...this.#states].filter(({ status }) => statuses.includes(status as Status)) as State[];
  }

  #attach(state: ObjectState): void {
    this.#states.add(state);
    if (state.loaded) this.#identities.set(state.table, state.identity!, state);
    state.owner = this;
    state.status = state.loaded ? "persistent" : "new";
  }

  #detach(state: ObjectState, status: "transient" | "left"): void {
    const { table, identity } = state;
    // another object may have taken this key
    if (this.#identities.get(table, identity) === state) this.#identities.delete(table, identity!);
    this.#states.delete(state);
    state.owner = undefined;
    state.status = status;
  }

  #endDelete(state: ObjectState): void {
    this.#detach(state, "left");
    state.loaded = undefined;
  }

  /** Records the row that was inserted or updated; the object's key may have changed with it. */
  #endWrite(state: ObjectState, row: readonly unknown[]): void {
    const { status, identity, table } = state;
    const wasExpunged = status === "left"; // while the statement ran
    const keepsKey = status === "persistent" && rowMapKey(table, row) === identity;
    if (wasExpunged || keepsKey) {
      state.loaded = row;
      return;
    }
    if (status !== "new") this.#detach(state, "left"); // under its former key
    state.loaded = row;
    this.#attach(state);
    if (status === "deleted") state.status = "deleted";
  }

  /** Undoes changes: restores the objects, discards what was not sent, and expires what was read meanwhile. */
  #undo(entries: readonly JournalEntry[]): void {
    this.#restore(entries);
    for (const state of this.#states) {
      state.status = "persistent";
      state.reset();
    }
    for (const { state, collection } of filledIn(entries)) if (state.owner === this) collection.unload();
    const objects = this.#objects();
    for (const state of this.#states) {
      resolveReferences(objects, state);
      // an expunged object is not restored: it may not have the key of its row
      const isOther = (item: object) => !this.#states.has(stateOf(item as Entity));
      for (const collection of state.collections.values()) {
        if (collection.loaded.values().some(isOther)) collection.unload();
      }
    }
    for (const { state, isAfterWrite } of readIn(entries)) {
      if (state.owner !== this) continue;
      state.isExpired = true;
      if (isAfterWrite) state.forgetRelations();
    }
  }

  /** Restores snapshots, the newest first; new objects are detached, expunged ones stay detached. */
  #restore(entries: readonly JournalEntry[]): void {
    for (const state of this.#withStatus("new")) this.#detach(state, "transient");
    const snapshots = snapshotsIn(entries);
    if (snapshots.length === 0) return; // most transactions only read
    const wasExpunged = ({ owner, loaded }: ObjectState) => owner !== this && loaded !== undefined;
    const { true: left = [], false: kept = [] } = Object.groupBy(
      snapshots,
      ({ state }) => `${wasExpunged(state)}`,
    );
    for (const snapshot of kept.toReversed()) {
      this.#detach(snapshot.state, "left");
      snapshot.restore();
    }
    for (const state of new Set(kept.map(({ state }) => state))) {
      if (!state.loaded || state.status === "left") continue;
      const read = this.#identities.get(state.table, state.identity);
      if (read) this.#endDelete(read); // the row has its former object again
      this.#attach(state);
    }
    for (const snapshot of left) if (snapshot.isNew) this.#removeRead(snapshot, entries);
  }

  /** Removes the object that was read from a row which is no more, after the object that made it had been expunged. */
  #removeRead(made: Snapshot, entries: readonly JournalEntry[]): void {
    const { table, identity } = made.state;
    const other = this.#identities.get(table, identity);
    const first = entries.find(({ state }) => state === other);
    if (other && first && !(first instanceof Snapshot) && entries.indexOf(first) > entries.indexOf(made)) {
      this.#endDelete(other);
    }
  }

  /** Adds the objects that objects of the session refer to. */
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

/** Reports whether an object has changes that can be written. */
function isDirty(state: PersistentState): boolean {
  if (changedColumns(state).length > 0) return true;
  return state.pending.some(({ relation, changes }) => changes.entries().some((change) => !isLost(relation, change)));
}

function isChanged(state: PersistentState): boolean {
  return changedColumns(state).length + state.pending.length > 0;
}
