/** Finds and replaces names in SQL. @module */

/** Escapes text for a regular expression. */
export function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Whether SQL may contain this name. */
export function mentions(sql: string, name: string): boolean {
  return new RegExp(`(^|[^\\p{L}\\p{N}_])${escapeForRegExp(name)}($|[^\\p{L}\\p{N}_])`, "u").test(sql);
}

/** Replaces a name in SQL, except in string literals. */
export function withName(sql: string, from: string, to: string): string {
  const name = new RegExp(`(?<![\\p{L}\\p{N}_."])${escapeForRegExp(from)}(?![\\p{L}\\p{N}_"(])`, "gu");
  return sql.split(/('(?:[^']|'')*')/).map((part, index) => index % 2 ? part : part.replace(name, () => to)).join("");
}
