/**
 * Types whose values every driver returns as the server's text.
 *
 * @module
 */

import { STORED } from "../values/stored.ts";
import { isOwnType, parseType } from "../values/types.ts";

/**
 * Names of PostgreSQL's own types that no driver decodes to anything but text. For some of them a cast to text would
 * change it: `inet` would get its `/32`, `char(3)` lose its blanks.
 */
const TEXT_TYPES = new Set(
  ('char character bpchar varchar text name "char" numeric decimal uuid date time timetz timestamp interval money bit ' +
    "varbit inet cidr macaddr macaddr8 xml tsvector tsquery point line lseg box path polygon circle pg_lsn jsonpath " +
    "int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange " +
    "tsmultirange tstzmultirange datemultirange").split(" "),
);

/**
 * Whether values of a type arrive as text; `false` also for types that it does not know: a domain arrives as the type
 * that it is based on.
 *
 * @param type the SQL type as a model gives it: `char(3)`, `timestamp(0) with time zone`
 */
export function arrivesAsText(type: string): boolean {
  const words = type.trim().toLowerCase().replace(/^pg_catalog\./, "");
  const [name] = /^("char"|\w+)/.exec(words) ?? [];
  const isOther = /\]$|\barray\b/.test(words) || /^timestamp\b.*with time zone/.test(words);
  return name !== undefined && TEXT_TYPES.has(name) && !isOther && !isOwnType(name);
}

/** Short names of types whose texts the library knows. */
const NAMES: Record<string, string | undefined> = {
  char: "character",
  varchar: "character varying",
  decimal: "numeric",
  time: "time without time zone",
  timestamp: "timestamp without time zone",
};

/**
 * Tells how texts are stored in a column whose type is given by its SQL, such as `char(3)`: of most types only the
 * server knows.
 */
export function storedAsText(type: string): (text: unknown) => unknown {
  const { name, length } = parseType(type.trim().toLowerCase());
  const stored = arrivesAsText(type) ? STORED[NAMES[name] ?? name] : undefined;
  const numbers = length.match(/-?\d+/g)?.map(Number) ?? [];
  return (text) => stored?.(text, numbers);
}
