/**
 * PostgreSQL's types, one record each. Drivers take decoders from them, models their columns, autogenerate the types
 * that it compares and the casts between them.
 *
 * | PostgreSQL | JavaScript |
 * |---|---|
 * | `smallint`, `integer`, `oid`, `real`, `double precision` | number |
 * | `bigint` | bigint |
 * | `numeric` | string (no digit is lost) |
 * | `boolean` | boolean |
 * | `timestamptz` | Date, which keeps its microseconds out of sight (`instants.ts`) |
 * | `date`, `time`, `timestamp`, ranges of them | string, in the DateStyle ISO |
 * | `interval` | string, in the IntervalStyle postgres |
 * | `json`, `jsonb` | the parsed value |
 * | `bytea` | Uint8Array |
 * | arrays of these | array, nested as deep as the value is |
 * | a type of a program's own | as its `decode` returns it |
 * | everything else | string, as PostgreSQL writes it |
 *
 * No value depends on the DateStyle, IntervalStyle or bytea_output of a role or session: other styles are converted,
 * except inside composite values (`ROW(…)`).
 *
 * @module
 */
import { inIso, rangeInIso } from "./date_styles.ts";
import { decodeArray, decodeBytea, type Decoder, decodeTimestamptz } from "./decode.ts";
import { inPostgresStyle } from "./interval_styles.ts";
import { copyDate } from "./instants.ts";
import { json as asJsonParameter } from "./parameters.ts";

/** A type whose values are decoded. */
export interface ReadType {
  /** Name as printed by `format_type()`, without length or precision. */
  readonly name: string;
  /** OID of the type, fixed in PostgreSQL's src/include/catalog/pg_type.dat. */
  readonly oid: number;
  /** OID of its array type. */
  readonly arrayOid: number;
  readonly decode: Decoder;
}

/** A type that a column of a model can have. Without OIDs, as a type of an extension, drivers return its text. */
export interface ColumnType extends Omit<ReadType, "oid" | "arrayOid">, Partial<Pick<ReadType, "oid" | "arrayOid">> {
  /** Shorter name for DDL and casts; `name` if missing. */
  readonly sql?: string;
  /** True if the type takes a length or precision, such as `numeric(10,2)`. */
  readonly takesLength?: boolean;
  /** Converts a value to the parameter to send, where its JavaScript type does not determine the encoding. */
  readonly encode?: (value: unknown) => unknown;
  /** True if the values are objects that can be changed in place. */
  readonly mutable?: boolean;
  /** Copies a value that can be changed in place; `structuredClone` if missing. */
  readonly copy?: (value: unknown) => unknown;
  /** Types of one family have assignment casts between them. */
  readonly family?: "number" | "text" | "time" | "json";
  /** Name of the next type that holds every value of this one. */
  readonly fitsInto?: string;
}

const asNumber: Decoder = Number;
const asText: Decoder = (text) => text;
const asBoolean: Decoder = (text) => text === "t";
const asJson: Decoder = (text) => JSON.parse(text);

/** The types for which `schema/columns.ts` has a function, by its name. */
export const COLUMN_TYPES = {
  smallint: { name: "smallint", oid: 21, arrayOid: 1005, decode: asNumber, family: "number", fitsInto: "integer" },
  integer: { name: "integer", oid: 23, arrayOid: 1007, decode: asNumber, family: "number", fitsInto: "bigint" },
  bigint: { name: "bigint", oid: 20, arrayOid: 1016, decode: BigInt, family: "number", fitsInto: "numeric" },
  numeric: { name: "numeric", oid: 1700, arrayOid: 1231, decode: asText, takesLength: true, family: "number" },
  real: { name: "real", oid: 700, arrayOid: 1021, decode: asNumber, family: "number", fitsInto: "double precision" },
  doublePrecision: { name: "double precision", oid: 701, arrayOid: 1022, decode: asNumber, family: "number" },
  boolean: { name: "boolean", oid: 16, arrayOid: 1000, decode: asBoolean },
  text: { name: "text", oid: 25, arrayOid: 1009, decode: asText, family: "text" },
  varchar: {
    name: "character varying",
    sql: "varchar",
    oid: 1043,
    arrayOid: 1015,
    decode: asText,
    takesLength: true,
    family: "text",
    fitsInto: "text",
  },
  uuid: { name: "uuid", oid: 2950, arrayOid: 2951, decode: asText },
  date: { name: "date", oid: 1082, arrayOid: 1182, decode: inIso, family: "time" },
  time: { name: "time without time zone", sql: "time", oid: 1083, arrayOid: 1183, decode: asText, takesLength: true },
  timestamp: {
    name: "timestamp without time zone",
    sql: "timestamp",
    oid: 1114,
    arrayOid: 1115,
    decode: inIso,
    takesLength: true,
    family: "time",
  },
  timestamptz: {
    name: "timestamp with time zone",
    sql: "timestamptz",
    oid: 1184,
    arrayOid: 1185,
    decode: decodeTimestamptz,
    copy: (value) => value instanceof Date ? copyDate(value) : value,
    takesLength: true,
    mutable: true,
    family: "time",
  },
  bytea: { name: "bytea", oid: 17, arrayOid: 1001, decode: decodeBytea, mutable: true },
  json: {
    name: "json",
    oid: 114,
    arrayOid: 199,
    decode: asJson,
    encode: asJsonParameter,
    mutable: true,
    family: "json",
  },
  jsonb: {
    name: "jsonb",
    oid: 3802,
    arrayOid: 3807,
    decode: asJson,
    encode: asJsonParameter,
    mutable: true,
    family: "json",
  },
} as const satisfies Record<string, ColumnType>;

/** Types that are decoded, but have no column function. */
export const OTHER_TYPES: readonly ReadType[] = [
  { name: '"char"', oid: 18, arrayOid: 1002, decode: asText },
  { name: "name", oid: 19, arrayOid: 1003, decode: asText },
  { name: "oid", oid: 26, arrayOid: 1028, decode: asNumber },
  { name: "character", oid: 1042, arrayOid: 1014, decode: asText },
  { name: "interval", oid: 1186, arrayOid: 1187, decode: inPostgresStyle },
  { name: "tsrange", oid: 3908, arrayOid: 3909, decode: rangeInIso },
  { name: "tstzrange", oid: 3910, arrayOid: 3911, decode: rangeInIso },
  { name: "daterange", oid: 3912, arrayOid: 3913, decode: rangeInIso },
  { name: "tsmultirange", oid: 4533, arrayOid: 6152, decode: rangeInIso },
  { name: "tstzmultirange", oid: 4534, arrayOid: 6153, decode: rangeInIso },
  { name: "datemultirange", oid: 4535, arrayOid: 6155, decode: rangeInIso },
];

const decoders = new Map<number, Decoder>();
const columnTypes = new Map<string, ColumnType>();
const ownTypes = new Set<string>();

/** Decoders by type OID; types that are not listed stay text. */
export const DECODERS: ReadonlyMap<number, Decoder> = decoders;

/** Returns the decoder for a type OID. */
export function decoderFor(oid: number): Decoder {
  return decoders.get(oid) ?? asText;
}

/** Adds a type of the program's own, or replaces the one of this name, for connections opened from now on. */
export function registerColumnType(type: ColumnType): void {
  ownTypes.add(type.name);
  addColumnType(type);
}

/** Whether a program has defined the type: drivers may return something else than its text. */
export function isOwnType(name: string): boolean {
  return ownTypes.has(name);
}

function addColumnType(type: ColumnType): void {
  columnTypes.set(type.name, type);
  const { oid, arrayOid, decode } = type;
  if (oid !== undefined && arrayOid !== undefined) registerDecoder({ oid, arrayOid, decode });
}

function registerDecoder({ oid, arrayOid, decode }: Omit<ReadType, "name">): void {
  decoders.set(oid, decode);
  decoders.set(arrayOid, (text, reported) => decodeArray(text, (element) => decode(element, reported)));
}

OTHER_TYPES.forEach(registerDecoder);
Object.values(COLUMN_TYPES).forEach(addColumnType);

/** The parts of a type as printed by `format_type()`. */
export interface FormattedType {
  /** Its record; `undefined` for an enum, and a type that models cannot have. */
  readonly type: ColumnType | undefined;
  /** Name without length and brackets. */
  readonly name: string;
  /** Length or precision with its parentheses, else empty. */
  readonly length: string;
  /** `[]` for an array, else empty. */
  readonly brackets: string;
}

/** Splits a type as printed by `format_type()`: `numeric(10,2)[]`, `timestamp(3) without time zone`. */
export function parseType(formatted: string): FormattedType {
  const [, start, length = "", end = "", brackets] = /^(.*?)(\([^()]*\))?( with(?:out)? time zone)?((?:\[\])*)$/s.exec(
    formatted,
  )!;
  const name = start + end;
  return { type: columnTypes.get(name), name, length, brackets };
}

/** Whether a model can have a column of a type as printed by `format_type()`, enums aside. */
export function isColumnType(formatted: string): boolean {
  const { type, length } = parseType(formatted);
  return type !== undefined && (length === "" || type.takesLength === true);
}
