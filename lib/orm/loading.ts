/**
 * Loader options: which relations a query brings along. `selectinload` asks for all objects of a relation with one
 * further SELECT, however many owners there are: it is the cure for N+1.
 *
 * @module
 */
import { quote } from "./ddl.ts";
import { InvalidModelError } from "./errors.ts";
import { type Entity, keyText } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import { collectionOf, held, Related, type Relation, relationsOf, setReference } from "./relations.ts";
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

/** What loading needs of a session: to send a query and to turn rows into objects. */
export interface Loader {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown[][]>;
  load(model: AnyModel, row: readonly unknown[]): Entity;
  find(model: AnyModel, key: readonly unknown[]): Entity | undefined;
}

/** Loads relations of objects of one model. */
export async function loadRelations(
  loader: Loader,
  model: AnyModel,
  owners: readonly Entity[],
  options: readonly LoaderOption[],
): Promise<void> {
  for (const { name, nested } of options) {
    const relation = relationsOf(model).get(name);
    if (!relation) {
      const known = [...relationsOf(model).keys()].join(", ") || "none";
      throw new InvalidModelError(model.table.name, `there is no relation "${name}"; there are: ${known}`);
    }
    const targets = relation.kind === "many-to-one"
      ? await loadReferences(loader, relation, owners)
      : await loadCollections(loader, relation, owners);
    if (nested.length > 0) await loadRelations(loader, relation.target, targets, nested);
  }
}

/** Objects by the keys that the owners hold; those the session knows are not asked for. */
async function loadReferences(loader: Loader, relation: Relation, owners: readonly Entity[]): Promise<Entity[]> {
  const { name, key, target } = relation;
  const id = (owner: Entity) => owner[key.column.attribute];
  const found = new Map<string, Entity>();
  const missing = new Map<string, unknown>();
  const byPrimaryKey = target.table.primaryKey.length === 1 && target.table.primaryKey[0] === key.referred;
  for (const owner of owners) {
    if (id(owner) === null || id(owner) === undefined) continue;
    const known = byPrimaryKey ? loader.find(target, [id(owner)]) : undefined;
    if (known) found.set(keyText([id(owner)]), known);
    else missing.set(keyText([id(owner)]), id(owner));
  }
  if (missing.size > 0) {
    const sql = `SELECT ${columnsOf(target.table)} FROM ${quote(target.table.name)} ` +
      `WHERE ${quote(key.referred.name)} = ANY($1::${key.referred.type}[])`;
    for (const row of await loader.query(sql, [[...missing.values()]])) {
      const entity = loader.load(target, row);
      found.set(keyText([entity[key.referred.attribute]]), entity);
    }
  }
  for (const owner of owners) {
    const value = held(owner, name);
    const isNewer = value !== undefined && !(value instanceof Related) && value.value !== null &&
      value.value[key.referred.attribute] === id(owner);
    const reference = id(owner) === null || id(owner) === undefined ? null : found.get(keyText([id(owner)])) ?? null;
    if (!isNewer) setReference(owner, name, key, reference, id(owner));
  }
  return [...found.values()];
}

async function loadCollections(loader: Loader, relation: Relation, owners: readonly Entity[]): Promise<Entity[]> {
  const { key, otherKey, target } = relation;
  const ownerId = (owner: Entity) => owner[key.referred.attribute];
  const ids = owners.map(ownerId).filter((id) => id !== undefined);
  if (ids.length === 0) return [];
  const name = quote(target.table.name);
  const any = `= ANY($1::${key.referred.type}[])`;
  const order = target.table.primaryKey.map((column) => `${name}.${quote(column.name)}`).join(", ");
  let sql: string;
  if (otherKey) {
    const link = quote(key.from.name);
    sql = `SELECT ${columnsOf(target.table)}, ${link}.${quote(key.column.name)} FROM ${name} ` +
      `JOIN ${link} ON ${link}.${quote(otherKey.column.name)} = ${name}.${quote(otherKey.referred.name)} ` +
      `WHERE ${link}.${quote(key.column.name)} ${any} ORDER BY ${order}`;
  } else {
    sql = `SELECT ${columnsOf(target.table)}, ${quote(key.column.name)} FROM ${name} ` +
      `WHERE ${quote(key.column.name)} ${any} ORDER BY ${order}`;
  }
  const byOwner = new Map<string, Entity[]>();
  const all = new Set<Entity>();
  for (const row of await loader.query(sql, [ids])) {
    const entity = loader.load(target, row);
    all.add(entity);
    const id = keyText([row[target.table.columns.length]]);
    const list = byOwner.get(id);
    if (list) list.push(entity);
    else byOwner.set(id, [entity]);
  }
  for (const owner of owners) collectionOf(owner, relation).fill(byOwner.get(keyText([ownerId(owner)])) ?? []);
  return [...all];
}
