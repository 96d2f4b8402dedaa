/**
 * Loader options, which relations a query loads, and the loader that carries them out. `selectinload` loads a relation
 * of all objects with one further SELECT; `joinedload` joins its rows to those of the owners. Either avoids N+1
 * queries.
 *
 * @module
 */
import type { Query } from "../engine/kysely/compilable.ts";
import { Result } from "../engine/result.ts";
import { decodeRows, sentColumns } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";
import { type Join, type LoaderOption, planJoins } from "./joins.ts";
import { type MapKey, mapKey, valuesOf } from "./key.ts";
import type { AnyModel } from "./model.ts";
import { stateOf } from "./object_state.ts";
import { givesObjects } from "./object_statement.ts";
import { holdReference, isCurrent, isUnset, referredKey, refersTo } from "./reference.ts";
import { collectionOf, type Related } from "./related.ts";
import type { Relation } from "./relation.ts";
import { inverseOf, relationNamed } from "./relations.ts";
import { Select, select, SelectColumns } from "./select.ts";
import type { CollectionNames, RelatedQuery } from "./select_types.ts";
import { shown } from "../engine/check_options.ts";
import { InvalidStatementError } from "./errors.ts";
import { isFiltered, selectFiltered } from "./filtered_collections.ts";
import { hasWritten } from "./written_rows.ts";
import { selectCollected, selectReferred } from "./selects.ts";

/**
 * Loads a relation with one further SELECT. The options after the name apply to its objects.
 *
 * ```ts ignore
 * select(User).options(selectinload("toys", selectinload("maker")));
 * ```
 */
export function selectinload<Name extends string, Nested extends readonly LoaderOption[]>(
  name: Name,
  ...nested: Nested
  // deno-lint-ignore no-explicit-any -- any model may have such a relation
): LoaderOption<Name, Nested[number], any>;
/**
 * Loads some objects of a collection, or all of them in another order. A collection that has a condition or a limit is
 * read-only: adding and deleting throws a `FilteredCollectionError`.
 *
 * ```ts ignore
 * select(User).options(selectinload("toys", (toys) => toys.where("price", ">", 5).orderBy("price", "desc").limit(3)));
 * ```
 *
 * @throws {InvalidStatementError} when a session executes it: for a relation to one object.
 */
export function selectinload<Owner, Name extends CollectionNames<Owner>, Nested extends readonly LoaderOption[]>(
  name: Name,
  query: (related: RelatedQuery<RelatedOf<Owner[Name]>>) => RelatedQuery<RelatedOf<Owner[Name]>>,
  ...nested: Nested
): LoaderOption<Name, Nested[number], Owner>;
export function selectinload(name: string, ...[first, ...others]: unknown[]): LoaderOption {
  const hasQuery = typeof first === "function";
  const nested = hasQuery ? others : first === undefined ? [] : [first, ...others];
  return {
    name,
    isJoined: false,
    nested: nested as LoaderOption[],
    query: hasQuery ? first as LoaderOption["query"] : undefined,
  };
}

/**
 * Loads a relation with the same SELECT, by a LEFT OUTER JOIN. The options after the name apply to its objects. The
 * join repeats an owner for each object in its collection: call `unique()` on such a result.
 *
 * ```ts ignore
 * (await session.scalars(select(User).options(joinedload("team"), joinedload("toys")))).unique().all();
 * ```
 */
export function joinedload<Name extends string, Nested extends readonly LoaderOption[]>(
  name: Name,
  ...nested: Nested
  // deno-lint-ignore no-explicit-any -- any model may have such a relation
): LoaderOption<Name, Nested[number], any> {
  return { name, isJoined: true, nested };
}

/** The objects in a collection. */
export type RelatedOf<T> = T extends Related<infer Each> ? Each : never;

/** Turns rows into objects. */
export interface ObjectSource {
  /**
   * Returns the object of a row.
   *
   * @param row is retained: callers must not change it.
   */
  load(model: AnyModel, row: unknown[], refresh?: boolean): Entity;
  /** Returns the object with a key, if it is known. */
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined;
}

type Options = readonly LoaderOption[];

/** Yields the queries it needs and receives their rows, so that its caller decides how to wait for them. */
export type Loading<T = void> = Generator<{ sql: string; parameters: readonly unknown[] }, T, unknown[][]>;

/** Loads objects and their relations. */
export class Loader {
  /** The objects that a statement with `populateExisting()` has overwritten; undefined for other statements. */
  #populated: Set<Entity> | undefined;

  /** True if a join of the statement leaves out objects of collections. */
  #narrowed = false;

  constructor(readonly source: ObjectSource) {}

  /**
   * Converts the rows of a statement to its results: objects, rows with the requested names, or the rows as they are.
   *
   * @throws {InvalidModelError} when a model has no such relation.
   */
  *result<Row>(statement: Query<Row>, raw: Result<Row>): Loading<Result<Row>> {
    const resultOf = (columns: readonly string[], rows: unknown[][], repeats?: boolean) =>
      new Result<Row>({ columns, rows, command: "", rowCount: raw.rowCount }, repeats, givesObjects(statement));
    if (statement instanceof SelectColumns) return resultOf(statement.names, statement.rowsOf(raw));
    if (!givesObjects(statement)) return raw;
    const { model, loaders, refresh, populates } = statement;
    const rows = statement.rowsOf(raw);
    if (populates) this.#populated = new Set();
    this.#narrowed = loaders.some(({ isContained }) => isContained) && statement.narrowsJoins;
    const overwrites = refresh === "written" && !populates
      ? yield* hasWritten(statement.compile(), raw.command, model.table)
      : Boolean(refresh);
    const objects = yield* this.#load(model, rows, loaders, undefined, overwrites);
    return resultOf([model.name], objects.map((object) => [object]), planJoins(model, loaders).repeats);
  }

  /**
   * Loads the object of each row, and the relations of the objects.
   *
   * @param at the position of the first joined column in a row.
   */
  *#load(model: AnyModel, rows: unknown[][], options: Options, at?: number, refresh = false): Loading<Entity[]> {
    const objects = rows.map((row) => this.#object(model, row, refresh));
    yield* this.#loadJoined(planJoins(model, options, at).joins, rows, objects);
    if (options.length > 0) yield* this.#loadSelected(model, objects, options);
    return objects;
  }

  /** Returns the object of a row. With `populateExisting()` it is overwritten, once: its relations are loaded by then. */
  #object(model: AnyModel, row: unknown[], refresh = false): Entity {
    const populated = this.#populated;
    const entity = this.source.load(model, row, refresh || populated !== undefined);
    if (populated && !populated.has(entity)) {
      populated.add(entity);
      stateOf(entity).forgetRelations();
    }
    return entity;
  }

  /** Loads joined relations from the rows of their owners; a row may have no owner, as an outer join makes it. */
  *#loadJoined(joins: readonly Join[], rows: unknown[][], owners: readonly (Entity | undefined)[]): Loading {
    for (const { relation, at, joins: inner, nested, isContained } of joins) {
      const { columns, keyIndexes } = relation.target.table;
      const isPresent = (row: unknown[]) => row[at + keyIndexes[0]] !== null;
      const load = (row: unknown[]) => this.#object(relation.target, row.slice(at, at + columns.length));
      const objects = rows.map((row) => isPresent(row) ? load(row) : undefined);
      const byOwner = grouped(owners, objects);
      if (relation.kind === "many-to-one") {
        for (const [owner, [target]] of byOwner) setLoadedReference(owner, relation, target ?? null);
      } else {
        const filtered = isContained && this.#narrowed;
        for (const [owner, items] of byOwner) fillCollection(owner, relation, items, filtered);
      }
      yield* this.#loadJoined(inner, rows, objects);
      yield* this.#loadSelected(relation.target, objects, nested);
    }
  }

  /** Loads the relations that `selectinload` names. */
  *#loadSelected(model: AnyModel, objects: Iterable<Entity | undefined>, options: Options): Loading {
    const owners = [...new Set(objects)].filter((owner) => owner !== undefined);
    for (const { name, nested, query } of options.filter(({ isJoined }) => !isJoined)) {
      const relation = relationNamed(model, name);
      if (query && relation.kind.endsWith("to-one")) {
        throw new InvalidStatementError(model.name, `"${name}" is one object, of which a query cannot leave out some`);
      }
      const related = query && relatedQuery(relation, query);
      if (relation.kind === "many-to-one") yield* this.#loadReferences(relation, owners, nested);
      else yield* this.#loadCollections(relation, owners, related ? withOptions(nested, related) : nested, related);
    }
  }

  /** Loads the objects that owners refer to. Known ones are not selected, unless something is joined to them. */
  *#loadReferences(relation: Relation, owners: readonly Entity[], nested: Options): Loading {
    const { key, target } = relation;
    const joined = nested.filter(({ isJoined }) => isJoined);
    const targets = new Map<MapKey, Entity>();
    const missing = new Map<MapKey, unknown[]>();
    for (const owner of owners) {
      if (isUnset(owner, key)) continue;
      const ids = valuesOf(owner, key.columns);
      const primaryKey = joined.length === 0 ? referredKey(owner, key) : undefined;
      const known = primaryKey && this.source.find(target, primaryKey);
      if (known && (this.#populated?.has(known) ?? true)) targets.set(mapKey(ids), known);
      else missing.set(mapKey(ids), ids);
    }
    if (missing.size > 0) {
      const rows = yield {
        sql: selectReferred(relation, planJoins(target, joined)),
        parameters: sentColumns(key.referredColumns, [...missing.values()]),
      };
      const objects = yield* this.#load(target, rows, joined);
      for (const entity of objects) targets.set(mapKey(valuesOf(entity, key.referredColumns)), entity);
    }
    for (const owner of owners) setSelectedReference(owner, relation, targets);
    yield* this.#loadSelected(target, targets.values(), nested);
  }

  *#loadCollections(relation: Relation, owners: readonly Entity[], nested: Options, query?: RelatedSelect): Loading {
    const { key, target } = relation;
    const { columns, referredColumns } = key;
    const ids = owners.map((owner) => valuesOf(owner, referredColumns)).filter((id) => !id.includes(undefined));
    if (ids.length === 0) return;
    const parameters = sentColumns(referredColumns, ids);
    const plan = planJoins(target, nested);
    const rows = yield query
      ? selectFiltered(relation, query, plan, parameters)
      : { sql: selectCollected(relation, plan), parameters };
    const filtered = query !== undefined && isFiltered(query);
    const at = target.table.columns.length; // of the owner's key
    const after = at + columns.length;
    decodeRows(columns, rows, at);
    const objects = yield* this.#load(target, rows, nested, after);
    const byOwner = grouped(rows.map((row) => mapKey(row.slice(at, after))), objects);
    for (const owner of owners) {
      fillCollection(owner, relation, byOwner.get(mapKey(valuesOf(owner, referredColumns))) ?? [], filtered);
    }
  }
}

/** Sets a joined reference, unless the owner, known to the session, refers to another object by now. */
function setLoadedReference(owner: Entity, { name, key }: Relation, target: Entity | null): void {
  const agrees = target ? refersTo(owner, key, target) : isUnset(owner, key) && !stateOf(owner).references.has(name);
  if (agrees) holdReference(owner, name, key, target);
}

/** Sets a selected reference, unless the owner holds the object of its current key already. */
function setSelectedReference(owner: Entity, { name, key }: Relation, targets: ReadonlyMap<MapKey, Entity>): void {
  const current = stateOf(owner).references.get(name)?.value;
  if (current && refersTo(owner, key, current)) return;
  const target = isUnset(owner, key) ? null : targets.get(mapKey(valuesOf(owner, key.columns))) ?? null;
  holdReference(owner, name, key, target);
}

/** Fills a collection, and sets the reference of each item to its owner. */
function fillCollection(owner: Entity, relation: Relation, items: Iterable<Entity>, filtered = false): void {
  const { key, otherKey } = relation;
  collectionOf(owner, relation).fill(items, { filtered });
  const inverse = otherKey ? undefined : inverseOf(relation);
  if (!inverse) return;
  for (const item of items) {
    const reference = stateOf(item).references.get(inverse.name);
    if (!reference || !isCurrent(item, reference)) holdReference(item, inverse.name, key, owner);
  }
}

/** A query for the objects in a collection. */
type RelatedSelect = Select<AnyModel>;

function relatedQuery({ target }: Relation, query: NonNullable<LoaderOption["query"]>): RelatedSelect {
  const related = query(select(target) as never);
  if (related instanceof Select) return related;
  throw new TypeError(`The function of selectinload() returns the query that it is given, not ${shown(related)}.`);
}

/** Adds the options of a query for related objects, which take the place of others for the same relations. */
function withOptions(nested: Options, { given, loaders }: RelatedSelect): Options {
  const isGiven = ({ name }: LoaderOption) => given.some((option) => option.name === name);
  return [...nested.filter((option) => !isGiven(option)), ...loaders.filter(isGiven)];
}

/** Groups items by key, each once; items without a key are left out. */
function grouped<Key>(keys: readonly (Key | undefined)[], items: readonly (Entity | undefined)[]) {
  const groups = new Map<Key, Set<Entity>>();
  keys.forEach((key, index) => {
    const group = key === undefined ? undefined : groups.getOrInsertComputed(key, () => new Set());
    if (group && items[index]) group.add(items[index]);
  });
  return groups;
}
