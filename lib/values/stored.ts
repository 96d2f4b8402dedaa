/**
 * What the server stores of a value: the form in which it gives the value back. PostgreSQL rounds numbers and times to
 * the precision of their column, pads `char(n)`, and writes a uuid, a date or a number in one form however it was
 * written.
 *
 * @module
 */
import { exactDate, microsecondsOf } from "./instants.ts";

/**
 * Returns a value as the server gives it back once it is written: the same one if it is stored as it is; `undefined`
 * where only the server can tell, and for a value that it refuses.
 *
 * @param length length or precision of the type, if the column has one: `[10, 2]` for `numeric(10, 2)`.
 */
export type Stored = (value: unknown, length: readonly number[]) => unknown;

/** A number of an integer type; negative zero has no place there. */
const storedInteger: Stored = (value) => {
  if (typeof value === "number") return Number.isInteger(value) ? value + 0 : undefined;
  if (typeof value === "bigint") return Number(value);
  return isDigits(value) ? Number(value) : undefined;
};

/** A bigint, which a number or a text of digits becomes. */
const storedBigint: Stored = (value) => {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) || isDigits(value) ? BigInt(value as number | string) : undefined;
};

function isDigits(value: unknown): value is string {
  return typeof value === "string" && /^-?\d+$/.test(value);
}

/** A number of 64 bits; the parameter text of negative zero is `0`. */
const storedDouble: Stored = (value) => typeof value === "number" ? value + 0 : undefined;

/** A number of 32 bits, with the fewest digits that identify it, as PostgreSQL writes it. */
const storedReal: Stored = (value) => {
  if (typeof value !== "number") return undefined;
  const single = Math.fround(value);
  if (!Number.isFinite(single) || single === 0) return Object.is(single + 0, value + 0) ? value + 0 : undefined;
  for (let digits = 1; digits < 9; digits++) {
    const short = roundToEven(single, digits);
    if (Math.fround(short) === single && !isMidway(short, single)) return short;
  }
  return roundToEven(single, 9);
};

/** Rounds to significant digits, halves to an even digit: `toPrecision()` rounds them away from zero. */
function roundToEven(value: number, digits: number): number {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const isHalf = /[02468]\.?5$/.test(mantissa) && Number(`${mantissa}e${exponent}`) === value;
  return Number(isHalf ? `${mantissa.slice(0, -1)}e${exponent}` : value.toPrecision(digits));
}

/** Whether a number is halfway between a number of 32 bits and the next one: PostgreSQL does not leave it to rounding. */
function isMidway(value: number, single: number): boolean {
  const other = 2 * value - single;
  return value !== single && Math.fround(other) === other;
}

/** A boolean. */
const storedBoolean: Stored = (value) => typeof value === "boolean" ? value : undefined;

/** A text. */
const storedText: Stored = (value) => typeof value === "string" ? value : undefined;

/** A text of at most `length` characters: only blanks after them are cut off. */
const storedVarchar: Stored = (value, [length = Infinity]) => {
  if (typeof value !== "string" || value.length <= length) return storedText(value, []);
  const characters = [...value];
  const kept = characters.slice(0, length);
  return characters.length === kept.length ? value : isBlank(characters.slice(length)) ? kept.join("") : undefined;
};

/** A text of exactly `length` characters, filled with blanks. */
const storedChar: Stored = (value, [length = 1]) => {
  if (typeof value !== "string") return undefined;
  const characters = [...value];
  if (characters.length < length) return value + " ".repeat(length - characters.length);
  return storedVarchar(value, [length]);
};

function isBlank(characters: readonly string[]): boolean {
  return characters.every((character) => character === " ");
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** A uuid in small letters with four hyphens, whichever way it was written. */
const storedUuid: Stored = (value) => {
  if (typeof value !== "string") return undefined;
  if (UUID.test(value)) return value;
  const digits = (/^\{(.*)\}$/.exec(value)?.[1] ?? value).toLowerCase();
  if (!/^[\da-f]{4}(-?[\da-f]{4}){7}$/.test(digits)) return undefined;
  return digits.replaceAll("-", "").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

const NUMERIC = /^([+-]?)0*(\d*)(?:\.(\d*))?$/;

/** A decimal without needless zeros before it, rounded to the scale of the column, if that has one. */
const storedNumeric: Stored = (value, [precision, scale = precision === undefined ? undefined : 0]) => {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") return undefined;
  const text = String(value);
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") return text;
  const [, sign, whole, fraction = ""] = NUMERIC.exec(text) ?? [];
  if (whole === undefined || !/\d/.test(text) || scale !== undefined && scale < 0) return undefined;
  const digits = scale === undefined ? fraction : fraction.slice(0, scale).padEnd(scale, "0");
  const roundsUp = scale !== undefined && fraction[scale] >= "5";
  const number = String(BigInt(whole + digits) + (roundsUp ? 1n : 0n)).padStart(digits.length + 1, "0");
  const end = number.length - digits.length;
  const isNegative = sign === "-" && /[1-9]/.test(number);
  return `${isNegative ? "-" : ""}${number.slice(0, end)}${digits === "" ? "" : `.${number.slice(end)}`}`;
};

const DATE = /^0*(\d{4,})-(\d{1,2})-(\d{1,2})( BC)?$/;

/** A date in ISO form, with two digits for month and day. */
const storedDate: Stored = (value) => {
  if (typeof value !== "string" || value === "infinity" || value === "-infinity") return storedText(value, []);
  const [, year, month, day, era = ""] = DATE.exec(value) ?? [];
  if (year === undefined) return undefined;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}${era}`;
};

const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6}))?)?$/;
const MICROSECONDS_A_DAY = 86_400_000_000;

/** A time of day, rounded to the precision of the column, without zeros at the end of its fraction. */
const storedTime: Stored = (value, [precision = 6]) => {
  const parts = typeof value === "string" ? TIME.exec(value) : null;
  if (!parts) return undefined;
  const [, hours, minutes, seconds = "0", fraction = ""] = parts;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const exact = whole * 1_000_000 + Number(fraction.padEnd(6, "0"));
  const rounded = roundTo(exact, precision);
  if (Number(minutes) > 59 || Number(seconds) > 59 || rounded > MICROSECONDS_A_DAY) return undefined;
  const part = (unit: number, modulus = Infinity) => String(Math.floor(rounded / unit) % modulus).padStart(2, "0");
  const rest = String(rounded % 1_000_000).padStart(6, "0").replace(/0+$/, "");
  const time = `${part(3_600_000_000, 25)}:${part(60_000_000, 60)}:${part(1_000_000, 60)}`;
  return rest === "" ? time : `${time}.${rest}`;
};

/** A date and a time, with a blank in between. */
const storedTimestamp: Stored = (value, length) => {
  if (value === "infinity" || value === "-infinity") return value;
  const parts = typeof value === "string" ? /^(\S+?)(?:[T ]([\d:.]+))?( BC)?$/.exec(value) : null;
  if (!parts) return undefined;
  const [, day, clock = "00:00", era = ""] = parts;
  const [date, time] = [storedDate(day, []), storedTime(clock, length)] as (string | undefined)[];
  // midnight of the next day is the server's to find
  return date && time && DATE.test(day) && !time.startsWith("24") ? `${date} ${time}${era}` : undefined;
};

/** Where PostgreSQL's time begins, in milliseconds: it rounds from there, away from zero. */
const YEAR_2000 = Date.UTC(2000, 0);

/** A Date, rounded to the precision of the column. */
const storedTimestamptz: Stored = (value, [precision = 6]) => {
  if (!(value instanceof Date)) return typeof value === "number" && !Number.isFinite(value) ? value : undefined;
  const microseconds = microsecondsOf(value) ?? 0;
  if (precision >= 6 || precision >= 3 && microseconds === 0) return value;
  const exact = (value.getTime() - YEAR_2000) * 1000 + microseconds;
  if (!Number.isSafeInteger(exact)) return undefined;
  const rounded = roundTo(exact, precision);
  if (rounded === exact) return value;
  const milliseconds = Math.floor(rounded / 1000);
  return exactDate(milliseconds + YEAR_2000, rounded - milliseconds * 1000);
};

/** Rounds microseconds to digits after the second, halves away from zero. */
function roundTo(microseconds: number, precision: number): number {
  const unit = 10 ** (6 - precision);
  return Math.sign(microseconds) * Math.floor((Math.abs(microseconds) + unit / 2) / unit) * unit || 0;
}

/** Bytes. */
const storedBytes: Stored = (value) => value instanceof Uint8Array ? value : undefined;

/** A JSON value, as it is read from its text: without members that are undefined, with texts for dates. */
const storedJson: Stored = (value) => {
  try {
    return isJson(value) ? value : JSON.parse(JSON.stringify(value));
  } catch {
    return undefined; // it cannot be sent, which is reported then
  }
};

/** Whether a value is what `JSON.parse()` returns, so that it needs no copy. The order of its keys does not matter. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (Array.isArray(value)) return Object.keys(value).length === value.length && value.every(isJson);
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !("toJSON" in value) &&
    Object.values(value).every(isJson);
}

/** The types by name, as `format_type()` prints it without a length; of a type that is missing only the server knows. */
export const STORED: Readonly<Record<string, Stored | undefined>> = {
  smallint: storedInteger,
  integer: storedInteger,
  bigint: storedBigint,
  numeric: storedNumeric,
  real: storedReal,
  "double precision": storedDouble,
  boolean: storedBoolean,
  text: storedText,
  "character varying": storedVarchar,
  character: storedChar,
  uuid: storedUuid,
  date: storedDate,
  "time without time zone": storedTime,
  "timestamp without time zone": storedTimestamp,
  "timestamp with time zone": storedTimestamptz,
  bytea: storedBytes,
  json: storedJson,
  jsonb: storedJson,
};

/**
 * An array, element by element; the server drops arrays without elements inside of arrays.
 *
 * @param areJson true for arrays of JSON, whose arrays are elements.
 */
export function storedArray(stored: (element: unknown) => unknown, areJson: boolean): (value: unknown) => unknown {
  const storedElement = (element: unknown): unknown => {
    if (element === null) return element;
    if (areJson || !Array.isArray(element)) return stored(element);
    return element.length === 0 ? undefined : storedList(element);
  };
  const storedList = (list: readonly unknown[]): unknown => {
    const elements = list.map(storedElement);
    if (elements.includes(undefined)) return undefined;
    return elements.every((element, index) => Object.is(element, list[index])) ? list : elements;
  };
  return (value) => Array.isArray(value) ? storedList(value) : undefined;
}
