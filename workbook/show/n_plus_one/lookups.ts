/**
 * What a statement looks for: its shape without the values, and which of these choose the rows one by one. Values that
 * only say where to go on (a page after a key, an offset) or that come many at a time (a batch) do not.
 *
 * @module
 */

/** A statement without its values. */
export interface Lookup {
  /** Equal for statements that differ in their values only, whether these are parameters or stand in the text. */
  readonly shape: string;
  /** The values that choose rows, as text. */
  readonly key: string;
  /** The first table after FROM, without its schema. */
  readonly table: string;
  /** Every table that is read. */
  readonly tables: readonly string[];
  /** The column that is compared with the first such value, if one is. */
  readonly column: string | undefined;
}

interface Slot {
  readonly value: unknown;
  readonly use: "one" | "page" | "batch";
  readonly column?: string;
}

const TABLES = (() => {
  const name = String.raw`(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?(?:(?: as)? (?:"[^"]+"|\w+))?`;
  return new RegExp(String.raw`\b(?:from|join|table) \(?(?!select\b)(${name}(?:, ?${name})*)`, "gi");
})();
const SLOT = /\$(\d+)|'((?:[^']|'')*)'|(?<![\w$."])(\d+(?:\.\d+)?)\b/g;

/** What a SELECT looks for; nothing for a statement that writes, or reads no table. */
export function lookupOf(sql: string, parameters: readonly unknown[]): Lookup | undefined {
  const text = sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\//gm, " ").replaceAll(/\s+/g, " ").trim();
  if (!/^\(*(select|with|table)\b/i.test(text) || /\b(insert into|update \S+ set|delete from)\b/i.test(text)) return;
  const tables = [...text.matchAll(TABLES)].flatMap(([, names]) => names.split(/, ?/).map(tableName));
  if (tables.length === 0) return;
  const slots = [...text.matchAll(SLOT)].map((match): Slot => {
    const [all, parameter, string, number] = match;
    const value = parameter ? parameters[Number(parameter) - 1] : string ?? number;
    return slot(value, text.slice(0, match.index), text.slice(match.index + all.length));
  });
  const pages = slots.filter(({ use }) => use === "page").map(({ value }) => valueText(value));
  // (a > $1 OR a = $1 AND b > $2) is a page, too
  const chosen = slots.filter(({ use, value }) => use === "one" && !pages.includes(valueText(value)));
  return {
    shape: text.replaceAll(SLOT, "?"),
    key: chosen.map(({ value }) => valueText(value)).join("\0"),
    table: tables[0],
    tables,
    column: chosen.find(({ column }) => column !== undefined)?.column,
  };
}

/** Without its schema and its alias. */
function tableName(name: string): string {
  return /^(?:(?:"[^"]+"|\w+)\.)?(?:"([^"]+)"|(\w+))/.exec(name)!.slice(1).find((part) => part !== undefined)!;
}

/** How a value is used, by the text around it. */
function slot(value: unknown, before: string, after: string): Slot {
  const cast = after.replace(/^::[\w"\[\] ]+?(?=[\s),]|$)/, "");
  if (/[<>]=? ?(\([^()]*)?$/.test(before) && !/<>\s*$/.test(before) || /^ ?[<>](?!>)/.test(cast)) {
    return { value, use: "page" };
  }
  if (/\b(limit|offset|between|fetch (first|next)) ?$|\bbetween \S+ and $/i.test(before)) return { value, use: "page" };
  const inList = /\bin ?\(((?:\?|\$\d+|'[^']*'|\d+|, ?)*)$/i.exec(before);
  if (inList && (inList[1] !== "" || /^ ?,/.test(cast))) return { value, use: "batch" };
  if (isList(value)) return { value, use: "batch" };
  const column = /(?:"([^"]+)"|(\w+)) ?(?:=|\bin\b) ?(?:\w* ?\( ?)*$/i.exec(before) ??
    /^ ?= ?(?:\w+\.)*(?:"([^"]+)"|(\w+))/.exec(cast);
  return { value, use: "one", ...(column ? { column: column[1] ?? column[2] } : {}) };
}

/** Several values in one parameter; an array of one is a lookup like any other. */
function isList(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 1 : typeof value === "string" && /^\{.*,.*\}$/.test(value);
}

function valueText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
