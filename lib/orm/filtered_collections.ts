/**
 * The SELECT of a `selectinload()` with conditions, an order or a limit of its own. Nothing here talks to a database.
 *
 * @module
 */
import { type OrderByNode, type SelectQueryNode, sql } from "kysely";
import { quote } from "../base/quote.ts";
import { compile, type Compiled } from "../engine/kysely/compiler.ts";
import { readCast, type TableColumn } from "../schema/table.ts";
import { InvalidStatementError } from "./errors.ts";
import { FreeNames } from "./free_names.ts";
import type { JoinPlan } from "./joins.ts";
import { parameterType } from "./parameter_type.ts";
import { scopeOf } from "./query_scope.ts";
import type { Relation } from "./relation.ts";
import type { Builder, Select } from "./select.ts";
import { areEqual, columnsOf, keysOf } from "./selects.ts";
import type { AnyModel } from "./model.ts";

/** Reports whether a query for related objects may leave some out. */
export function isFiltered(query: Select<AnyModel>): boolean {
  const { where, limit, offset } = nodeOf(query.builder);
  return Boolean(where ?? limit ?? offset);
}

/**
 * Returns the SELECT of the rows in the collections of owners, as `selectCollected()` does, with the conditions and the
 * order of a query. A limit applies to each collection: the query becomes a LATERAL subquery for each owner.
 *
 * @param keys the owners' keys, an array for each column.
 * @throws {InvalidStatementError} when the query has a lock or DISTINCT.
 */
export function selectFiltered(
  relation: Relation,
  query: Select<AnyModel>,
  plan: JoinPlan,
  keys: unknown[][],
): Compiled {
  const { key, otherKey, target: { table } } = relation;
  const node = nodeOf(query.builder);
  if (node.frontModifiers || node.endModifiers || query.populates) {
    throw new InvalidStatementError(
      relation.owner.name,
      `selectinload("${relation.name}") takes conditions, an order, a limit and options; write others on the statement`,
    );
  }
  const from = otherKey ? plan.names.take(key.from.name) : table.name;
  const owner = key.columns.map(({ name }) => `${quote(from)}.${quote(name)}`);
  const link = otherKey
    ? ` join ${key.from.sqlName} as ${quote(from)} on ` +
      areEqual(quote(from), otherKey.columns, quote(table.name), otherKey.referredColumns)
    : "";
  const ordered = keysOf(table).reduce((builder, column) => builder.orderBy(sql.raw(column)), query.builder);
  if (node.limit ?? node.offset) return lateral(relation, ordered, plan, keys, owner, link);
  const given = key.referredColumns.map(({ type }, index) =>
    sql`${sql.val(keys[index])}::${sql.raw(parameterType(type))}[]`
  );
  const condition = owner.length === 1
    ? sql<boolean>`${sql.raw(owner[0])} = any(${given[0]})`
    : sql<boolean>`(${sql.raw(owner.join(", "))}) in (select * from unnest(${sql.join(given)}))`;
  return compile(ordered.where(condition), scopeOf(relation.target), {
    columns: [...owner.map((name, index) => name + readCast(key.columns[index])), ...plan.columns],
    joined: link + plan.joined,
    order: plan.order,
  });
}

/** Selects the first rows for each owner; an outer ORDER BY keeps their order, which a join need not. */
function lateral(
  { key, target: { table }, target }: Relation,
  builder: Builder,
  plan: JoinPlan,
  keys: unknown[][],
  owner: readonly string[],
  link: string,
): Compiled {
  const owners = quote(plan.names.take("owners"));
  const position = quote(new FreeNames(table.columns.map(({ name }) => name)).take("position"));
  const ownerKey = (_: TableColumn, index: number) => `${owners}.key_${index + 1}`;
  const ids = key.columns.map(ownerKey);
  const isOwn = sql<boolean>`${sql.raw(owner.map((name, index) => `${name} = ${ids[index]}`).join(" and "))}`;
  const order = { toOperationNode: (): OrderByNode => nodeOf(builder).orderBy! };
  const numbered = builder.where(isOwn).select(sql`row_number() over (${order})`.as(sql.raw(position)));
  const { sql: inner, parameters } = compile(numbered, scopeOf(target), {
    columns: [],
    joined: link,
    order: undefined,
  });
  const arrays = key.referredColumns.map(({ type }, index) =>
    `$${parameters.length + index + 1}::${parameterType(type)}[]`
  );
  const alias = quote(table.name);
  const list = [columnsOf(table), ...ids.map((id, index) => id + readCast(key.columns[index])), ...plan.columns];
  return {
    sql:
      `select ${list.join(", ")} from unnest(${arrays.join(", ")}) as ${owners}(${
        ids.map((id) => id.split(".").at(-1)).join(", ")
      }) cross join lateral (${inner}) as ${alias}${plan.joined} ` +
      `order by ${[`${alias}.${position}`, ...plan.order ?? []].join(", ")}`,
    parameters: [...parameters, ...keys],
  };
}

function nodeOf(builder: Builder): SelectQueryNode {
  return builder.toOperationNode() as SelectQueryNode;
}
