/**
 * Compares the relations that objects hold with the rows, which their session reads by SQL of its own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { quote } from "../lib/base/quote.ts";
import type { Session } from "../lib/orm/session.ts";
import { NotLoadedError } from "../lib/orm/errors.ts";
import type { Entity } from "../lib/orm/identity_map.ts";
import { keyOf, mapKey, valuesOf } from "../lib/orm/key.ts";
import { type ObjectState, stateOf } from "../lib/orm/object_state.ts";
import { isUnset } from "../lib/orm/reference.ts";
import { collectionOf } from "../lib/orm/related.ts";
import type { Relation } from "../lib/orm/relation.ts";
import { relationsOf } from "../lib/orm/relations.ts";
import type { Table } from "../lib/schema/table.ts";

/** Rows by table, with the values of JSON, by attribute. */
export type Rows = ReadonlyMap<Table, readonly Entity[]>;

/** Reads tables, all by one statement. */
export async function readRows(session: Session, tables: Iterable<Table>): Promise<Rows> {
  const all = [...tables];
  const lists = all.map((table) => {
    const columns = table.columns.map(({ name, attribute }) => `${quote(name)} AS ${quote(attribute)}`);
    return `(SELECT coalesce(json_agg(t), '[]') FROM (SELECT ${columns} FROM ${table.sqlName}) AS t)`;
  });
  const [found] = (await session.execute(`SELECT ${lists}`)).tuples().all();
  return new Map(all.map((table, index) => [table, found[index] as Entity[]]));
}

/**
 * Asserts that every relation of the objects that are in a session holds what the tables do, or says that it is not
 * loaded. Nothing may be pending.
 *
 * @param rows every row of the tables with their relations; they are read if missing.
 * @returns how many relations were loaded.
 */
export async function assertHeldRelations(session: Session, objects: Iterable<object>, rows?: Rows): Promise<number> {
  const states = [...objects].map((object) => stateOf(object as Entity)).filter(({ status }) =>
    status === "persistent"
  );
  const relations = new Set(states.flatMap(({ model }) => [...relationsOf(model).values()]));
  const tables = new Set([...relations].flatMap(({ owner, target, key }) => [owner.table, target.table, key.from]));
  if (tables.size === 0) return 0;
  const found = rows ?? await readRows(session, tables);
  let count = 0;
  for (const state of states) {
    for (const relation of relationsOf(state.model).values()) if (compare(state, relation, found)) count++;
  }
  return count;
}

function compare(state: ObjectState, relation: Relation, rows: Rows): boolean {
  const { entity, model } = state;
  const held = heldBy(entity, relation);
  if (!held) return false;
  const keys = held.map((each) => mapKey(keyOf(relation.target.table, each)));
  const where = `${model.name} ${keyOf(model.table, entity)}: ${relation.name}`;
  assertEquals(keys.toSorted(), expected(entity, relation, rows).toSorted(), where);
  for (const each of held) {
    const { status, loaded } = stateOf(each);
    assertEquals([status !== "new", loaded !== undefined], [true, true], `${where} holds an object without a row`);
  }
  return true;
}

/** Returns the objects in a relation; undefined if it is not loaded, or holds only some. */
function heldBy(entity: Entity, relation: Relation): Entity[] | undefined {
  try {
    const value = entity[relation.name] as Entity | null;
    if (relation.kind === "many-to-one") return value === null ? [] : [value];
    const collection = collectionOf(entity, relation);
    return collection.isFiltered ? undefined : collection.all() as Entity[];
  } catch (error) {
    if (error instanceof NotLoadedError) return undefined;
    throw error;
  }
}

function expected(entity: Entity, { kind, key, otherKey, target, owner }: Relation, rows: Rows) {
  const { columns, referredColumns } = key;
  const own = rows.get(owner.table)!.find((row) =>
    mapKey(keyOf(owner.table, row)) === mapKey(keyOf(owner.table, entity))
  );
  if (!own) return [`(no row of ${owner.name})`];
  const same = (a: readonly unknown[], b: readonly unknown[]) => mapKey(a) === mapKey(b);
  if (kind === "many-to-one") {
    if (isUnset(own, key)) return [];
    const found = rows.get(target.table)!.filter((row) => same(valuesOf(row, referredColumns), valuesOf(own, columns)));
    return found.map((row) => mapKey(keyOf(target.table, row)));
  }
  const many = rows.get(key.from)!.filter((row) =>
    !isUnset(row, key) && same(valuesOf(row, columns), valuesOf(own, referredColumns))
  );
  if (!otherKey) return many.map((row) => mapKey(keyOf(target.table, row)));
  return many.flatMap((link) =>
    rows.get(target.table)!.filter((row) =>
      same(valuesOf(row, otherKey.referredColumns), valuesOf(link, otherKey.columns))
    )
  ).map((row) => mapKey(keyOf(target.table, row)));
}
