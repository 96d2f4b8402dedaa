/**
 * The cure of an N+1: the loader option that brings the rows along, named by the models, or the one query that does.
 *
 * @module
 */
import { type AnyModel, type Relation, resolveRelation } from "../../../lib/orm/relation.ts";
import type { Lookup } from "./lookups.ts";

/**
 * What to do instead of looking for rows one by one.
 *
 * @param read the tables that were read before: their objects are the likely owners.
 * @param models whose relations are known; without them the table is named.
 */
export function cureFor(lookup: Lookup, read: ReadonlySet<string>, models: readonly AnyModel[]): string {
  const fitting = models.flatMap((model) =>
    Object.entries(model.relations ?? {}).map(([name, declared]) => resolveRelation(model, name, declared))
      .filter((relation) => fits(relation, lookup))
  );
  const likely = fitting.filter(({ owner }) => read.has(owner.table.name));
  const options = (likely.length > 0 ? likely : fitting).map(loaderOption);
  if (options.length > 0) return [...new Set(options)].join(" or ");
  const { table, column } = lookup;
  const all = column ? `, or one query WHERE ${column} = ANY(…)` : "";
  return `selectinload() of the relation to ${table} in the query before${all}`;
}

/** One object is cheapest joined to its row; a collection would repeat that row. */
function loaderOption({ kind, name, owner }: Relation): string {
  return `select(${owner.name}).options(${kind === "many-to-one" ? "joinedload" : "selectinload"}("${name}"))`;
}

/** True when the statement looks for what the relation holds. */
function fits({ key, otherKey, kind, owner, target }: Relation, { table, tables, column }: Lookup): boolean {
  const reads = ({ table }: AnyModel) => tables.includes(table.name);
  if (!otherKey) {
    return tables.length === 1 && reads(target) && column === (kind === "many-to-one" ? key.referred : key.column).name;
  }
  if (!tables.includes(key.from.name) || !reads(target)) return false;
  return column === key.column.name || table === target.table.name && reads(owner) && column === key.referred.name;
}
