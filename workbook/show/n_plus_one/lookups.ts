/**
 * Analyses SELECTs: the shape of a statement without its values, and the values that select individual rows. Values
 * that only set a starting point (keyset pagination, an offset) or come in batches do not count.
 *
 * @module
 */

/** A statement without its values. */
export interface Lookup {
  /** Equal for statements that differ only in their values, whether these are parameters or literals. */
  readonly shape: string;
  /** The values that select rows, as text. */
  readonly key: string;
  /** The first table after FROM, without its schema. */
  readonly table: string;
  /** All tables read. */
  readonly tables: readonly string[];
  /** The column compared with the first such value, if any. */
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

/** Analyses a SELECT; returns undefined for a statement that writes or reads no table. */
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
  // (a > $1 OR a = $1 AND b > $2) is keyset pagination, too
  const chosen = slots.filter(({ use, value }) => use === "one" && !pages.includes(valueText(value)));
  return {
    shape: text.replaceAll(SLOT, "?"),
    key: chosen.map(({ value }) => valueText(value)).join("\0"),
    table: tables[0],
    tables,
    column: chosen.find(({ column }) => column !== undefined)?.column,
  };
}

/** Strips the schema and the alias. */
function tableName(name: string): string {
  return /^(?:(?:"[^"]+"|\w+)\.)?(?:"([^"]+)"|(\w+))/.exec(name)!.slice(1).find((part) => part !== undefined)!;
}

/** Classifies a value by the text around it. */
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

/** Returns whether a parameter holds several values; an array of one is an ordinary lookup. */
function isList(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 1 : typeof value === "string" && /^\{.*,.*\}$/.test(value);
}

function valueText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
