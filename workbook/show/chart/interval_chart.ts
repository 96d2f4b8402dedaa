/**
 * Charts of measured values with their spread: one row each, with a point for the median and a bar from low to high.
 *
 * @module
 */
import { type Chart, chart } from "./chart.ts";
import { formatNumber } from "../number.ts";
import { wrapText } from "../text_width.ts";
import { colours, groupColours, groupShapes } from "../theme.ts";

/** One measurement. For a benchmark: the median, and the 25th and 75th percentile. */
export interface IntervalRow {
  /** The label of the row. */
  readonly label: string;
  /** Group, shown by colour and shape. Rows with the same label are stacked. */
  readonly group?: string;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/** Maximum length of a label's line; longer labels wrap. */
const labelLength = 32;
const wrappedLabel = {
  labelExpr: "split(datum.label, '\\n')",
  labelBaseline: { condition: { test: "indexof(datum.label, '\\n') > 0", value: "bottom" }, value: "middle" },
};

/** Options of {@linkcode intervalChart}. */
export interface IntervalOptions {
  readonly title: string;
  /** The unit of all values, such as `"ms"`. */
  readonly unit: string;
  /** Axis title (default: the unit). */
  readonly xTitle?: string;
  /** Use a logarithmic axis, for values that differ by more than a factor of ten. All values must be positive. */
  readonly log?: boolean;
  /** Meaning of the point and the bar, shown as subtitle. */
  readonly meaning?: string;
  /** Alternative text (default: generated from the values). */
  readonly alt?: string;
}

/** Rows that cannot be drawn: none given, or a value is not a number, or not positive on a logarithmic axis. */
export class IntervalRowError extends Error {
  override readonly name = "IntervalRowError";
}

/**
 * Draws measured values with their spread, in the order given.
 *
 * @throws {IntervalRowError} if there are no rows, or one cannot be drawn
 * @example
 * ```ts ignore
 * intervalChart([
 *   { label: "one row by key", group: "pg", low: 0.18, mid: 0.19, high: 0.22 },
 *   { label: "one row by key", group: "postgres", low: 0.15, mid: 0.16, high: 0.19 },
 * ], { title: "One row", unit: "ms" });
 * ```
 */
export function intervalChart(rows: readonly IntervalRow[], options: IntervalOptions): Chart {
  checkRows(rows, options.log === true);
  const groups = unique(rows.map((row) => row.group ?? ""));
  const grouped = groups.length > 1 || groups[0] !== "";
  const beside = new Set(rows.map((row) => row.label)).size < rows.length;
  const values = rows.map((row) => ({
    ...row,
    group: row.group ?? "",
    lines: wrapText(row.label, labelLength).join("\n"),
    text: `${formatNumber(row.mid, 2)} ${options.unit}`,
    spread: `${formatNumber(row.low, 2)} to ${formatNumber(row.high, 2)} ${options.unit}`,
  }));

  const ticks = options.log ? logTicks(rows) : undefined;
  const scale = ticks ? { type: "log", domain: [ticks[0], ticks.at(-1)] } : { zero: true, nice: true };
  const axis = { grid: true, format: ticks ? ",~r" : ",~f", ...(ticks ? { values: ticks, tickCount: 100 } : {}) };
  const x = { type: "quantitative", scale, axis, title: options.xTitle ?? options.unit };
  const y = {
    field: "lines",
    type: "nominal",
    sort: unique(values.map((row) => row.lines)),
    title: null,
    axis: { grid: false, ticks: false, domain: false, labelPadding: 10, ...wrappedLabel },
  };
  const offset = grouped && beside ? { yOffset: { field: "group", type: "nominal", sort: groups } } : {};
  const tooltip = [
    { field: "label", title: "what" },
    ...(grouped ? [{ field: "group", title: "by" }] : []),
    { field: "text", title: "middle" },
    { field: "spread", title: "spread" },
  ];
  const legend = { title: null };
  const groupDomain = { domain: groups, range: groups.map((_, index) => groupColours[index % groupColours.length]) };
  const shapeDomain = { domain: groups, range: groups.map((_, index) => groupShapes[index % groupShapes.length]) };
  const colour = grouped
    ? { color: { field: "group", type: "nominal", scale: groupDomain, legend } }
    : { color: { value: colours.blue } };
  const shape = grouped ? { shape: { field: "group", type: "nominal", scale: shapeDomain, legend } } : {};
  const cap = { type: "tick", color: colours.grey, thickness: 2, height: 9, size: 9 };

  return chart({
    title: { text: options.title, subtitle: options.meaning ?? "point: median · bar: 25th to 75th percentile" },
    height: offset.yOffset
      ? { step: 24, for: "offset" }
      : { step: values.some((row) => row.lines !== row.label) ? 46 : 34 },
    data: { values },
    encoding: { y, ...offset, tooltip },
    layer: [
      {
        mark: { type: "rule", color: colours.grey, strokeWidth: 2 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      { mark: cap, encoding: { x: { ...x, field: "low" } } },
      { mark: cap, encoding: { x: { ...x, field: "high" } } },
      {
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: { x: { ...x, field: "mid" }, ...colour, ...shape },
      },
      {
        mark: { type: "text", align: "left", dx: 9 },
        encoding: { x: { ...x, field: "high" }, text: { field: "text" } },
      },
    ],
  }, options.alt ?? intervalAlt(rows, options));
}

/** Generates alternative text: the title and the middle values of at most eight rows. */
export function intervalAlt(rows: readonly IntervalRow[], options: IntervalOptions): string {
  const named = rows.slice(0, 8).map((row) =>
    `${row.label}${row.group ? ` (${row.group})` : ""} ${formatNumber(row.mid)} ${options.unit}`
  );
  const more = rows.length > named.length ? `, and ${rows.length - named.length} more` : "";
  return `${options.title}: ${named.join(", ")}${more}.`;
}

function checkRows(rows: readonly IntervalRow[], log: boolean): void {
  if (rows.length === 0) throw new IntervalRowError("No data to draw: intervalChart() got no rows.");
  for (const row of rows) {
    for (const name of ["low", "mid", "high"] as const) {
      const value: unknown = row[name];
      if (typeof value === "number" && Number.isFinite(value) && (!log || value > 0)) continue;
      const wanted = log ? "a number above 0 (the axis is logarithmic)" : "a number";
      throw new IntervalRowError(`The row "${row.label}" cannot be drawn: its ${name} is ${value}, not ${wanted}.`);
    }
  }
}

/** Returns ticks for a logarithmic axis: 1, 2, 5, 10, … or, for more than three decades, 1, 10, 100. */
export function logTicks(rows: readonly Pick<IntervalRow, "low" | "high">[]): number[] {
  const low = Math.min(...rows.map((row) => row.low));
  const high = Math.max(...rows.map((row) => row.high));
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  const all: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    for (const step of steps) all.push(Number(`${step}e${exponent}`));
  }
  const first = all.findLastIndex((tick) => tick <= low);
  const last = all.findIndex((tick) => tick >= high && tick > all[first]);
  return all.slice(Math.max(first, 0), (last === -1 ? all.length - 1 : last) + 1);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
