/**
 * The text of a statement that is sent without a name.
 *
 * @module
 */
import type { Statement } from "../driver.ts";

/** Returns the SQL of a statement with its comment, which cannot end early: nested comments of PostgreSQL may. */
export function unnamedText({ sql, comment }: Pick<Statement, "sql" | "comment">): string {
  if (comment === undefined) return sql;
  const harmless = comment.replaceAll("\0", "").replace(/\*(?=\/)|\/(?=\*)/g, "$& ");
  return `${sql} /* ${harmless} */`;
}
