/** Parameters, comments, keywords and statement ends of SQL. @module */
import { literal } from "../base/quote.ts";
import { closed, sqlTokens } from "../base/sql_tokens.ts";
import { decodeArray } from "../values/decode.ts";
import { encodeParameter } from "../values/parameters.ts";

/**
 * Inlines the parameters of a statement as string literals, whose types the server infers as it does for parameters.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inlineParameters("SELECT '$1', $1, $2", ["it's", null]), "SELECT '$1', 'it''s', NULL");
 * ```
 *
 * @param sql statement with `$1`, `$2`, …
 * @param parameters their values
 * @returns the statement without parameters
 * @throws {EncodingError} when a value has no PostgreSQL form
 */
export function inlineParameters(sql: string, parameters: readonly unknown[]): string {
  const pieces = Array.from(sqlTokens(sql), ({ type, text }) => {
    if (type !== "parameter") return text;
    const encoded = encodeParameter(parameters[Number(text.slice(1)) - 1]);
    return encoded === null ? "NULL" : literal(encoded);
  });
  return pieces.join("");
}

/** Terminates a statement with exactly one `;`, after a trailing comment too. */
export function terminated(sql: string): string {
  const tokens = [...sqlTokens(sql.trim())];
  while (tokens.length > 0 && /^[;\s]$/.test(tokens.at(-1)!.text)) tokens.pop();
  return `${closed(tokens.map(({ text }) => text).join(""))};`;
}

/** Replaces each comment of a statement with a space. */
export function withoutComments(sql: string): string {
  return Array.from(sqlTokens(sql), ({ type, text }) => type === "comment" ? " " : text).join("");
}

/**
 * Splits a text into statements without comments. Does not split at the `;` in the body of a routine: everything after
 * BEGIN ATOMIC is one statement.
 */
export function statementsIn(sql: string): string[] {
  const statements = [""];
  let isAtomic = false;
  for (const { type, text } of sqlTokens(sql)) {
    if (type === "word" && text.toUpperCase() === "ATOMIC") isAtomic = true;
    if (text === ";" && !isAtomic) statements.push("");
    else statements[statements.length - 1] += type === "comment" ? " " : text;
  }
  return statements.map((statement) => statement.trim()).filter(Boolean);
}

/** Returns the values of the string literals in SQL, and of the elements of those that are arrays. */
export function literalsIn(sql: string): string[] {
  return [...sqlTokens(sql)].flatMap(({ type, text }) => {
    if (type !== "string" || text.startsWith('"')) return [];
    const value = valueOf(text);
    return [value, ...elementsOf(value)];
  });
}

/** The value of a literal: `'it''s'`, `E'it\\'s'` or `$$it's$$`. */
function valueOf(literal: string): string {
  if (literal.startsWith("$")) return literal.replace(/^\$[^$]*\$|\$[^$]*\$$/g, "");
  const text = literal.slice(literal.indexOf("'") + 1, -1).replaceAll("''", "'");
  return literal.startsWith("'") ? text : text.replace(/\\(.)/gs, "$1");
}

function elementsOf(value: string): string[] {
  if (!/^\{.*\}$/s.test(value)) return [];
  const elements: unknown[] = decodeArray(value, (text) => text).flat(Infinity);
  return elements.filter((element) => typeof element === "string");
}

/**
 * Whether a statement contains a keyword, outside of literals, quoted names and comments.
 *
 * @param word keyword in capitals
 */
export function hasWord(sql: string, word: string): boolean {
  return sqlTokens(sql).some(({ type, text }) => type === "word" && text.toUpperCase() === word);
}
