/** Looks for names in SQL. @module */

/** A text as a regular expression takes it literally. */
export function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Whether SQL may speak of something by this name. */
export function mentions(sql: string, name: string): boolean {
  return new RegExp(`(^|[^\\p{L}\\p{N}_])${escapeForRegExp(name)}($|[^\\p{L}\\p{N}_])`, "u").test(sql);
}

/** SQL with another name for something; texts in quotes stay as they are. */
export function withName(sql: string, from: string, to: string): string {
  const name = new RegExp(`(?<![\\p{L}\\p{N}_."])${escapeForRegExp(from)}(?![\\p{L}\\p{N}_"(])`, "gu");
  return sql.split(/('(?:[^']|'')*')/).map((part, index) => index % 2 ? part : part.replace(name, () => to)).join("");
}
