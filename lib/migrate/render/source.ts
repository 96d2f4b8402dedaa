/** Writes TypeScript code, formatted as `deno fmt` does at 120 columns. @module */
import { sqlTokens } from "../../base/sql_tokens.ts";

/** Line width inside a function body. */
const LINE_WIDTH = 118;

/** What ends a line of TypeScript, in a comment too, and an invisible mark that editors remove. */
const LINE_BREAK = /[\n\r\u2028\u2029\ufeff]/g;

/** A method call in a chain: `.addColumn("id", "uuid")`. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Creates a method call of a chain.
 *
 * @param args expressions in TypeScript
 */
export function call(name: string, ...args: readonly string[]): Call {
  return { name, args };
}

/** Writes a string literal in double quotes, or in single quotes if that needs fewer escapes. */
export function text(value: string): string {
  const json = JSON.stringify(value).replace(LINE_BREAK, escaped);
  const count = (letter: string) => value.split(letter).length;
  return count('"') > count("'") ? `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : json;
}

/**
 * Writes SQL as a template literal of Kysely. Line breaks in literals and names are escaped: indentation would change
 * them.
 *
 * @param type type argument, where Kysely requires one
 */
export function template(sql: string, type = ""): string {
  const pieces = Array.from(sqlTokens(sql), (token) => {
    const text = token.text.replace(/[\\`]|\$\{/g, "\\$&");
    return token.type === "string" ? text.replace(LINE_BREAK, escaped) : text.replaceAll("\r", "\\r");
  });
  return `sql${type}\`${pieces.join("")}\``;
}

/** Writes an array of strings. */
export function list(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}

/** Writes `await db.schema.createTable("toys")….execute();`, broken into lines if necessary. */
export function builderStatement(calls: readonly Call[]): string[] {
  const all = [...calls, call("execute")];
  const line = `await db.schema${all.map(onOneLine).join("")};`;
  if (fits(line) && calls.length < 3) return [line];
  const lines = ["await db.schema", ...all.flatMap(broken)];
  lines[lines.length - 1] += ";";
  if (lines.every((line) => fits(line) || /^ +sql`/.test(line))) return lines;
  return ["// deno-fmt-ignore", ...lines]; // a line that cannot be broken
}

/** Writes a statement that runs raw SQL. */
export function sqlStatement(sql: string): string[] {
  const start = `await ${template(sql)}`;
  const line = `${start}.execute(db);`;
  const lastLine = line.slice(line.lastIndexOf("\n") + 1);
  return (fits(lastLine) ? line : `${start}\n  .execute(db);`).split("\n");
}

/** Writes a comment. */
export function comment(sentences: string): string[] {
  const lines: string[] = [];
  for (const word of sentences.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
}

function escaped(letter: string): string {
  if (letter === "\n") return "\\n";
  return letter === "\r" ? "\\r" : `\\u${letter.charCodeAt(0).toString(16)}`;
}

function onOneLine({ name, args }: Call): string {
  return `.${name}(${args.join(", ")})`;
}

function broken(call: Call): string[] {
  const line = `  ${onOneLine(call)}`;
  if (fits(line)) return line.split("\n");
  const args = call.args.map((arg) => fits(`    ${arg},`) ? arg : brokenList(arg));
  if (args.length === 1 && args[0].includes("\n") && args[0].startsWith("[")) {
    return `  .${call.name}(${args[0].replaceAll("\n", "\n  ")})`.split("\n");
  }
  return [`  .${call.name}(`, ...args.flatMap((arg) => `${arg},`.split("\n").map((line) => `    ${line}`)), "  )"];
}

/** Breaks an array of strings into a line each; returns other code unchanged. */
function brokenList(arg: string): string {
  if (!arg.startsWith("[")) return arg;
  const values = arg.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g) ?? [];
  return ["[", ...values.map((value) => `  ${value},`), "]"].join("\n");
}

function fits(line: string): boolean {
  return !line.includes("\n") && [...line].length <= LINE_WIDTH;
}
