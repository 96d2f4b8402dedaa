/**
 * Decoders of PostgreSQL's text format whose work is more than one expression. No value depends on the DateStyle,
 * IntervalStyle or bytea_output of a role or session.
 *
 * @module
 */
import { UnreadableValueError } from "./errors.ts";
import { inIso, type Reported } from "./date_styles.ts";
import { exactDate } from "./instants.ts";

/** Converts the text of one value to a JavaScript value. A date may need the settings that the server has reported. */
export type Decoder = (text: string, reported: Reported) => unknown;

/** Decodes `bytea`, in either output format. */
export function decodeBytea(text: string): Uint8Array {
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

/** Returns a Date that keeps its microseconds; for `infinity` and `-infinity`, which no Date can represent, the numbers of that name. */
export function decodeTimestamptz(text: string, reported: Reported): Date | number {
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
  let fraction = 0;
  for (let at = 20, unit = 100_000; at < end; at++, unit /= 10) fraction += digit(text, at) * unit;
  const microseconds = fraction % 1000;
  const hour = twoDigits(text, 11) - (sign === "+" ? 1 : -1) * twoDigits(text, end + 1);
  const [minute, second] = [twoDigits(text, 14), twoDigits(text, 17)];
  const time = Date.UTC(year, month - 1, day, hour, minute, second, (fraction - microseconds) / 1000);
  return exactDate(time, microseconds);
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
  const digits = fraction.padEnd(6, "0");
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(digits.slice(0, 3)));
  const offset = (Number(offsetHours) * 3600 + Number(offsetMinutes) * 60 + Number(offsetSeconds)) * 1000;
  return exactDate(date.getTime() - (sign === "-" ? -offset : offset), Number(digits.slice(3)));
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
