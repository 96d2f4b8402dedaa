/** Queries that are built rather than written, as the engine takes them beside SQL. @module */

/** A query that can be compiled to SQL and parameters, such as any of Kysely's. */
export interface Compilable<Row = unknown> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[]; readonly query?: unknown };
  /** Present in Kysely's queries; carries the type of their rows. */
  readonly expressionType?: Row;
  execute?(): Promise<Row[]>;
}

/** SQL and parameters of a query. @throws {TypeError} when it is none. */
export function compiled(query: Compilable): { sql: string; parameters: readonly unknown[] } {
  if (typeof query?.compile === "function") return query.compile();
  throw new TypeError(`execute() takes an SQL text or a query of Kysely, not ${Deno.inspect(query)}.`);
}
