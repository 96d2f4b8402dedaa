/**
 * Queries that PostgreSQL can read through a cursor.
 *
 * @module
 */
import { type OperationNode, SelectQueryNode } from "kysely";

const CHANGES_ROWS: ReadonlySet<OperationNode["kind"]> = new Set([
  "InsertQueryNode",
  "UpdateQueryNode",
  "DeleteQueryNode",
  "MergeQueryNode",
]);

/**
 * False for INSERT, UPDATE, DELETE and MERGE, and for a SELECT with one of them in its WITH: DECLARE rejects them
 * (https://www.postgresql.org/docs/current/sql-declare.html). For raw SQL only the server can tell.
 */
export function hasCursor(query: OperationNode): boolean {
  if (CHANGES_ROWS.has(query.kind)) return false;
  const parts = SelectQueryNode.is(query) ? query.with?.expressions ?? [] : [];
  return parts.every(({ expression }) => hasCursor(expression));
}
