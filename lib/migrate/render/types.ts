/** Renders column types and determines how values convert between them. @module */
import { isColumnDataType } from "kysely";
import { type ColumnType, type FormattedType, parseType } from "../../values/types.ts";
import { template, text } from "./source.ts";

const COLLATE = " COLLATE ";

/** SQL name of a type, which may have a collation, as in `lib/schema/columns.ts`: `varchar(50)` for `character varying(50)`. */
export function sqlType(formatted: string): string {
  const [bare, collation] = formatted.split(COLLATE);
  if (collation !== undefined) return `${sqlType(bare)} COLLATE ${collation}`;
  const { type, length, brackets } = parseType(formatted);
  return type ? `${type.sql ?? type.name}${length.replace(",", ", ")}${brackets}` : formatted;
}

/** Argument for a type in the schema builder of Kysely. */
export function dataType(type: string): string {
  const short = sqlType(type);
  return isColumnDataType(short) ? text(short) : template(short);
}

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
  const [one, other] = [from, to].map((type) => parseType(type.split(COLLATE)[0]));
  const isSameType = one.name === other.name;
  const isArray = one.brackets !== "" || other.brackets !== "";
  const isAssigned = isSameType && one.brackets === other.brackets || !isArray && hasAssignmentCast(one, other);
  const isWider = isSameType ? isLonger(one, other) : other.length === "" && fitsInto(one, other);
  return { isSafe: isWider && isAssigned, needsText: !isAssigned };
}

/** Whether the server converts values on assignment: within a family of types, and from every type to text. */
function hasAssignmentCast({ type: one }: FormattedType, { type: other }: FormattedType): boolean {
  return other?.family === "text" || one?.family !== undefined && one.family === other?.family;
}

/** Whether the second type holds every value of the first. */
function fitsInto(one: FormattedType, other: FormattedType): boolean {
  if (other.name === "text") return true;
  for (
    let type: Pick<ColumnType, "fitsInto"> | undefined = one.type;
    type?.fitsInto;
    type = parseType(type.fitsInto).type
  ) {
    if (type.fitsInto === other.name) return true;
  }
  return false;
}

/** Whether the second type holds all values of the first, which has the same name. */
function isLonger(one: FormattedType, other: FormattedType): boolean {
  if (other.length === "" || one.length === other.length) return true;
  if (!one.type) return false;
  const sizes = ({ length }: FormattedType) => length.slice(1, -1).split(",").map(Number);
  const [[length, scale = 0], [otherLength, otherScale = 0]] = [sizes(one), sizes(other)];
  return one.length !== "" && otherScale >= scale && otherLength - otherScale >= length - scale;
}
