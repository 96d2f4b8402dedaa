/**
 * Validates a statement before it is sent.
 *
 * @module
 */
import { compiled, type Query } from "./kysely/compilable.ts";
import { encodeParameters } from "../values/parameters.ts";

/**
 * Returns SQL and parameters of a query that is sent later: after a BEGIN, or after a session's flush.
 *
 * @throws {TypeError} like the statement itself, but before anything is sent.
 * @throws {EncodingError} likewise.
 */
export function encodable(
  query: Query,
  parameters?: readonly unknown[],
): { sql: string; parameters: readonly unknown[] } {
  const statement = compiled(query, parameters);
  encodeParameters(statement.parameters, statement.sql);
  return statement;
}
