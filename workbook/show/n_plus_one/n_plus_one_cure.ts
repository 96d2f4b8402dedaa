/**
 * Suggests a fix for an N+1: the loader option of the relation, found through the models, or a single query.
 *
 * @module
 */
import type { AnyModel, Relation } from "../../../lib/orm/relation.ts";
import { resolveRelation } from "../../../lib/orm/resolve_relation.ts";
import type { Lookup } from "./lookups.ts";

/**
 * Suggests a fix for row-by-row lookups.
 * @param read tables read before; their objects are the likely owners.
 * @param models models whose relations are known; without them the suggestion names the table.
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

/** A joined load is cheapest for a single object; for a collection it would repeat the owner's row. */
function loaderOption({ kind, name, owner }: Relation): string {
  return `select(${owner.name}).options(${kind === "many-to-one" ? "joinedload" : "selectinload"}("${name}"))`;
}

/** Returns whether the statement looks up the rows of the relation. */
function fits({ key, otherKey, kind, owner, target }: Relation, { table, tables, column }: Lookup): boolean {
  const reads = ({ table }: AnyModel) => tables.includes(table.name);
  if (!otherKey) {
    return tables.length === 1 && reads(target) && column === (kind === "many-to-one" ? key.referred : key.column).name;
  }
  if (!tables.includes(key.from.name) || !reads(target)) return false;
  return column === key.column.name || table === target.table.name && reads(owner) && column === key.referred.name;
}
