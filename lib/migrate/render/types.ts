/** How types are written, and which values become others by themselves. @module */
import { template, text } from "./source.ts";

/** A type in SQL, as `lib/schema/columns.ts` writes it: `varchar(50)` for `character varying(50)`. */
export function sqlType(type: string): string {
  return type
    .replace(/^character varying/, "varchar")
    .replace(/^timestamp with time zone/, "timestamptz")
    .replace(/^(timestamp|time) without time zone/, "$1")
    .replace(/,(?=\d+\))/, ", ");
}

const OF_KYSELY = new RegExp(
  "^(smallint|integer|bigint|real|double precision|boolean|text|uuid|date|bytea|jsonb?|time|timestamp|timestamptz|" +
    "varchar(\\(\\d+\\))?|numeric(\\(\\d+, \\d+\\))?)$",
);

/** A type as Kysely's builder takes it. */
export function dataType(type: string): string {
  const short = sqlType(type);
  return OF_KYSELY.test(short) ? text(short) : template(short);
}

/** Types that hold every value of those before them in their list. */
const WIDER = [
  ["smallint", "integer", "bigint", "numeric"],
  ["real", "double precision"],
  ["varchar", "text"],
];

/** Types of which PostgreSQL makes one another by itself when it writes a column. */
const ASSIGNED = [
  ["smallint", "integer", "bigint", "numeric", "real", "double precision"],
  ["date", "timestamp", "timestamptz"],
  ["json", "jsonb"],
];

/** How the values of a column become those of another type. */
export interface Conversion {
  /** No value can fail, or lose anything. */
  readonly isSafe: boolean;
  /** PostgreSQL has to be told: through text. */
  readonly needsText: boolean;
}

/** @param from a type as `format_type()` writes it, as is `to`. */
export function conversion(from: string, to: string): Conversion {
  const [one, other] = [sqlType(from), sqlType(to)];
  const [base, otherBase] = [baseOf(one), baseOf(other)];
  const isArray = one.endsWith("[]") || other.endsWith("[]");
  const isAssigned = base === otherBase ||
    !isArray && (otherBase === "text" || otherBase === "varchar" ||
        ASSIGNED.some((types) => types.includes(base) && types.includes(otherBase)));
  const isWider = base === otherBase
    ? one === other || isLonger(one, other)
    : !isArray && other === otherBase && (other === "text" ||
      WIDER.some((types) => types.includes(base) && types.indexOf(base) < types.indexOf(otherBase)));
  return { isSafe: isWider && isAssigned, needsText: !isAssigned };
}

/** The type without its length; arrays stay arrays. */
function baseOf(type: string): string {
  return type.replace(/\([^)]*\)/, "");
}

/** Whether the second has room for every value of the first, a type of the same name. */
function isLonger(one: string, other: string): boolean {
  const sizes = (type: string) => /\(([^)]*)\)/.exec(type)?.[1].split(",").map(Number);
  const [[length, scale = 0], [otherLength, otherScale = 0]] = [sizes(one) ?? [], sizes(other) ?? [Infinity]];
  if (otherLength === Infinity) return true;
  return length !== undefined && otherScale >= scale && otherLength - otherScale >= length - scale;
}
