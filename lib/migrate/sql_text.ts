/** SQL as text: where its parameters, comments and ends are. For scripts that run without this program. @module */
import { encodeParameter } from "../values/parameters.ts";
import { literal } from "../base/quote.ts";

/** A piece of a statement. */
export interface SqlToken {
  readonly type: "string" | "comment" | "word" | "parameter" | "other";
  readonly text: string;
}

/** A text, dollar-quoted or not, or a quoted name; a comment up to the end of its line; a word; a parameter. */
const TOKENS: readonly [SqlToken["type"], RegExp][] = [
  ["string", /[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$.*?\$\1\$/sy],
  ["comment", /--[^\n]*/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["parameter", /\$\d+/y],
];

/** Takes a text of SQL apart; the pieces, put together, are the text again. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  let position = 0;
  while (position < sql.length) {
    const token = tokenAt(sql, position);
    yield token;
    position += token.text.length;
  }
}

/**
 * Writes parameters into a statement. Each stands there as a quoted text, whose type the server infers from its place
 * as it does for a parameter.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inlineParameters("SELECT '$1', $1, $2", ["it's", null]), "SELECT '$1', 'it''s', NULL");
 * ```
 *
 * @throws {Error} for a value that PostgreSQL has no counterpart for.
 */
export function inlineParameters(sql: string, parameters: readonly unknown[]): string {
  const pieces = Array.from(sqlTokens(sql), ({ type, text }) => {
    if (type !== "parameter") return text;
    const encoded = encodeParameter(parameters[Number(text.slice(1)) - 1]);
    return encoded === null ? "NULL" : literal(encoded);
  });
  return pieces.join("");
}

/** A statement with exactly one `;` at its end, also behind a comment. */
export function terminated(sql: string): string {
  const tokens = [...sqlTokens(sql.trim())];
  while (tokens.length > 0 && /^[;\s]$/.test(tokens.at(-1)!.text)) tokens.pop();
  const inComment = tokens.at(-1)?.text.startsWith("--");
  return `${tokens.map(({ text }) => text).join("")}${inComment ? "\n" : ""};`;
}

/** A statement with a space for each comment. */
export function withoutComments(sql: string): string {
  return Array.from(sqlTokens(sql), ({ type, text }) => type === "comment" ? " " : text).join("");
}

/**
 * The statements of a text, without comments. The `;` between BEGIN ATOMIC and END, in the body of a routine, end none:
 * from such a routine on the rest is one statement.
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

/** Whether a keyword stands in a statement, outside of texts, names and comments. @param word in capitals */
export function hasWord(sql: string, word: string): boolean {
  return sqlTokens(sql).some(({ type, text }) => type === "word" && text.toUpperCase() === word);
}

function tokenAt(sql: string, position: number): SqlToken {
  if (sql.startsWith("/*", position)) return { type: "comment", text: blockComment(sql, position) };
  for (const [type, pattern] of TOKENS) {
    pattern.lastIndex = position;
    const match = pattern.exec(sql);
    if (match) return { type, text: match[0] };
  }
  return { type: "other", text: sql[position] };
}

/** PostgreSQL's block comments nest. */
function blockComment(sql: string, start: number): string {
  let depth = 0;
  for (let position = start; position < sql.length; position++) {
    if (sql.startsWith("/*", position)) depth++, position++;
    else if (sql.startsWith("*/", position) && (position++, --depth === 0)) return sql.slice(start, position + 1);
  }
  return sql.slice(start);
}
