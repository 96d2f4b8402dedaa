/** Pieces of TypeScript, as `deno fmt` writes them at 120 columns. @module */

/** Columns of a line inside a function's body. */
const LINE_WIDTH = 118;

/** A call in a chain: `.addColumn("id", "uuid")`. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
}

/** A call in a chain. @param args TypeScript. */
export function call(name: string, ...args: readonly string[]): Call {
  return { name, args };
}

/** A string. Double quotes, unless it has more of those than of single ones. */
export function text(value: string): string {
  const json = JSON.stringify(value);
  const count = (letter: string) => value.split(letter).length;
  return count('"') > count("'") ? `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : json;
}

/** SQL in Kysely's template. @param type of the value, where Kysely asks for one. */
export function template(sql: string, type = ""): string {
  return `sql${type}\`${sql.replace(/[\\`]|\$\{/g, "\\$&").replaceAll("\r", "\\r")}\``;
}

/** A list of strings. */
export function list(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}

/** The lines of `await db.schema.createTable("toys")….execute();`, broken where they are too long. */
export function builderStatement(calls: readonly Call[]): string[] {
  const all = [...calls, call("execute")];
  const line = `await db.schema${all.map(onOneLine).join("")};`;
  if (fits(line) && calls.length < 3) return [line];
  const lines = ["await db.schema", ...all.flatMap(broken)];
  lines[lines.length - 1] += ";";
  if (lines.every((line) => fits(line) || /^ +sql`/.test(line))) return lines;
  return ["// deno-fmt-ignore", ...lines]; // a line that cannot be broken
}

/** The lines that run SQL as it stands. */
export function sqlStatement(sql: string): string[] {
  const start = `await ${template(sql)}`;
  const line = `${start}.execute(db);`;
  const lastLine = line.slice(line.lastIndexOf("\n") + 1);
  return (fits(lastLine) ? line : `${start}\n  .execute(db);`).split("\n");
}

/** The lines of a comment. */
export function comment(sentences: string): string[] {
  const lines: string[] = [];
  for (const word of sentences.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
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

/** A list of strings with a line each; what is no list stays as it is. */
function brokenList(arg: string): string {
  if (!arg.startsWith("[")) return arg;
  const values = arg.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g) ?? [];
  return ["[", ...values.map((value) => `  ${value},`), "]"].join("\n");
}

function fits(line: string): boolean {
  return !line.includes("\n") && [...line].length <= LINE_WIDTH;
}
