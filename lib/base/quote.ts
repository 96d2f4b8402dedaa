/**
 * SQL identifiers and string literals.
 *
 * @module
 */
import { KEYWORDS } from "./keywords.ts";

/** Quotes an SQL identifier where a supported version of PostgreSQL requires it: for any kind of object. */
export function quote(name: string): string {
  return isPlain(name) && (KEYWORDS.get(name) ?? "U") === "U" ? name : `"${name.replace(/"/g, '""')}"`;
}

/** Whether a name consists of the letters that no quotes are needed for. */
function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name);
}

/** Returns a text as an SQL string literal. */
export function literal(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
