/**
 * What the server does to rows that refer to a deleted row, or to one whose key changed: the session's objects of these
 * rows follow. Nothing here talks to a database.
 *
 * @module
 */
import type { ForeignKey, ReferentialAction, Table, TableColumn } from "../schema/table.ts";
import { isSame, retainedValue } from "./column_value.ts";
import { type MapKey, mapKey } from "./key.ts";
import type { ObjectState } from "./object_state.ts";
import { type RowChange, valuesInRow } from "./reconcile.ts";

/** The objects that actions change. */
export interface ReferringObjects {
  readonly states: ReadonlySet<ObjectState>;
  /** Saves an object, whose row has changed, for a rollback. */
  save(state: ObjectState): void;
  /** Records the row of an object; its key may have changed with it. */
  write(state: ObjectState, row: readonly unknown[]): void;
  /** Records that the row of an object is deleted. */
  remove(state: ObjectState): void;
}

/**
 * Applies the actions of the foreign keys to the objects of a session.
 *
 * @param rows what the flush wrote: a row that a new object took over has a former and a new state as others do.
 * @returns the further rows that changed.
 */
export function followActions(objects: ReferringObjects, rows: readonly RowChange[]): RowChange[] {
  const causes = rows.filter(({ before, after }) => before && before !== after);
  if (causes.length === 0) return [];
  const referring = new ReferringRows(objects.states);
  const named = new NewReferences(rows);
  const changes: RowChange[] = [];
  for (const cause of causes) { // including those added here
    for (const key of referring.keysTo(cause.state.table)) {
      for (const change of follow(objects, key, cause, named.without(key, referring.rows(key, cause)))) {
        changes.push(change);
        causes.push(change);
      }
    }
  }
  return changes;
}

function* follow(
  objects: ReferringObjects,
  key: ForeignKey,
  { before, after }: RowChange,
  states: readonly ObjectState[],
): Generator<RowChange> {
  const [was, is] = [before, after].map((row) => row && referredValues(row, key));
  if (is && mapKey(was!) === mapKey(is)) return;
  const action = actionOf(key, after === undefined);
  if (!action) return;
  for (const state of states) {
    const { loaded } = state;
    if (!loaded || mapKey(valuesInRow(loaded, key)) !== mapKey(was!)) continue; // it does not refer to the row any more
    objects.save(state);
    if (action === "cascade" && !is) objects.remove(state);
    else {setColumns(
        objects,
        state,
        key.columns,
        key.columns.map((column, index) => newValue(action, column, is?.[index])),
      );}
    yield { state, before: loaded, after: state.loaded };
  }
}

/** The action that changes rows; the others refuse the statement. */
function actionOf({ onDelete, onUpdate }: ForeignKey, isDeleted: boolean): ReferentialAction | undefined {
  const action = isDeleted ? onDelete : onUpdate;
  return action === "no action" || action === "restrict" ? undefined : action;
}

/** A default is the server's: its value is unknown until the row is read again. */
function newValue(action: ReferentialAction, { serverDefault }: TableColumn, value: unknown): unknown {
  if (action === "cascade") return value;
  return action === "set default" && serverDefault ? undefined : null;
}

/**
 * Gives an object values of its row; attributes that have been changed keep their changes.
 *
 * @param values in the order of the columns; undefined where one has to be read again.
 */
export function setColumns(
  objects: Pick<ReferringObjects, "write">,
  state: ObjectState,
  columns: readonly TableColumn[],
  values: readonly unknown[],
): void {
  const { table, entity } = state;
  const loaded = [...state.loaded!];
  columns.forEach((column, position) => {
    const index = table.columns.indexOf(column);
    if (isSame(column, entity[column.attribute], loaded[index])) entity[column.attribute] = values[position];
    loaded[index] = retainedValue(column, values[position]);
  });
  objects.write(state, loaded);
  if (values.includes(undefined)) state.isExpired = true;
}

function referredValues(row: readonly unknown[], { to, referredColumns }: ForeignKey): unknown[] {
  return valuesInRow(row, { from: to, columns: referredColumns });
}

/** References that the flush itself has written: one to a new key came after that key, and does not follow the former. */
class NewReferences {
  readonly #rows: ReadonlyMap<ObjectState, RowChange>;
  readonly #keys = new Map<ForeignKey, Set<MapKey>>();

  constructor(rows: readonly RowChange[]) {
    this.#rows = new Map(rows.map((row) => [row.state, row]));
  }

  without(key: ForeignKey, states: readonly ObjectState[]): readonly ObjectState[] {
    return states.filter((state) => !this.#namesNewKey(key, state));
  }

  #namesNewKey(key: ForeignKey, state: ObjectState): boolean {
    const { before, after } = this.#rows.get(state) ?? {};
    if (!after) return false;
    const id = mapKey(valuesInRow(after, key));
    return (!before || mapKey(valuesInRow(before, key)) !== id) && this.#newKeys(key).has(id);
  }

  #newKeys(key: ForeignKey): Set<MapKey> {
    return this.#keys.getOrInsertComputed(key, () => {
      const rows = [...this.#rows.values()].filter(({ state: { table }, after }) => table === key.to && after);
      return new Set(rows.map(({ after }) => mapKey(referredValues(after!, key))));
    });
  }
}

/** Finds the objects that refer to a row, by an index for each foreign key. */
class ReferringRows {
  readonly #byTable: ReadonlyMap<Table, readonly ObjectState[]>;
  readonly #indexes = new Map<ForeignKey, Map<MapKey, ObjectState[]>>();
  readonly #keys: readonly ForeignKey[];

  constructor(states: Iterable<ObjectState>) {
    this.#byTable = Map.groupBy([...states].filter(({ loaded }) => loaded), ({ table }) => table);
    this.#keys = [...this.#byTable.keys()].flatMap((table) => table.foreignKeys());
  }

  /** Returns the foreign keys with an action by which objects refer to a table. */
  keysTo(table: Table): ForeignKey[] {
    return this.#keys.filter((key) => key.to === table && (actionOf(key, true) ?? actionOf(key, false)));
  }

  rows(key: ForeignKey, { before }: RowChange): readonly ObjectState[] {
    const index = this.#indexes.getOrInsertComputed(key, () => {
      const groups = new Map<MapKey, ObjectState[]>();
      for (const state of this.#byTable.get(key.from)!) {
        const values = state.loaded ? valuesInRow(state.loaded, key) : [null];
        if (!values.includes(null)) groups.getOrInsertComputed(mapKey(values), () => []).push(state);
      }
      return groups;
    });
    return index.get(mapKey(referredValues(before!, key))) ?? [];
  }
}
