/**
 * A statement that can be sent as far as one can tell without the server.
 *
 * @module
 */
import { compiled, type Query } from "./kysely/compilable.ts";
import { encodeParameters } from "../values/parameters.ts";

/**
 * SQL and parameters of a query whose turn comes later: behind a BEGIN, or what a session has to write.
 *
 * @throws {TypeError}
 * @throws {EncodingError} as the statement itself would, but before anything is sent.
 */
export function encodable(
  query: Query,
  parameters?: readonly unknown[],
): { sql: string; parameters: readonly unknown[] } {
  const statement = compiled(query, parameters);
  encodeParameters(statement.parameters, statement.sql);
  return statement;
}
