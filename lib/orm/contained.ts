/**
 * `containsEager()`: relations that are filled by a join of the statement itself. Nothing here talks to a database.
 *
 * @module
 */
import {
  type AliasedRawBuilder,
  AliasNode,
  IdentifierNode,
  type OperationNode,
  type SelectQueryNode,
  sql,
} from "kysely";
import { InvalidStatementError } from "./errors.ts";
import type { LoaderOption } from "./joins.ts";
import type { AnyModel } from "./relation.ts";
import { relationNamed } from "./relations.ts";

/**
 * Fills a relation from a join of the statement, which also filters and sorts: `.join("toys")`, or one of Kysely in
 * `fromStatement()`, where `eagerColumns()` selects the columns. The options after the name apply to its objects. A
 * collection repeats its owner: call `unique()` on such a result. One that a condition or a limit of the statement may
 * have narrowed is read-only.
 *
 * ```ts ignore
 * const withCars = select(User).join("toys").where("toys.name", "like", "c%").options(containsEager("toys"));
 * (await session.scalars(withCars)).unique().all();
 * ```
 */
export function containsEager<Name extends string, Nested extends readonly LoaderOption[]>(
  name: Name,
  ...nested: Nested
  // deno-lint-ignore no-explicit-any -- any model may have such a relation
): LoaderOption<Name, Nested[number], any> {
  return { name, isJoined: true, isContained: true, nested };
}

/**
 * Returns the columns of a relation for a query of Kysely, as `containsEager()` reads them in `fromStatement()`.
 *
 * ```ts ignore
 * const query = db.selectFrom("users").leftJoin("toys as t", "t.owner_id", "users.id").selectAll("users")
 *   .select(eagerColumns(User, "toys", "t"));
 * select(User).fromStatement(query).options(containsEager("toys"));
 * ```
 *
 * @param as the name of the joined table in the query (default: the name of the relation).
 * @throws {InvalidModelError} when the model has no such relation.
 */
export function eagerColumns(
  model: AnyModel,
  relation: string,
  as: string = relation,
): AliasedRawBuilder<unknown, string>[] {
  const { columns } = relationNamed(model, relation).target.table;
  return columns.map(({ name }) => sql`${sql.ref(`${as}.${name}`)}`.as(eagerName(relation, name)));
}

/** Returns the name of a column of a relation in the result of a `fromStatement()`. */
export function eagerName(relation: string, column: string): string {
  return `${relation}.${column}`;
}

/**
 * Checks that a statement has the joins that `containsEager()` names.
 *
 * @param order the statement sorts by the rows of another collection, too.
 * @throws {InvalidStatementError} when a join is missing, or a limit would count the rows of two collections.
 */
export function checkContained(
  model: AnyModel,
  loaders: readonly LoaderOption[],
  node: SelectQueryNode,
  order: unknown,
): void {
  const contained = loaders.filter(({ isContained }) => isContained);
  if (contained.length === 0) return;
  const joined = (node.joins ?? []).map(({ table }) => table).filter((table) => AliasNode.is(table))
    .map(({ alias }) => IdentifierNode.is(alias) ? alias.name : undefined);
  const missing = contained.find(({ name }) => !joined.includes(name));
  if (missing) {
    throw new InvalidStatementError(model.name, `containsEager("${missing.name}") needs .join("${missing.name}")`);
  }
  if (order && (node.limit ?? node.offset ?? node.frontModifiers)) {
    const problem = "a limit or DISTINCT would count rows of both containsEager() and joinedload(): use selectinload()";
    throw new InvalidStatementError(model.name, problem);
  }
}

/** Reports whether a SELECT may leave out some of the rows that it joins to a row of its own table. */
export function narrowsJoins({ where, limit, offset, frontModifiers }: SelectQueryNode, word: string): boolean {
  return Boolean(limit ?? offset ?? frontModifiers) || where !== undefined && !isAbout(where, word);
}

/** Reports whether a condition is about columns of one table only. */
function isAbout(node: OperationNode, word: string): boolean {
  if (node.kind === "RawNode" || node.kind === "SelectQueryNode") return false;
  if (node.kind === "ReferenceNode") {
    const { table } = node as OperationNode & { table?: { table: { identifier: { name: string } } } };
    return table === undefined || table.table.identifier.name === word;
  }
  const parts = Object.values(node).flat().filter((part) =>
    typeof part === "object" && part !== null && "kind" in part
  );
  return (parts as OperationNode[]).every((part) => isAbout(part, word));
}
