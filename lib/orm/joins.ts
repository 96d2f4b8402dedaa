/**
 * The joins of `joinedload`, which any query of a session may have. Nothing here talks to a database.
 *
 * @module
 */
import { snakeCase } from "../base/naming.ts";
import { quote } from "../base/quote.ts";
import { InvalidStatementError } from "./errors.ts";
import { FreeNames } from "./free_names.ts";
import { joinNames } from "./join_names.ts";
import type { AnyModel, Relation } from "./relation.ts";
import { relationNamed } from "./relations.ts";
import { areEqual, columnsOf, keysOf } from "./selects.ts";

/** A relation to load. Made by `selectinload`, `joinedload` and `raiseload`. */
export interface LoaderOption<Name extends string = string, Nested = unknown, Owner = unknown> {
  /** The object with the relation; only for the compiler. */
  readonly owner?: Owner;
  /** The name of the relation. */
  readonly name: Name;
  /** True for `joinedload()` and `containsEager()`, false for `selectinload()`. */
  readonly isJoined: boolean;
  /** True for `raiseload()`: the relation is not loaded. */
  readonly isLeftOut?: boolean;
  /** True for `containsEager()`: the statement has the join. */
  readonly isContained?: boolean;
  /** The relations to load for its objects. */
  readonly nested: readonly (Nested & LoaderOption)[];
  /** Narrows and sorts a collection that is selected. */
  readonly query?: ((related: never) => unknown) | undefined;
}

/** A relation that is joined. */
export interface Join {
  /** True if the statement had the join. */
  readonly isContained: boolean;
  readonly relation: Relation;
  /** The position of its first column in a row. */
  readonly at: number;
  /** The joins to its rows. */
  readonly joins: readonly Join[];
  readonly nested: readonly LoaderOption[];
}

/** The joins to the rows of a table, as SQL and as data. */
export interface JoinPlan {
  readonly joins: readonly Join[];
  /** The columns, relation by relation, each relation before those joined to it. */
  readonly columns: readonly string[];
  /** The SQL of the joins, with a leading space. */
  readonly joined: string;
  /** The names that the query has. */
  readonly names: FreeNames;
  /** The default ORDER BY if the joins repeat rows of the table; undefined if they do not. */
  readonly order: readonly string[] | undefined;
  /** True if joins repeat rows of the table. */
  readonly repeats: boolean;
}

/**
 * Plans the joins to the rows of a model's table. Aliases are numbered as SQLAlchemy numbers them: `toys_1`.
 *
 * @param at the position of the first joined column in a row.
 * @throws {InvalidModelError} when a model has no such relation.
 */
export function planJoins(
  model: AnyModel,
  options: readonly LoaderOption[],
  at: number = model.table.columns.length,
): JoinPlan {
  if (!options.some(({ isJoined }) => isJoined)) {
    const names = new FreeNames([model.table.name]);
    return { joins: [], columns: [], joined: "", names, order: undefined, repeats: false };
  }
  const names = new FreeNames([model.table.name, ...joinNames(model)]);
  const columns: string[] = [];
  const order: string[] = [];
  let repeats = false;
  let joined = "";
  const add = (owner: string, model: AnyModel, options: readonly LoaderOption[], isNested = false): Join[] =>
    options.filter(({ isJoined }) => isJoined).map(({ name, nested, isContained = false }) => {
      const relation = relationNamed(model, name);
      const { table } = relation.target;
      if (isContained && isNested) {
        throw new InvalidStatementError(
          model.name,
          `containsEager("${name}") is for a join to the statement's own table`,
        );
      }
      const alias = quote(isContained ? snakeCase(name) : names.number(table.name));
      if (!isContained) joined += joinSql(relation, owner, alias, names);
      columns.push(columnsOf(table, alias));
      const isMany = relation.kind.endsWith("many");
      if (isMany && !isContained) order.push(...keysOf(table, alias));
      repeats ||= isMany;
      const first = at;
      at += table.columns.length;
      return { relation, at: first, joins: add(alias, relation.target, nested, true), nested, isContained };
    });
  const joins = add(quote(model.table.name), model, options);
  const whole = order.length > 0 ? [...keysOf(model.table), ...order] : undefined;
  return { joins, columns, joined, names, order: whole, repeats };
}

/** Joins the target of a relation; one with an association table by an inner join in parentheses. */
function joinSql({ kind, key, otherKey, target }: Relation, owner: string, alias: string, names: FreeNames): string {
  const targetSql = `${target.table.sqlName} as ${alias}`;
  if (otherKey) {
    const link = quote(names.number(key.from.name));
    const onLink = areEqual(alias, otherKey.referredColumns, link, otherKey.columns);
    return ` left outer join (${key.from.sqlName} as ${link} join ${targetSql} on ${onLink})` +
      ` on ${areEqual(link, key.columns, owner, key.referredColumns)}`;
  }
  const { columns, referredColumns } = key;
  const [own, other] = kind === "many-to-one" ? [columns, referredColumns] : [referredColumns, columns];
  return ` left outer join ${targetSql} on ${areEqual(alias, other, owner, own)}`;
}
