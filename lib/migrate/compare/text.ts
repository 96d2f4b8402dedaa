/** Finds and replaces names in SQL that the server has printed. @module */
import { KEYWORDS } from "../../base/keywords.ts";
import { quote } from "../../base/quote.ts";
import { type SqlToken, sqlTokens } from "../../base/sql_tokens.ts";

/** A name in SQL with the tokens around it. */
interface Place {
  readonly name: string;
  /** Up to two characters before it, such as `::` before a type. */
  readonly before: string;
  readonly after: string | undefined;
}

/** The name that SQL consists of, without quotes; `undefined` if it is something else. */
export function nameIn(sql: string): string | undefined {
  const tokens = [...sqlTokens(sql)];
  return tokens.length === 1 ? nameOf(tokens[0]) : undefined;
}

/**
 * Replaces names of columns.
 *
 * @param names new names by old names
 */
export function withColumnNames(sql: string, names: ReadonlyMap<string, string>): string {
  return withNames(sql, ({ name, before, after }) => {
    const isColumn = before !== "::" && !before.endsWith(".") && after !== "(";
    return isColumn ? names.get(name) : undefined;
  });
}

/** Replaces the name of a type in casts. */
export function withTypeName(sql: string, from: string, to: string): string {
  return withNames(
    sql,
    ({ name, before, after }) => name === from && before === "::" && after !== "." ? to : undefined,
  );
}

/** What a foreign key refers to, with its new names. */
export interface ReferredNames {
  /** New name of the table. */
  readonly table: string;
  /** New names of its columns by old names. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Replaces names in the definition of a foreign key.
 *
 * @param own new names of columns of its table by old names
 */
export function withKeyNames(sql: string, own: ReadonlyMap<string, string>, referred: ReferredNames): string {
  let part: "own" | "table" | "referred" = "own";
  return withNames(sql, ({ name, before, after }) => {
    const isListed = /[(,] ?$/.test(before);
    if (part === "table" && after !== ".") {
      part = "referred";
      return referred.table;
    }
    if (name === "REFERENCES") part = "table";
    else if (part === "referred" && !isListed) part = "own";
    if (!isListed) return undefined;
    return part === "own" ? own.get(name) : referred.columns.get(name);
  });
}

function withNames(sql: string, change: (place: Place) => string | undefined): string {
  const tokens = [...sqlTokens(sql)];
  const textAt = (index: number) => tokens[index]?.text ?? "";
  return tokens.map((token, index) => {
    const name = nameOf(token);
    if (name === undefined) return token.text;
    const to = change({ name, before: textAt(index - 2) + textAt(index - 1), after: textAt(index + 1) });
    return to === undefined ? token.text : quote(to);
  }).join("");
}

/** The name that a token is; a keyword that cannot name a column is none without quotes. */
function nameOf({ type, text }: SqlToken): string | undefined {
  if (type === "string" && text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  return type === "word" && !/[TR]/.test(KEYWORDS.get(text) ?? "") ? text : undefined;
}
