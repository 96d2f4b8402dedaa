/**
 * Loader options: which relations a query brings along. `selectinload` asks for all objects of a relation with one
 * further SELECT, however many owners there are; `joinedload` joins their rows to those of the owners.
 * Either is a cure for N+1.
 *
 * @module
 */
import { Result } from "../engine/result.ts";
import type { Query } from "../engine/kysely/compilable.ts";
import { type Join, type LoaderOption, planJoins, selectCollected, selectReferred } from "./selects.ts";
import { type MapKey, mapKey } from "./key.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import { stateOf } from "./object_state.ts";
import { collectionOf, inverseOf, type Relation, relationNamed, setReference } from "./relations.ts";
import { givesObjects, SelectColumns } from "./select.ts";

type MakeOption = <Name extends string, Nested extends readonly LoaderOption[]>(
  name: Name,
  ...nested: Nested
) => LoaderOption<Name, Nested[number]>;

/**
 * Loads a relation with one further SELECT; what comes after its name is loaded with its objects.
 *
 * ```ts ignore
 * select(User).options(selectinload("toys", selectinload("maker")));
 * ```
 */
export const selectinload: MakeOption = (name, ...nested) => ({ name, isJoined: false, nested });

/**
 * Loads a relation with the same SELECT, by a LEFT OUTER JOIN; what comes after its name is loaded with its objects. An
 * owner comes once for each object in its collection: such a result has to be made `unique()`.
 *
 * ```ts ignore
 * (await session.scalars(select(User).options(joinedload("team"), joinedload("toys")))).unique().all();
 * ```
 */
export const joinedload: MakeOption = (name, ...nested) => ({ name, isJoined: true, nested });

/** Turns rows into objects. */
export interface ObjectSource {
  /** @param row which it keeps. */
  load(model: AnyModel, row: unknown[], refresh?: boolean): Entity;
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined;
}

type Options = readonly LoaderOption[];

/** Loading yields the queries it needs and is given their rows: it does not matter to it who waits, and how. */
export type Loading<T = void> = Generator<{ sql: string; parameters: readonly unknown[] }, T, unknown[][]>;

/** Brings the relations of objects along. */
export class Loader {
  constructor(readonly source: ObjectSource) {}

  /**
   * What a statement gives: objects, rows called as they were asked for, or the rows as they came.
   *
   * @throws {InvalidModelError} when there is no such relation.
   */
  *result<Row>(statement: Query<Row>, answer: Result<Row>): Loading<Result<Row>> {
    const gives = (columns: readonly string[], rows: unknown[][], repeats?: boolean) =>
      new Result<Row>({ columns, rows, command: "", rowCount: answer.rowCount }, repeats);
    if (statement instanceof SelectColumns) return gives(statement.names, answer.tuples().all());
    if (!givesObjects(statement)) return answer;
    const { model, loaders, refresh } = statement;
    const objects = yield* this.#rows(model, statement.rowsOf(answer), loaders, undefined, refresh);
    const { order } = planJoins(model, loaders, relationNamed);
    return gives([model.name], objects.map((object) => [object]), order !== undefined);
  }

  /** An object a row. @param at where in a row the first joined column is */
  *#rows(model: AnyModel, rows: unknown[][], options: Options, at?: number, refresh = false): Loading<Entity[]> {
    const objects = rows.map((row) => this.source.load(model, row, refresh));
    yield* this.#joins(planJoins(model, options, relationNamed, at).joins, rows, objects);
    if (options.length > 0) yield* this.#relations(model, objects, options);
    return objects;
  }

  /** What was joined to the rows: into the objects of these. A row without an object has none to put into. */
  *#joins(joins: readonly Join[], rows: unknown[][], owners: readonly (Entity | undefined)[]): Loading {
    for (const { relation, at, joins: inner, nested } of joins) {
      const { kind, name, key, target } = relation;
      const { columns, keyIndexes } = target.table;
      const isThere = (row: unknown[]) => row[at + keyIndexes[0]] !== null;
      const read = (row: unknown[]) => this.source.load(target, row.slice(at, at + columns.length));
      const objects = rows.map((row) => isThere(row) ? read(row) : undefined);
      for (const [owner, items] of grouped(owners, objects)) {
        if (kind !== "many-to-one") fill(owner, relation, items);
        const [item] = kind === "many-to-one" ? items : [];
        // an owner that the session knows may refer to another one by now
        if (item && owner[key.column.attribute] === item[key.referred.attribute]) setReference(owner, name, key, item);
      }
      yield* this.#joins(inner, rows, objects);
      yield* this.#relations(target, objects, nested);
    }
  }

  /** What `selectinload` asks for. */
  *#relations(model: AnyModel, objects: Iterable<Entity | undefined>, options: Options): Loading {
    const owners = [...new Set(objects)].filter((owner) => owner !== undefined);
    for (const { name, nested } of options.filter(({ isJoined }) => !isJoined)) {
      const relation = relationNamed(model, name);
      if (relation.kind === "many-to-one") yield* this.#references(relation, owners, nested);
      else yield* this.#collections(relation, owners, nested);
    }
  }

  /** Objects by the keys that the owners hold; those the session knows are not asked for, if nothing is joined to them. */
  *#references(relation: Relation, owners: readonly Entity[], nested: Options): Loading {
    const { name, key, target } = relation;
    const id = (owner: Entity) => owner[key.column.attribute];
    const found = new Map<MapKey, Entity>();
    const missing = new Map<MapKey, unknown>();
    const joined = nested.filter(({ isJoined }) => isJoined);
    const isKey = target.table.primaryKey.length === 1 && target.table.primaryKey[0] === key.referred;
    for (const owner of owners) {
      if (id(owner) === null || id(owner) === undefined) continue;
      const known = isKey && joined.length === 0 ? this.source.find(target, [id(owner)]) : undefined;
      if (known) found.set(mapKey([id(owner)]), known);
      else missing.set(mapKey([id(owner)]), id(owner));
    }
    if (missing.size > 0) {
      const sql = selectReferred(relation, planJoins(target, joined, relationNamed));
      const rows = yield { sql, parameters: [[...missing.values()]] };
      const objects = yield* this.#rows(target, rows, joined);
      for (const entity of objects) found.set(mapKey([entity[key.referred.attribute]]), entity);
    }
    for (const owner of owners) {
      const value = stateOf(owner).references.get(name)?.value;
      const isNewer = value && value[key.referred.attribute] === id(owner);
      const reference = id(owner) === null || id(owner) === undefined ? null : found.get(mapKey([id(owner)])) ?? null;
      if (!isNewer) setReference(owner, name, key, reference, id(owner));
    }
    yield* this.#relations(target, found.values(), nested);
  }

  *#collections(relation: Relation, owners: readonly Entity[], nested: Options): Loading {
    const { key, target } = relation;
    const ownerId = (owner: Entity) => owner[key.referred.attribute];
    const ids = owners.map(ownerId).filter((id) => id !== undefined);
    if (ids.length === 0) return;
    const at = target.table.columns.length; // of the owner's key
    const rows = yield { sql: selectCollected(relation, planJoins(target, nested, relationNamed)), parameters: [ids] };
    const objects = yield* this.#rows(target, rows, nested, at + 1);
    const byOwner = grouped(rows.map((row) => mapKey([row[at]])), objects);
    for (const owner of owners) fill(owner, relation, byOwner.get(mapKey([ownerId(owner)])) ?? []);
  }
}

/** Puts what was loaded into a collection; to whom it belongs is known now, too. */
function fill(owner: Entity, relation: Relation, items: Iterable<Entity>): void {
  const { key, otherKey } = relation;
  collectionOf(owner, relation).fill(items);
  const inverse = otherKey ? undefined : inverseOf(relation);
  for (const item of inverse ? items : []) {
    if (stateOf(item).references.has(inverse!.name)) continue;
    setReference(item, inverse!.name, key, owner, item[key.column.attribute]);
  }
}

/** The different items of each key; an item without a key is left out. */
function grouped<Key>(keys: readonly (Key | undefined)[], items: readonly (Entity | undefined)[]) {
  const groups = new Map<Key, Set<Entity>>();
  keys.forEach((key, index) => {
    const group = key === undefined ? undefined : groups.getOrInsertComputed(key, () => new Set());
    if (group && items[index]) group.add(items[index]);
  });
  return groups;
}
