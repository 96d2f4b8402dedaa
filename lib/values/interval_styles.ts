/**
 * Converts intervals from every IntervalStyle of PostgreSQL to the default one.
 *
 * | IntervalStyle | a year, two months, minus three days, five seconds |
 * |---|---|
 * | `postgres` | `1 year 2 mons -3 days +00:00:05` |
 * | `postgres_verbose` | `@ 1 year 2 mons -3 days 5 secs` |
 * | `sql_standard` | `+1-2 -3 +0:00:05` |
 * | `iso_8601` | `P1Y2M-3DT5S` |
 *
 * @module
 */
import { UnreadableValueError } from "./errors.ts";

/** The fields of an interval: years and months share one sign; hours, minutes and seconds share one. */
interface Fields {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly isBack: boolean;
  readonly hours: number;
  readonly minutes: number;
  /** Without a sign, with the decimals that the server wrote. */
  readonly seconds: string;
}

const USUAL = /^-?(\d+ (year|mon|day)|\d\d+:)/;
const VERBOSE = new RegExp(
  String.raw`^@(?: (?<years>\S+) years?)?(?: (?<months>\S+) mons?)?(?: (?<days>\S+) days?)?(?: (?<hours>\S+) hours?)?` +
    String.raw`(?: (?<minutes>\S+) mins?)?(?: (?<seconds>\S+) secs?)?(?: 0)?(?<ago> ago)?$`,
);
const ISO_8601 = new RegExp(
  String.raw`^P(?:(?<years>[-\d]+)Y)?(?:(?<months>[-\d]+)M)?(?:(?<days>[-\d]+)D)?` +
    String.raw`(?:T(?:(?<hours>[-\d]+)H)?(?:(?<minutes>[-\d]+)M)?(?:(?<seconds>[-.\d]+)S)?)?$`,
);
const SQL_STANDARD = new RegExp(
  String.raw`^(?<ownSign>[+-]?)(?:(?<years>\d+)-(?<months>\d+)|` +
    String.raw`(?<hours>\d+):(?<minutes>\d\d):(?<seconds>[.\d]+)|(?<days>\d+))$`,
);

/**
 * Converts an interval to the default style.
 *
 * @throws {UnreadableValueError} when it is in no known style.
 */
export function inPostgresStyle(text: string): string {
  if (USUAL.test(text) || text === "infinity" || text === "-infinity") return text;
  return written(fromUnits(VERBOSE.exec(text) ?? ISO_8601.exec(text)) ?? fromSqlStandard(text));
}

/** Reads numbers with a unit and a sign each; `ago` inverts all signs. */
function fromUnits(match: RegExpExecArray | null): Fields | undefined {
  if (!match) return undefined;
  const { years = "0", months = "0", days = "0", hours = "0", minutes = "0", seconds = "0", ago } = match.groups!;
  const direction = ago ? -1 : 1;
  return {
    years: direction * Number(years),
    months: direction * Number(months),
    days: direction * Number(days),
    isBack: [hours, minutes, seconds].some((part) => part.startsWith("-")) !== Boolean(ago),
    hours: Math.abs(Number(hours)),
    minutes: Math.abs(Number(minutes)),
    seconds: seconds.replace("-", ""),
  };
}

/** Reads one sign for all fields, or one each for years and months, days, and the time. */
function fromSqlStandard(text: string): Fields {
  const fields = { years: 0, months: 0, days: 0, isBack: false, hours: 0, minutes: 0, seconds: "0" };
  let sign = "";
  for (const part of text.split(" ")) {
    const groups = SQL_STANDARD.exec(part)?.groups;
    if (!groups) {
      throw new UnreadableValueError(text, "it is in no IntervalStyle that PostgreSQL knows", "IntervalStyle");
    }
    const { ownSign, years, months, hours, minutes, seconds, days } = groups;
    sign = ownSign || sign;
    const signed = (digits: string) => Number(`${sign}${digits}`);
    if (years !== undefined) Object.assign(fields, { years: signed(years), months: signed(months) });
    else if (days !== undefined) fields.days = signed(days);
    else Object.assign(fields, { isBack: sign === "-", hours: Number(hours), minutes: Number(minutes), seconds });
  }
  return fields;
}

function written({ years, months, days, isBack, hours, minutes, seconds }: Fields): string {
  const parts: string[] = [];
  let isBehindNegative = false;
  for (const [value, unit] of [[years, "year"], [months, "mon"], [days, "day"]] as const) {
    if (value === 0) continue;
    parts.push(`${isBehindNegative && value > 0 ? "+" : ""}${value} ${unit}${value === 1 ? "" : "s"}`);
    isBehindNegative = value < 0;
  }
  if (parts.length === 0 || hours !== 0 || minutes !== 0 || Number(seconds) !== 0) {
    const [whole, decimals] = seconds.split(".");
    const clock = [hours, minutes, whole].map((part) => String(part).padStart(2, "0")).join(":");
    const sign = isBack ? "-" : isBehindNegative ? "+" : "";
    parts.push(`${sign}${clock}${decimals === undefined ? "" : `.${decimals}`}`);
  }
  return parts.join(" ");
}
