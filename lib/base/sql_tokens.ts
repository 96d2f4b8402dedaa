/** Tokens of SQL: literals, quoted names, comments, words and parameters. @module */

/** A token of SQL. */
export interface SqlToken {
  readonly type: "string" | "comment" | "word" | "parameter" | "other";
  readonly text: string;
}

/** Patterns: string literals, dollar-quoted strings and quoted names; line comments; words; parameters. */
const TOKENS: readonly [SqlToken["type"], RegExp][] = [
  [
    "string",
    /[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$.*?\$\1\$/sy,
  ],
  ["comment", /--[^\n\r]*/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["parameter", /\$\d+/y],
];

/** Splits SQL into tokens, whose concatenation is the original text. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  let position = 0;
  while (position < sql.length) {
    const token = tokenAt(sql, position);
    yield token;
    position += token.text.length;
  }
}

/** Ends a line comment at the end of SQL, so that more SQL can follow. */
export function closed(sql: string): string {
  const last = [...sqlTokens(sql)].at(-1);
  return last?.type === "comment" && last.text.startsWith("--") ? `${sql}\n` : sql;
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

/** Reads a block comment; they nest in PostgreSQL. */
function blockComment(sql: string, start: number): string {
  let depth = 0;
  for (let position = start; position < sql.length; position++) {
    if (sql.startsWith("/*", position)) depth++, position++;
    else if (sql.startsWith("*/", position) && (position++, --depth === 0)) return sql.slice(start, position + 1);
  }
  return sql.slice(start);
}
