/**
 * Loader options: which relations a query brings along. `selectinload` asks for all objects of a relation with one
 * further SELECT, however many owners there are: it is the cure for N+1.
 *
 * @module
 */
import { quote } from "../schema/quote.ts";
import { InvalidModelError } from "../schema/errors.ts";
import { type Entity, keyText } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import { stateOf } from "./object_state.ts";
import { collectionOf, inverseOf, type Relation, relationsOf, setReference } from "./relations.ts";
import { columnsOf } from "./select.ts";

/** A relation to load, and what to load with its objects. Made by {@linkcode selectinload}. */
export interface LoaderOption<Name extends string = string> {
  readonly name: Name;
  readonly nested: readonly LoaderOption[];
}

/**
 * Loads a relation with one further SELECT.
 *
 * ```ts ignore
 * select(User).options(selectinload("toys", selectinload("maker")));
 * ```
 *
 * @param nested what to load with the objects of the relation.
 */
export function selectinload<Name extends string>(name: Name, ...nested: LoaderOption[]): LoaderOption<Name> {
  return { name, nested };
}

/** Turns rows into objects. */
export interface ObjectSource {
  load(model: AnyModel, row: readonly unknown[]): Entity;
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined;
}

/** Loading yields the queries it needs and is given their rows: it does not matter to it who waits, and how. */
export type Loading<T = void> = Generator<{ sql: string; parameters: readonly unknown[] }, T, unknown[][]>;

/** Loads relations of objects of one model. @throws {InvalidModelError} when there is no such relation. */
export function* loadRelations(
  source: ObjectSource,
  model: AnyModel,
  owners: readonly Entity[],
  options: readonly LoaderOption[],
): Loading {
  for (const { name, nested } of options) {
    const relation = relationsOf(model).get(name);
    if (!relation) {
      const known = [...relationsOf(model).keys()].join(", ") || "none";
      throw new InvalidModelError(model.table.name, `there is no relation "${name}"; there are: ${known}`);
    }
    const load = relation.kind === "many-to-one" ? references : collections;
    const targets = yield* load(source, relation, owners);
    if (nested.length > 0) yield* loadRelations(source, relation.target, targets, nested);
  }
}

/** Objects by the keys that the owners hold; those the session knows are not asked for. */
function* references(source: ObjectSource, relation: Relation, owners: readonly Entity[]): Loading<Entity[]> {
  const { name, key, target } = relation;
  const id = (owner: Entity) => owner[key.column.attribute];
  const found = new Map<string, Entity>();
  const missing = new Map<string, unknown>();
  const byPrimaryKey = target.table.primaryKey.length === 1 && target.table.primaryKey[0] === key.referred;
  for (const owner of owners) {
    if (id(owner) === null || id(owner) === undefined) continue;
    const known = byPrimaryKey ? source.find(target, [id(owner)]) : undefined;
    if (known) found.set(keyText([id(owner)]), known);
    else missing.set(keyText([id(owner)]), id(owner));
  }
  if (missing.size > 0) {
    const sql = `SELECT ${columnsOf(target.table)} FROM ${target.table.sqlName} ` +
      `WHERE ${quote(key.referred.name)} = ANY($1::${key.referred.type}[])`;
    for (const row of yield { sql, parameters: [[...missing.values()]] }) {
      const entity = source.load(target, row);
      found.set(keyText([entity[key.referred.attribute]]), entity);
    }
  }
  for (const owner of owners) {
    const value = stateOf(owner).references.get(name)?.value;
    const isNewer = value && value[key.referred.attribute] === id(owner);
    const reference = id(owner) === null || id(owner) === undefined ? null : found.get(keyText([id(owner)])) ?? null;
    if (!isNewer) setReference(owner, name, key, reference, id(owner));
  }
  return [...found.values()];
}

function* collections(source: ObjectSource, relation: Relation, owners: readonly Entity[]): Loading<Entity[]> {
  const { key, otherKey, target } = relation;
  const ownerId = (owner: Entity) => owner[key.referred.attribute];
  const ids = owners.map(ownerId).filter((id) => id !== undefined);
  if (ids.length === 0) return [];
  const { sqlName: name } = target.table;
  const { sqlName: link } = key.from; // the association table, or the target itself
  const owner = `${link}.${quote(key.column.name)}`;
  const join = otherKey
    ? `JOIN ${link} ON ${link}.${quote(otherKey.column.name)} = ${name}.${quote(otherKey.referred.name)} `
    : "";
  const order = target.table.primaryKey.map((column) => `${name}.${quote(column.name)}`).join(", ");
  const sql = `SELECT ${columnsOf(target.table)}, ${owner} FROM ${name} ${join}` +
    `WHERE ${owner} = ANY($1::${key.referred.type}[]) ORDER BY ${order}`;
  const byOwner = new Map<string, Entity[]>();
  const all = new Set<Entity>();
  for (const row of yield { sql, parameters: [ids] }) {
    const entity = source.load(target, row);
    all.add(entity);
    byOwner.getOrInsertComputed(keyText([row[target.table.columns.length]]), () => []).push(entity);
  }
  const inverse = otherKey ? undefined : inverseOf(relation);
  for (const owner of owners) {
    const items = byOwner.get(keyText([ownerId(owner)])) ?? [];
    collectionOf(owner, relation).fill(items);
    // to whom they belong is known now, too
    for (const item of inverse ? items : []) {
      if (!stateOf(item).references.has(inverse!.name)) {
        setReference(item, inverse!.name, key, owner, item[key.column.attribute]);
      }
    }
  }
  return [...all];
}
