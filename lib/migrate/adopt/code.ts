/** Lays out TypeScript expressions as `deno fmt` does at 120 columns. @module */
import { text } from "../render/source.ts";

const LINE_WIDTH = 120;

/** An expression: text that is never broken, or one that can be. */
export type Code =
  | string
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Code[] }
  | { readonly kind: "object"; readonly properties: readonly Property[]; readonly isBroken?: boolean }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Code[] }
  | { readonly kind: "chain"; readonly calls: readonly Code[] };

/** A property of an object, or a comment in its place. */
export type Property = { readonly key: string; readonly value: Code } | { readonly comment: string };

/** Returns a string that is broken at blanks where it is too long: `"a " + "b"`. */
export function longText(value: string): Code {
  return { kind: "text", value };
}

/** Returns a list: `["a", "b"]`. */
export function list(items: readonly Code[]): Code {
  return { kind: "list", items };
}

/** Returns an object; properties without a value are left out. */
export function object(entries: readonly (readonly [key: string, value: Code | undefined])[]): Code {
  return {
    kind: "object",
    properties: entries.flatMap(([key, value]) => value === undefined ? [] : [{ key: keyOf(key), value }]),
  };
}

/** Returns an object with a line for each property. */
export function lines(properties: readonly Property[]): Code {
  return { kind: "object", properties, isBroken: true };
}

/** Returns a call: `sql("now()")`. */
export function call(name: string, ...args: readonly Code[]): Code {
  return { kind: "call", name, args };
}

/** Returns calls of methods: `text().nullable()`. */
export function chain(calls: readonly Code[]): Code {
  return calls.length === 1 ? calls[0] : { kind: "chain", calls };
}

/** Writes a property name. */
export function keyOf(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : text(name);
}

/**
 * Writes an expression.
 *
 * @param indent spaces before its lines except the first
 * @param before length of the text before it on the first line, with the indentation
 * @param after length of the text after it on the last line
 * @returns its lines; the first is not indented
 */
export function layOut(code: Code, indent: number, before: number, after: number): string[] {
  const line = flat(code);
  if (line !== undefined && before + width(line) + after <= LINE_WIDTH) return [line];
  if (typeof code === "string") return [code];
  switch (code.kind) {
    case "text":
      return ofText(code.value, indent, before, after);
    case "list":
      return ["[", ...code.items.flatMap((item) => ofItem(item, indent + 2)), `${spaces(indent)}]`];
    case "object":
      return ["{", ...code.properties.flatMap((property) => ofProperty(property, indent + 2)), `${spaces(indent)}}`];
    case "call":
      return ofCall(code.name, code.args, indent, before, after);
    case "chain": {
      const [head, ...calls] = code.calls;
      const first = layOut(head, indent, before, 0);
      const rest = calls.flatMap((call, index) => {
        const [start, ...lines] = layOut(call, indent + 2, indent + 3, index === calls.length - 1 ? after : 0);
        return [`${spaces(indent + 2)}.${start}`, ...lines];
      });
      return [...first, ...rest];
    }
  }
}

/**
 * Writes a statement that begins with `start` and ends with `end`.
 *
 * @param indent spaces before its lines except the first
 */
export function statement(start: string, code: Code, end: string, indent: number = 0): string[] {
  const lines = layOut(code, indent, width(start), width(end));
  lines[0] = start + lines[0];
  lines[lines.length - 1] += end;
  return lines;
}

/** Breaks a string after blanks. */
function ofText(value: string, indent: number, before: number, after: number): string[] {
  const pieces = [""];
  const place = () => pieces.length === 1 ? before : indent + 2;
  for (const word of value.match(/[^ ]* +|[^ ]+$/g) ?? []) {
    const longer = pieces.at(-1)! + word;
    if (pieces.at(-1) === "" || place() + width(text(longer)) + Math.max(" +".length, after) <= LINE_WIDTH) {
      pieces[pieces.length - 1] = longer;
    } else pieces.push(word);
  }
  const last = pieces.length - 1;
  return pieces.map((piece, index) =>
    (index === 0 ? "" : spaces(indent + 2)) + text(piece) + (index === last ? "" : " +")
  );
}

/** Breaks a call: between its arguments, or inside the lists and objects that it ends with. */
function ofCall(name: string, args: readonly Code[], indent: number, before: number, after: number): string[] {
  const last = args.findLastIndex((arg) => !isBreakable(arg)) + 1;
  const heads = args.slice(0, last).map((arg) => `${flat(arg)}, `).join("");
  const start = `${name}(${heads}`;
  if (last < args.length && before + width(start) + 1 <= LINE_WIDTH) {
    return args.slice(last).reduce((lines: string[], arg, index, rest) => {
      const isLast = index === rest.length - 1;
      const [first, ...more] = layOut(
        arg,
        indent,
        width(lines.at(-1)!) + (lines.length === 1 ? before : 0),
        isLast ? after + 1 : 1,
      );
      lines[lines.length - 1] += first;
      lines.push(...more);
      lines[lines.length - 1] += isLast ? ")" : ", ";
      return lines;
    }, [start]);
  }
  return [`${name}(`, ...args.flatMap((arg) => ofItem(arg, indent + 2)), `${spaces(indent)})`];
}

function isBreakable(code: Code): boolean {
  return typeof code !== "string" && (code.kind === "list" || code.kind === "object");
}

function ofItem(item: Code, indent: number): string[] {
  const lines = layOut(item, indent, indent, 1);
  lines[lines.length - 1] += ",";
  return [spaces(indent) + lines[0], ...lines.slice(1)];
}

function ofProperty(property: Property, indent: number): string[] {
  if ("comment" in property) return comments(property.comment, indent);
  const { key, value } = property;
  const start = `${spaces(indent)}${key}: `;
  if (typeof value === "string" && width(start) + width(value) + 1 > LINE_WIDTH) {
    return [start.trimEnd(), `${spaces(indent + 2)}${value},`];
  }
  const lines = layOut(value, indent, width(start), 1);
  lines[lines.length - 1] += ",";
  return [start + lines[0], ...lines.slice(1)];
}

/** Lists the functions that expressions call, without methods. */
export function calledFunctions(codes: readonly Code[]): Set<string> {
  return new Set(codes.flatMap(callsIn));
}

function callsIn(code: Code): string[] {
  if (typeof code === "string") return [code];
  switch (code.kind) {
    case "text":
      return [];
    case "list":
      return code.items.flatMap(callsIn);
    case "object":
      return code.properties.flatMap((property) => "comment" in property ? [] : callsIn(property.value));
    case "call":
      return [code.name, ...code.args.flatMap(callsIn)];
    case "chain":
      return code.calls.flatMap((call, index) => index === 0 ? callsIn(call) : callsIn(call).slice(1));
  }
}

/** Writes sentences as lines of a comment. */
export function comments(sentences: string, indent: number = 0): string[] {
  const lines: string[] = [];
  for (const word of sentences.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && width(line) + 1 + width(word) <= LINE_WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${spaces(indent)}// ${word}`);
  }
  return lines;
}

/** Writes an expression on one line; `undefined` if it must be broken. */
function flat(code: Code): string | undefined {
  if (typeof code === "string") return code;
  const join = (codes: readonly Code[], separator: string) => {
    const lines = codes.map(flat);
    return lines.every((line) => line !== undefined) ? lines.join(separator) : undefined;
  };
  switch (code.kind) {
    case "text":
      return text(code.value);
    case "list": {
      const items = join(code.items, ", ");
      return items === undefined ? undefined : `[${items}]`;
    }
    case "object": {
      if (code.isBroken) return undefined;
      const properties = code.properties.map((property) => {
        const line = "comment" in property ? undefined : flat(property.value);
        return line === undefined || "comment" in property ? undefined : `${property.key}: ${line}`;
      });
      if (properties.length === 0) return "{}";
      return properties.every((line) => line !== undefined) ? `{ ${properties.join(", ")} }` : undefined;
    }
    case "call": {
      const args = join(code.args, ", ");
      return args === undefined ? undefined : `${code.name}(${args})`;
    }
    case "chain":
      return join(code.calls, ".");
  }
}

function spaces(count: number): string {
  return " ".repeat(count);
}

function width(text: string): number {
  return [...text].length;
}
