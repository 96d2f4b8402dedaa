/**
 * The objects of a session after a bulk statement: refreshed with what the statement returns, or to be read again;
 * those of deleted rows leave. Nothing here talks to a database.
 *
 * @module
 */
import type { Result } from "../engine/result.ts";
import type { Table } from "../schema/table.ts";
import { withReturning } from "./bulk_returning.ts";
import type { Entity } from "./identity_map.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { heldCollection } from "./related.ts";
import type { Relation } from "./relation.ts";
import { relationsOf } from "./relations.ts";
import { isWriteNode, isWritten, type TableWrite, writesOf } from "./table_writes.ts";
import type { Tracker } from "./tracker.ts";

/**
 * What happens to the objects of the session that a bulk statement may have changed: `auto` refreshes them by a
 * RETURNING of the same statement where that is possible, and expires them otherwise; `expire` always expires them;
 * `false` leaves them.
 */
export type SynchronizeSession = "auto" | "expire" | false;

/** A bulk statement as it is sent, and what becomes of its result. */
export interface Synchronization {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /**
   * Brings the objects up to date.
   *
   * @returns the result for the caller.
   */
  finish<Row>(answer: Result<Row>): Result<Row>;
  /** Removes the objects of a result whose rows the statement deleted. */
  removeDeleted(answer: Result<unknown>, objects: Result<unknown>): void;
}

/**
 * Plans the synchronization of a session with a statement.
 *
 * @param givesObjects the statement returns objects of the rows that it wrote.
 * @returns undefined if the statement writes nothing that the session has.
 */
export function planSynchronization(
  tracker: Tracker,
  { sql, parameters, query }: { sql: string; parameters: readonly unknown[]; query?: unknown },
  how: SynchronizeSession,
  givesObjects: boolean,
): Synchronization | undefined {
  if (how === false || tracker.states.size === 0) return undefined;
  const writes = writesOf(sql, query);
  if (!concernsSession(tracker, writes)) return undefined;
  const own = writes.at(-1)!; // others are in its WITH
  const isOwn = ({ command }: Result<unknown>) => command === own.kind.toUpperCase();
  const table = writes.length === 1 && how === "auto" && !givesObjects ? refreshable(tracker, own) : undefined;
  const returning = table && isWriteNode(query) ? withReturning(query, table, keysIn(tracker, table)) : undefined;
  return {
    sql: returning?.sql ?? sql,
    parameters: returning?.parameters ?? parameters,
    finish(answer) {
      const { result, rows } = returning?.read(answer) ?? { result: answer, rows: undefined };
      if (writes.length === 1 && isOwn(result) && result.rowCount === 0) return result;
      for (const write of writes) {
        const isReturned = write === own && (rows !== undefined || givesObjects && isOwn(answer));
        for (const state of tracker.states) {
          if (!state.loaded) continue;
          unloadCollections(state, write);
          if (depends(state.table, write) || !isReturned && isWritten(state.table, write)) {
            tracker.expireUnchanged(state);
          }
        }
      }
      for (const row of rows ?? []) {
        const state = tracker.stateAt(table!, row);
        if (state && own.kind === "delete") tracker.remove(state);
        else if (state) tracker.overwrite(state, row);
      }
      return result;
    },
    removeDeleted(answer, objects) {
      if (!(givesObjects && own.kind === "delete" && isOwn(answer))) return;
      for (const object of objects.scalars<Entity>()) {
        const state = stateOf(object);
        if (state.owner === tracker && state.loaded) tracker.remove(state);
      }
    },
  };
}

/** Returns the table of a write whose rows the statement can return and the session find by their keys. */
function refreshable(tracker: Tracker, write: TableWrite): Table | undefined {
  const table = tablesOf(tracker).find((each) => isWritten(each, write));
  return table && !table.primaryKey.some(({ name }) => write.columns?.has(name)) ? table : undefined;
}

function keysIn(tracker: Tracker, table: Table): unknown[][] {
  return [...tracker.states].filter((state) => state.loaded && state.table === table).map(({ rowKey }) => rowKey);
}

/** The tables of which the session has objects. */
function tablesOf(tracker: Tracker): Table[] {
  return [...new Set([...tracker.states].filter(({ loaded }) => loaded).map(({ table }) => table))];
}

function concernsSession(tracker: Tracker, writes: readonly TableWrite[]): boolean {
  const tables = tablesOf(tracker);
  const isNear = (table: Table): boolean => writes.some((write) => isWritten(table, write) || depends(table, write));
  return tables.some(isNear) ||
    [...tracker.states].some((state) => heldRelations(state).some(({ key }) => isNear(key.from)));
}

/** Reports whether an action of foreign keys changes rows of a table after a write to another one. */
function depends(table: Table, write: TableWrite, seen: ReadonlySet<Table> = new Set()): boolean {
  if (seen.has(table) || write.kind === "insert") return false;
  return table.foreignKeys().some(({ to, onDelete, onUpdate, referredColumns }) => {
    const byUpdate = write.columns ? referredColumns.some(({ name }) => write.columns!.has(name)) : true;
    const hasAction = write.kind === "update" ? onUpdate && byUpdate : onDelete ?? onUpdate;
    if (!hasAction || hasAction === "no action" || hasAction === "restrict") return false;
    return isWritten(to, write) || depends(to, write, new Set([...seen, table]));
  });
}

/** Marks collections as not loaded whose rows may be others by now. */
function unloadCollections(state: ObjectState, write: TableWrite): void {
  for (const relation of heldRelations(state)) {
    const { from, columns } = relation.key;
    const isMoved = !write.columns || columns.some((column) => write.columns!.has(column.name));
    if (isWritten(from, write) && isMoved || depends(from, write)) heldCollection(state, relation)?.unload();
  }
}

/** Returns the relations whose collections an object holds, or would make, empty, when one is asked for. */
function heldRelations({ model, collections, isRead }: ObjectState): Relation[] {
  if (isRead && collections.size === 0) return [];
  return [...relationsOf(model).values()].filter(({ kind, name }) =>
    kind !== "many-to-one" && (!isRead || collections.has(name))
  );
}
