/** Writes the type of a column as a call of the library: `varchar(50)`. @module */
import { COLUMN_TYPES, type ColumnType, parseType } from "../../values/types.ts";
import type { ColumnSchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, type Code, list, object } from "./code.ts";

/** Functions of `schema/columns.ts` by the name of the type, as `format_type()` prints it without length. */
const FUNCTIONS: ReadonlyMap<string, { readonly name: string; readonly takesLength: boolean }> = new Map(
  Object.entries<ColumnType>(COLUMN_TYPES).map(([name, type]) => [
    type.name,
    { name, takesLength: type.takesLength ?? false },
  ]),
);

/** Enum types that models can name, by the name that `format_type()` prints: their variable, or their values. */
export type Enums = ReadonlyMap<string, Code>;

/** Writes the type of a column, and the default that numbers its rows, if it is not part of the type. */
export function typeCalls({ type, identity, isSerial }: ColumnSchema, enums: Enums): { type: Code; numbering?: Code } {
  const isAlways = identity === "always";
  if (identity === null && !isSerial) return { type: typeCode(type, enums) };
  if (type === "integer") {
    return { type: isSerial ? call("serial") : call("identity", ...(isAlways ? [object([["always", "true"]])] : [])) };
  }
  const numbering = isSerial ? "SERIAL" : isAlways ? "IDENTITY_ALWAYS" : "IDENTITY";
  return { type: typeCode(type, enums), numbering: call("serverDefault", numbering) };
}

function typeCode(type: string, enums: Enums): Code {
  const ofEnum = enums.get(type);
  if (ofEnum !== undefined) return ofEnum;
  if (type.endsWith("[]")) return call("array", typeCode(type.slice(0, -2), enums));
  const { name, length } = parseType(type);
  const known = FUNCTIONS.get(name);
  if (!known || length !== "" && !known.takesLength) return call("sqlType", text(shorter(type)));
  return call(known.name, ...(length === "" ? [] : length.slice(1, -1).split(",")));
}

/** A shorter name that SQL has for a type: `char(13)`, `timetz(0)`. */
function shorter(type: string): string {
  return type.replace(/^character\b/, "char").replace(/^time(\(\d\))? with time zone$/, "timetz$1");
}

/** Writes an enum type. */
export function enumCode(name: string, values: readonly string[]): Code {
  return call("enumeration", text(name), list(values.map(text)));
}
