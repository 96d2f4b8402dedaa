/** Renders column types and determines how values convert between them. @module */
import { template, text } from "./source.ts";

/** SQL name of a type, as in `lib/schema/columns.ts`: `varchar(50)` for `character varying(50)`. */
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

/** Argument for a type in the schema builder of Kysely. */
export function dataType(type: string): string {
  const short = sqlType(type);
  return OF_KYSELY.test(short) ? text(short) : template(short);
}

/** Each type holds all values of the types before it in its list. */
const WIDER = [
  ["smallint", "integer", "bigint", "numeric"],
  ["real", "double precision"],
  ["varchar", "text"],
];

/** Types with assignment casts between them. */
const ASSIGNED = [
  ["smallint", "integer", "bigint", "numeric", "real", "double precision"],
  ["date", "timestamp", "timestamptz"],
  ["json", "jsonb"],
];

/** Conversion of a column to another type. */
export interface Conversion {
  /** Cannot fail and loses no precision. */
  readonly isSafe: boolean;
  /** Requires a cast through text: there is no assignment cast. */
  readonly needsText: boolean;
}

/**
 * Determines how values convert between two types.
 *
 * @param from old type, as `format_type()` writes it
 * @param to new type
 * @returns whether the conversion is safe, and whether it needs a cast
 */
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

/** A type without its length. */
function baseOf(type: string): string {
  return type.replace(/\([^)]*\)/, "");
}

/** Whether the second type holds all values of the first, which has the same name. */
function isLonger(one: string, other: string): boolean {
  const sizes = (type: string) => /\(([^)]*)\)/.exec(type)?.[1].split(",").map(Number);
  const [[length, scale = 0], [otherLength, otherScale = 0]] = [sizes(one) ?? [], sizes(other) ?? [Infinity]];
  if (otherLength === Infinity) return true;
  return length !== undefined && otherScale >= scale && otherLength - otherScale >= length - scale;
}
