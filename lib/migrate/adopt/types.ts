/** Writes the type of a column as a call of the library: `varchar(50)`. @module */
import { COLUMN_TYPES, type ColumnType } from "../../values/types.ts";
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

/** Writes the type of a column. */
export function typeCode(column: Pick<ColumnSchema, "type" | "identity" | "isSerial">, enums: Enums): Code {
  const { type, identity, isSerial } = column;
  if (isSerial && type === "integer") return call("serial");
  if (identity && type === "integer") {
    return call("identity", ...(identity === "always" ? [object([["always", "true"]])] : []));
  }
  const ofEnum = enums.get(type);
  if (ofEnum !== undefined) return ofEnum;
  const element = type.endsWith("[]") ? typeCode({ type: type.slice(0, -2), identity: null }, enums) : undefined;
  if (element !== undefined && !isSql(element)) return call("array", element);
  const [, name, length] = /^([^()]+)(?:\(([\d,]+)\))?$/.exec(type) ?? [];
  const known = FUNCTIONS.get(name);
  const isSayable = known && (known.takesLength ? name !== "character varying" || length : length === undefined);
  return isSayable ? call(known.name, ...(length?.split(",") ?? [])) : call("sqlType", text(type));
}

/** Writes an enum type. */
export function enumCode(name: string, values: readonly string[]): Code {
  return call("enumeration", text(name), list(values.map(text)));
}

function isSql(code: Code): boolean {
  return typeof code !== "string" && code.kind === "call" && code.name === "sqlType";
}
