/**
 * Converts PostgreSQL's text format to JavaScript values: one table for every driver, so that a row has the same values
 * whichever driver fetched it.
 *
 * | PostgreSQL | JavaScript |
 * |---|---|
 * | `smallint`, `integer`, `oid`, `real`, `double precision` | number |
 * | `bigint` | bigint |
 * | `numeric` | string (no digit is lost) |
 * | `boolean` | boolean |
 * | `timestamptz` | Date (milliseconds; microseconds are dropped) |
 * | `date`, `time`, `timestamp`, ranges of them | string, in the DateStyle ISO |
 * | `interval` | string, in the IntervalStyle postgres |
 * | `json`, `jsonb` | the parsed value |
 * | `bytea` | Uint8Array |
 * | arrays of these | array, nested as deep as the value is |
 * | everything else | string, as PostgreSQL writes it |
 *
 * No value depends on the DateStyle, IntervalStyle or bytea_output of a role or session: other styles are converted,
 * except inside composite values (`ROW(…)`).
 *
 * @module
 */
import { UnreadableValueError } from "./errors.ts";
import { inIso, rangeInIso, type Reported } from "./date_styles.ts";
import { inPostgresStyle } from "./interval_styles.ts";

export type { Reported } from "./date_styles.ts";

/** Converts the text of one value to a JavaScript value. A date may need the settings that the server has reported. */
export type Decoder = (text: string, reported: Reported) => unknown;

const asNumber: Decoder = Number;
const asText: Decoder = (text) => text;
const asJson: Decoder = (text) => JSON.parse(text);

/**
 * OID of a type, OID of its array type, decoder. The numbers are fixed in PostgreSQL's src/include/catalog/pg_type.dat.
 */
const TYPES: readonly (readonly [oid: number, arrayOid: number, decoder: Decoder])[] = [
  [16, 1000, (text) => text === "t"], // boolean
  [17, 1001, decodeBytea],
  [18, 1002, asText], // "char"
  [19, 1003, asText], // name
  [20, 1016, BigInt], // bigint
  [21, 1005, asNumber], // smallint
  [23, 1007, asNumber], // integer
  [25, 1009, asText], // text
  [26, 1028, asNumber], // oid
  [114, 199, asJson], // json
  [700, 1021, asNumber], // real
  [701, 1022, asNumber], // double precision
  [1042, 1014, asText], // character(n)
  [1043, 1015, asText], // character varying
  [1082, 1182, inIso], // date
  [1083, 1183, asText], // time
  [1114, 1115, inIso], // timestamp
  [1184, 1185, decodeTimestamptz],
  [1186, 1187, inPostgresStyle], // interval
  [1700, 1231, asText], // numeric
  [2950, 2951, asText], // uuid
  [3802, 3807, asJson], // jsonb
  [3908, 3909, rangeInIso], // tsrange
  [3910, 3911, rangeInIso], // tstzrange
  [3912, 3913, rangeInIso], // daterange
  [4533, 6152, rangeInIso], // tsmultirange
  [4534, 6153, rangeInIso], // tstzmultirange
  [4535, 6155, rangeInIso], // datemultirange
];

/** Decoders by type OID; types that are not listed stay text. */
export const DECODERS: ReadonlyMap<number, Decoder> = new Map(
  TYPES.flatMap(([oid, arrayOid, decode]): [number, Decoder][] => [
    [oid, decode],
    [arrayOid, (text, reported) => decodeArray(text, (element) => decode(element, reported))],
  ]),
);

/** Returns the decoder for a type OID. */
export function decoderFor(oid: number): Decoder {
  return DECODERS.get(oid) ?? asText;
}

function decodeBytea(text: string): Uint8Array {
  return text.startsWith("\\x") ? Uint8Array.fromHex(text.slice(2)) : decodeEscapedBytea(text);
}

/**
 * Decodes `bytea_output = escape`: ASCII, with a backslash doubled and other bytes as a backslash and three octal
 * digits.
 */
function decodeEscapedBytea(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let size = 0;
  for (let at = 0; at < bytes.length; size++) {
    const isEscape = bytes[at] === BACKSLASH;
    const isDoubled = bytes[at + 1] === BACKSLASH;
    bytes[size] = isEscape && !isDoubled ? parseInt(text.slice(at + 1, at + 4), 8) : bytes[at];
    at += !isEscape ? 1 : isDoubled ? 2 : 4;
  }
  return bytes.slice(0, size);
}
const BACKSLASH = 92;

const TIMESTAMPTZ = new RegExp(
  String.raw`^(?<year>\d+)-(?<month>\d\d)-(?<day>\d\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)` +
    String.raw`(?:\.(?<fraction>\d+))?(?<sign>[+-])(?<offsetHours>\d\d)(?::(?<offsetMinutes>\d\d))?` +
    String.raw`(?::(?<offsetSeconds>\d\d))?(?<era> BC)?$`,
);

/** Returns a Date; for `infinity` and `-infinity`, which no Date can represent, the numbers of that name. */
function decodeTimestamptz(text: string, reported: Reported): Date | number {
  return decodeUsualTimestamptz(text) ?? decodeAnyTimestamptz(inIso(text, reported));
}

/**
 * Decodes years of four digits and offsets of whole hours, as `2026-03-01 12:30:05.123456+00`, digit by digit: reading
 * 1,000 objects with one timestamptz each takes a tenth longer through the text that `new Date()` parses.
 */
function decodeUsualTimestamptz(text: string): Date | undefined {
  const end = text.length - 3;
  const sign = text[end];
  if (text[4] !== "-" || text[10] !== " " || (sign !== "+" && sign !== "-")) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  if (year < 100) return undefined; // Date would read it as a year of the 20th century
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  let milliseconds = 0;
  for (let at = 20, unit = 100; at < end && unit >= 1; at++, unit /= 10) milliseconds += digit(text, at) * unit;
  const hour = twoDigits(text, 11) - (sign === "+" ? 1 : -1) * twoDigits(text, end + 1);
  return new Date(Date.UTC(year, month - 1, day, hour, twoDigits(text, 14), twoDigits(text, 17), milliseconds));
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}

function decodeAnyTimestamptz(text: string): Date | number {
  const parts = TIMESTAMPTZ.exec(text)?.groups;
  if (!parts) {
    if (text === "infinity" || text === "-infinity") return text === "infinity" ? Infinity : -Infinity;
    throw new UnreadableValueError(text, "it is no timestamptz in a DateStyle that PostgreSQL knows", "DateStyle");
  }
  const { year, month, day, hour, minute, second, fraction = "", era } = parts;
  const { sign, offsetHours, offsetMinutes = "0", offsetSeconds = "0" } = parts;
  const date = new Date(0);
  date.setUTCFullYear(era ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, "0")));
  const offset = (Number(offsetHours) * 3600 + Number(offsetMinutes) * 60 + Number(offsetSeconds)) * 1000;
  return new Date(date.getTime() - (sign === "-" ? -offset : offset));
}

/**
 * Parses PostgreSQL's array notation (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
 *
 * @param decode decodes one element.
 */
export function decodeArray(text: string, decode: (text: string) => unknown): unknown[] {
  // an array whose lower bound is not 1 begins with its bounds: [0:2]={…}
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;
  // positions of the next ones, searched for once and not for each element
  let [quote, backslash] = [-1, -1];
  return list();

  function list(): unknown[] {
    const elements: unknown[] = [];
    at++; // "{"
    while (text[at] !== "}") {
      elements.push(text[at] === "{" ? list() : text[at] === '"' ? decode(quoted()) : bare());
      if (text[at] === ",") at++;
    }
    at++; // "}"
    return elements;
  }

  function quoted(): string {
    let value = "";
    let start = ++at;
    while (true) {
      if (quote < at) quote = text.indexOf('"', at);
      if (backslash < at) backslash = positionOr(text.length, text.indexOf("\\", at));
      if (quote < backslash) break;
      value += text.slice(start, backslash);
      start = backslash + 1; // the character after it, a quote or a backslash, is part of the text
      at = start + 1;
    }
    at = quote + 1;
    return value + text.slice(start, quote);
  }

  function bare(): unknown {
    const start = at;
    while (text[at] !== "," && text[at] !== "}") at++;
    const value = text.slice(start, at);
    return value === "NULL" ? null : decode(value);
  }
}

/** Returns the position that `indexOf()` found, or the end of the text if it found none. */
function positionOr(end: number, found: number): number {
  return found === -1 ? end : found;
}
