/**
 * Intervals in each style that PostgreSQL's IntervalStyle knows, rewritten in the one that it has by default.
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

/** An interval; its years and months have one sign, its hours, minutes and seconds have one. */
interface Fields {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly isBack: boolean;
  readonly hours: number;
  readonly minutes: number;
  /** Without a sign, with as many decimals as the server wrote. */
  readonly seconds: string;
}

const USUAL = /^-?(\d+ (year|mon|day)|\d\d+:)/;
const VERBOSE =
  /^@(?: (\S+) years?)?(?: (\S+) mons?)?(?: (\S+) days?)?(?: (\S+) hours?)?(?: (\S+) mins?)?(?: (\S+) secs?)?(?: 0)?( ago)?$/;
const ISO_8601 = /^P(?:([-\d]+)Y)?(?:([-\d]+)M)?(?:([-\d]+)D)?(?:T(?:([-\d]+)H)?(?:([-\d]+)M)?(?:([-.\d]+)S)?)?$/;
const SQL_STANDARD = /^([+-]?)(?:(\d+)-(\d+)|(\d+):(\d\d):([.\d]+)|(\d+))$/;

/**
 * An interval as PostgreSQL writes it by default.
 *
 * @throws {UnreadableValueError} when it is in no style that PostgreSQL knows.
 */
export function inPostgresStyle(text: string): string {
  if (USUAL.test(text) || text === "infinity" || text === "-infinity") return text;
  return written(fromUnits(VERBOSE.exec(text) ?? ISO_8601.exec(text)) ?? fromSqlStandard(text));
}

/** Each number with its unit and its own sign; `ago` turns all signs round. */
function fromUnits(parts: RegExpExecArray | null): Fields | undefined {
  if (!parts) return undefined;
  const [, years = "0", months = "0", days = "0", hours = "0", minutes = "0", seconds = "0", ago] = parts;
  const turned = ago ? -1 : 1;
  return {
    years: turned * Number(years),
    months: turned * Number(months),
    days: turned * Number(days),
    isBack: [hours, minutes, seconds].some((part) => part.startsWith("-")) !== Boolean(ago),
    hours: Math.abs(Number(hours)),
    minutes: Math.abs(Number(minutes)),
    seconds: seconds.replace("-", ""),
  };
}

/** One sign for all, or one for each of years and months, days, and the time. */
function fromSqlStandard(text: string): Fields {
  const fields = { years: 0, months: 0, days: 0, isBack: false, hours: 0, minutes: 0, seconds: "0" };
  let sign = "";
  for (const part of text.split(" ")) {
    const found = SQL_STANDARD.exec(part);
    if (!found) {
      throw new UnreadableValueError(text, "it is in no IntervalStyle that PostgreSQL knows", "IntervalStyle");
    }
    const [, own, years, months, hours, minutes, seconds, days] = found;
    sign = own || sign;
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
