/**
 * What the deletion of objects entails for those that refer to them, and for what a `deleteOrphan` relation loses.
 * Nothing here talks to a database.
 *
 * Objects that the session knows are deleted by their keys, like any other. Rows that it does not know are not loaded:
 * a statement for each relation deletes them, or sets their foreign keys to NULL. Where the foreign key has an action,
 * the server does that.
 */
import { isSameList } from "../base/same_list.ts";
import type { ForeignKey, Table } from "../schema/table.ts";
import type { Entity } from "./identity_map.ts";
import { keyOf, type MapKey, mapKey, valuesOf } from "./key.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { isCurrent, isUnset } from "./reference.ts";
import { valuesInRow } from "./reconcile.ts";
import type { Relation } from "./relation.ts";
import { relationsOf } from "./relations.ts";

/** What a flush deletes beside the objects that are marked. */
export interface Cascade {
  /** The objects that have no row afterwards: deleted ones, and new ones that are not inserted. */
  readonly gone: ReadonlySet<ObjectState>;
  /** The rows that refer to deleted objects, by relation. */
  readonly rows: readonly ReferringRows[];
}

/** The rows that refer to deleted objects by one relation, whether the session knows them or not. */
export interface ReferringRows {
  readonly relation: Relation;
  /** The values that their foreign keys have. */
  readonly keys: readonly (readonly unknown[])[];
  /** The primary keys of rows that other statements of the flush delete, or let refer to another row. */
  readonly except: readonly (readonly unknown[])[];
  /** True if some of the deleted rows live on as those of new objects: what refers to the new ones has to stay. */
  readonly isReplaced: boolean;
}

const NONE: Cascade = { gone: new Set(), rows: [] };

/** Finds what the deletions among the objects of a session entail. */
export function cascadeOf(states: ReadonlySet<ObjectState>): Cascade {
  if (states.size === 0) return NONE;
  let gone: Set<ObjectState> | undefined; // most flushes delete nothing
  for (const state of states) if (state.status === "deleted" || isOrphan(state)) (gone ??= new Set()).add(state);
  if (!gone) return NONE;
  const known = new KnownChildren(states);
  const replaced = new Set([...states].filter(({ status }) => status === "new").map(rowOf));
  const found = new Map<Relation, { keys: unknown[][]; isReplaced: boolean }>();
  for (const parent of gone) { // including those added here
    const isReplaced = replaced.has(rowOf(parent));
    for (const relation of relationsOf(parent.model).values()) {
      if (relation.kind === "many-to-one") continue;
      const children = relation.otherKey ? [] : known.of(parent, relation);
      if (relation.cascade && !isByServer(relation.key)) { for (const child of children) gone.add(child); }
      if (!parent.loaded || !mayRefer(parent, relation, children) || isReplaced && !relation.cascade) continue;
      const rows = found.getOrInsertComputed(relation, () => ({ keys: [], isReplaced: false }));
      rows.keys.push(valuesOf(parent.entity, relation.key.referredColumns));
      rows.isReplaced ||= isReplaced;
    }
  }
  const rows = [...found].map(([relation, each]): ReferringRows => {
    return { relation, ...each, except: relation.otherKey ? [] : known.otherwiseWritten(relation, each.keys, gone) };
  });
  return { gone, rows };
}

/** Reports whether the server acts on the rows that refer to a deleted one. */
export function isByServer({ onDelete }: ForeignKey): boolean {
  return onDelete === "cascade" || onDelete === "set null" || onDelete === "set default";
}

/** Reports whether a relation deletes the rows that refer to a deleted one, or sets NULL: otherwise the server refuses. */
export function isHandled({ kind, key, cascade }: Relation): boolean {
  return kind !== "many-to-one" && !isByServer(key) &&
    (kind === "many-to-many" || cascade !== undefined || key.column.nullable);
}

/** Returns the tables whose rows a relation deletes or changes, at any depth. */
export function tablesBelow(relation: Relation, found: Set<Table> = new Set()): Set<Table> {
  const { key, otherKey, cascade, target } = relation;
  if (otherKey || found.has(key.from)) return found;
  found.add(key.from);
  for (const each of cascade ? relationsOf(target).values() : []) if (isHandled(each)) tablesBelow(each, found);
  return found;
}

/** Reports whether an object was taken out of the only place that it belongs to. */
function isOrphan({ entity, references, status }: ObjectState): boolean {
  if (references.size === 0 || status === "left") return false;
  return references.values().some(({ key, isOrphan }) => isOrphan === true && isUnset(entity, key));
}

/** Reports whether rows may refer to a deleted object that no other statement of the flush writes. */
function mayRefer(parent: ObjectState, relation: Relation, children: readonly ObjectState[]): boolean {
  if (!isHandled(relation)) return false;
  const collection = parent.collections.get(relation.name);
  const isWhole = collection?.isLoaded && !collection.isFiltered;
  if (relation.otherKey) return !isWhole || collection.all().length > 0;
  const others = relation.cascade ? [] : children;
  return others.length > 0 || !isWhole && !relation.passiveDeletes;
}

/** Identifies the row of an object, or that of a new one. */
function rowOf({ table, entity, identity }: ObjectState): string {
  return `${table.fullName} ${identity ?? mapKey(keyOf(table, entity))}`;
}

/** The objects of a session by their foreign keys. */
class KnownChildren {
  readonly #states: readonly ObjectState[];
  readonly #indexes = new Map<string, Map<MapKey, ObjectState[]>>();

  constructor(states: Iterable<ObjectState>) {
    this.#states = [...states];
  }

  /** Returns the children of an object by a relation. */
  of({ entity, loaded, collections }: ObjectState, { name, key }: Relation): ObjectState[] {
    if (!loaded) return (collections.get(name)?.known ?? []).map((item) => stateOf(item as Entity));
    const named = this.#byKey(key).get(mapKey(valuesOf(entity, key.referredColumns))) ?? [];
    return named.filter((child) => !refersToAnother(child, key, entity));
  }

  /** Returns the primary keys of rows with one of these foreign keys that are deleted anyhow, or get another one. */
  otherwiseWritten({ key }: Relation, keys: readonly unknown[][], gone: ReadonlySet<ObjectState>): unknown[][] {
    const parents = new Set(keys.map(mapKey));
    return this.#states.flatMap((state) => {
      if (state.table !== key.from || !state.loaded || !parents.has(mapKey(valuesInRow(state.loaded, key)))) return [];
      return gone.has(state) || !parents.has(mapKey(valuesOf(state.entity, key.columns))) ? [state.rowKey] : [];
    });
  }

  #byKey({ from, columns }: ForeignKey): Map<MapKey, ObjectState[]> {
    return this.#indexes.getOrInsertComputed(columns.map(({ name }) => `${from.fullName}.${name}`).join(), () => {
      const own = this.#states.filter(({ table, entity }) =>
        table === from && !valuesOf(entity, columns).includes(null)
      );
      return Map.groupBy(own, ({ entity }) => mapKey(valuesOf(entity, columns)));
    });
  }
}

/** Reports whether a child refers to another object that has the same key. */
function refersToAnother({ entity, references }: ObjectState, { columns }: ForeignKey, parent: Entity): boolean {
  return references.values().some((reference) =>
    isSameList(reference.key.columns, columns) && isCurrent(entity, reference) && reference.value !== parent
  );
}
