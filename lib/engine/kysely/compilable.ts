/**
 * Queries accepted by the engine: SQL, Kysely's queries, and its `sql` templates.
 *
 * @module
 */
import type { RawBuilder } from "kysely";
import { compile } from "./compiler.ts";

/** A query that can be compiled to SQL and parameters, such as any of Kysely's. */
export interface Compilable<Row = unknown> {
  /** Compiles the query to SQL and parameters. */
  compile(): { readonly sql: string; readonly parameters: readonly unknown[]; readonly query?: unknown };
  /** Present in Kysely's queries; carries the type of their rows. */
  readonly expressionType?: Row;
  /** Present in queries of Kysely that run by themselves; the engine does not call it. */
  execute?(): Promise<Row[]>;
}

/** SQL with `$1`, `$2`, …, a query of Kysely, or one of its `sql` templates. */
export type Query<Row = unknown> = string | Compilable<Row> | RawBuilder<Row>;

/**
 * Returns SQL and parameters of a query.
 *
 * @param parameters of an SQL text; a query of Kysely has its own.
 * @throws {TypeError} for an invalid query, or parameters that are not an array.
 */
export function compiled(
  query: Query,
  parameters: readonly unknown[] = [],
): { sql: string; parameters: readonly unknown[] } {
  if (!Array.isArray(parameters)) {
    throw new TypeError(`The parameters of a statement are an array, not ${Deno.inspect(parameters)}.`);
  }
  if (typeof query === "string") return { sql: query, parameters };
  if (parameters.length > 0) {
    throw new TypeError("A query of Kysely has its own parameters: omit the second argument.");
  }
  if (isTemplate(query)) return compile(query);
  if (typeof query?.compile === "function") return query.compile();
  throw new TypeError(`execute() takes an SQL text or a query of Kysely, not ${Deno.inspect(query)}.`);
}

function isTemplate(query: Compilable | RawBuilder<unknown>): query is RawBuilder<unknown> {
  return typeof query === "object" && query !== null && "isRawBuilder" in query;
}
