/**
 * Converts dates and times from every DateStyle of PostgreSQL to ISO. A connection asks for ISO when it opens; other
 * styles occur where a pooler drops that setting, or a session has changed it.
 *
 * | DateStyle | date | timestamp |
 * |---|---|---|
 * | ISO | `2026-03-01` | `2026-03-01 12:30:05.5` |
 * | German | `01.03.2026` | `01.03.2026 12:30:05.5` |
 * | SQL, MDY | `03/01/2026` | `03/01/2026 12:30:05.5` |
 * | SQL, DMY | `01/03/2026` | `01/03/2026 12:30:05.5` |
 * | Postgres, MDY | `03-01-2026` | `Sun Mar 01 12:30:05.5 2026` |
 * | Postgres, DMY | `01-03-2026` | `Sun 01 Mar 12:30:05.5 2026` |
 *
 * A timestamptz ends with an offset in ISO; in the other styles it ends with the abbreviation of the session's time
 * zone at that moment, such as `CET`. The settings reported by the server resolve ambiguous values; without them such a
 * value is an error.
 *
 * @module
 */
import { UnreadableValueError } from "./errors.ts";

/**
 * Returns the value of a setting that the server has reported, at the start of the session or at its last change;
 * `undefined` if it has reported none.
 */
export type Reported = (setting: "DateStyle" | "TimeZone") => string | undefined;

const TIME = String.raw`(?<time>\d\d:\d\d:\d\d(?:\.\d+)?)`;
const END = String.raw`(?: ?(?<zone>[+-][\d:]+|(?!BC$)[A-Za-z]+))?(?<era> BC)?$`;
const NUMBERS = new RegExp(
  String.raw`^(?<first>\d\d)(?<separator>[-/.])(?<second>\d\d)\k<separator>(?<year>\d{4,})(?: ${TIME})?${END}`,
);
const NAMES = new RegExp(
  String
    .raw`^[A-Z][a-z]{2} (?:(?<month>[A-Z][a-z]{2}) (?<day>\d\d)|(?<day>\d\d) (?<month>[A-Z][a-z]{2})) ` +
    String.raw`${TIME} (?<year>\d{4,})${END}`,
);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STYLES: Record<string, string> = { ".": "German", "/": "SQL", "-": "Postgres" };

/**
 * Converts a date, timestamp or timestamptz to ISO.
 *
 * @throws {UnreadableValueError} when the text is ambiguous or in no known style.
 */
export function inIso(text: string, reported: Reported): string {
  if (isIso(text)) return text;
  const groups = NUMBERS.exec(text)?.groups ?? NAMES.exec(text)?.groups;
  if (!groups) throw new UnreadableValueError(text, "it is in no DateStyle that PostgreSQL knows", "DateStyle");
  const { year, time, zone, era = "" } = groups;
  const date = `${year}-${monthAndDay(text, groups, reported)}`;
  if (time === undefined) return `${date}${era}`;
  return `${date} ${time}${zone === undefined ? "" : offset(text, { date, time, zone, era }, reported)}${era}`;
}

/** Converts a range or multirange of dates or times to ISO, as `["2026-03-01 12:30:05","2026-03-02 00:00:00")`. */
export function rangeInIso(text: string, reported: Reported): string {
  if (text === "empty") return text;
  return text.replace(
    /"([^"]*)"|[^"\[\](){},]+/g,
    (bound, quoted) => quoted === undefined ? inIso(bound, reported) : `"${inIso(quoted, reported)}"`,
  );
}

/** True for a value already in ISO: no other style has a digit as its third character. */
function isIso(text: string): boolean {
  const code = text.charCodeAt(2) - 48;
  return code >= 0 && code <= 9 || text === "infinity" || text === "-infinity";
}

type Groups = Record<string, string | undefined>;

function monthAndDay(text: string, groups: Groups, reported: Reported): string {
  const { first, second, separator, day, month } = groups;
  if (separator === undefined) return `${String(MONTHS.indexOf(month!) + 1).padStart(2, "0")}-${day}`;
  return isDayFirst(text, STYLES[separator], reported) ? `${second}-${first}` : `${first}-${second}`;
}

function isDayFirst(text: string, style: string, reported: Reported): boolean {
  if (style === "German") return true;
  const [reportedStyle, order] = reported("DateStyle")?.split(", ") ?? [];
  if (reportedStyle === style) return order === "DMY"; // with YMD the month is written first as well
  throw new UnreadableValueError(text, "the server has not reported whether day or month comes first", "DateStyle");
}

/** Abbreviations of time zones with daylight saving time, in which an hour occurs twice: hours east of UTC. */
const HOURS: Record<string, number> = {
  ...{ WET: 0, GMT: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, EET: 2, EEST: 3, IDT: 3, MSK: 3, MSD: 4 },
  ...{ NST: -3.5, NDT: -2.5, AST: -4, ADT: -3, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
  ...{ AKST: -9, AKDT: -8, HST: -10, HDT: -9, ACST: 9.5, ACDT: 10.5, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13 },
};

/**
 * Returns the offset of a local time by the rules of the zone; of an hour that occurs twice, the one that the
 * abbreviation names.
 */
function offset(text: string, { date, time, zone, era }: Record<string, string>, reported: Reported): string {
  const numeric = /^([+-]\d\d):?(\d\d)?(:\d\d)?$/.exec(zone);
  if (numeric) return `${numeric[1]}${numeric[2] ? `:${numeric[2]}` : ""}${numeric[3] ?? ""}`;
  const [year, month, day] = date.split("-").map(Number);
  const [hour, minute, second] = time.split(":").map((part) => Math.trunc(Number(part)));
  const name = reported("TimeZone") ?? "";
  try {
    const local = new Temporal.PlainDateTime(era ? 1 - year : year, month, day, hour, minute, second);
    const [first, last] = (["earlier", "later"] as const).map((disambiguation) =>
      local.toZonedDateTime(name, { disambiguation })
    );
    if (first.offset === last.offset) return first.offset.replace(/(:00)+$/, "");
    const named = [first, last].find(({ offsetNanoseconds }) => offsetNanoseconds === HOURS[zone] * 3.6e12);
    if (named) return named.offset.replace(/(:00)+$/, "");
  } catch (error) {
    // a time zone missing from the public database, or a year out of range of Temporal
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UnreadableValueError(text, `what "${zone}" is in the time zone "${name}" cannot be told`, "DateStyle");
}
