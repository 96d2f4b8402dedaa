/**
 * Charts of ratios to a reference: bars on a logarithmic axis starting at 1, with confidence intervals.
 *
 * @module
 */
import { type Chart, chart } from "./chart.ts";
import { logTicks } from "./interval_chart.ts";
import { formatNumber } from "../number.ts";
import { colours, groupColours, groupShapes } from "../theme.ts";

/** A ratio with its confidence interval. */
export interface RatioRow {
  readonly label: string;
  /** Group, shown by colour and by the shape at the end of the bar. */
  readonly group: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Options of {@linkcode ratioChart}. */
export interface RatioOptions {
  readonly title: string;
  /** The reference of all ratios: the line at 1. */
  readonly reference: string;
}

/** Ratios that cannot be drawn: none given, or a number is not positive. */
export class RatioRowError extends Error {
  override readonly name = "RatioRowError";
}

/**
 * Draws ratios, group by group in the order given, the smallest of each first: bars left of the line took less than the
 * reference, bars right of it more. A single group needs no legend.
 *
 * @throws {RatioRowError} if there are no rows, or one cannot be drawn
 * @example
 * ```ts ignore
 * ratioChart([{ label: "session on pg", group: "ours", ratio: 0.84, low: 0.8, high: 0.9 }], {
 *   title: "One row by key",
 *   reference: "pg, named",
 * });
 * ```
 */
export function ratioChart(rows: readonly RatioRow[], { title, reference }: RatioOptions): Chart {
  if (rows.length === 0) throw new RatioRowError("No data to draw: ratioChart() got no rows.");
  for (const { label, ratio, low, high } of rows) {
    if ([ratio, low, high].every((value) => Number.isFinite(value) && value > 0)) continue;
    throw new RatioRowError(`The row "${label}" cannot be drawn: ${low}, ${ratio} and ${high} are not all above 0.`);
  }
  const groups = [...new Set(rows.map(({ group }) => group))];
  const sorted = rows.toSorted((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group) || a.ratio - b.ratio);
  const ticks = logTicks([...rows, { low: 0.5, high: 2 }]); // keep the line at 1 off the edge
  const values = sorted.map((row) => ({
    ...row,
    // groups may share a label
    row: `${row.group}\n${row.label}`,
    one: 1,
    end: Math.max(row.high, 1), // place the figure beside the bar, never on it
    text: `${formatNumber(row.ratio, 2)}×`,
    interval: `${formatNumber(row.low, 2)} to ${formatNumber(row.high, 2)}`,
  }));
  const x = {
    type: "quantitative",
    scale: { type: "log", domain: [ticks[0], ticks.at(-1)], nice: false },
    axis: { grid: true, values: ticks, tickCount: 100, format: ",~r" },
    title: `time relative to “${reference}” (left of the line: faster, right: slower)`,
  };
  const legend = groups.length > 1 ? { title: null } : null;
  const colour = {
    field: "group",
    type: "nominal",
    scale: { domain: groups, range: groups.map((_, index) => groupColours[index % groupColours.length]) },
    legend,
  };
  const shape = {
    ...colour,
    scale: { domain: groups, range: groups.map((_, index) => groupShapes[index % groupShapes.length]) },
  };
  const tooltip = [{ field: "label", title: "who" }, { field: "text", title: "ratio" }, {
    field: "interval",
    title: "95% interval",
  }];
  const y = {
    field: "row",
    type: "nominal",
    sort: values.map(({ row }) => row),
    title: null,
    axis: { grid: false, ticks: false, domain: false, labelPadding: 10, labelExpr: "split(datum.value, '\\n')[1]" },
  };
  const horizontal = (x1: object, more: object = {}) => ({ x: { ...x, ...x1 }, y, ...more });
  const cap = { type: "tick", color: colours.grey, thickness: 2, height: 9, size: 9 };
  return chart({
    title: {
      text: title,
      subtitle: `bar: median of the rounds' ratios · grey: its 95% interval · dashed: ${reference}`,
    },
    height: { step: 30 },
    data: { values },
    encoding: { tooltip },
    layer: [
      {
        mark: { type: "bar", height: 14, opacity: 0.4 },
        encoding: horizontal({ field: "one" }, { x2: { field: "ratio" }, color: colour }),
      },
      {
        mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.5, color: colours.grey },
        encoding: { x: { datum: 1 } },
      },
      {
        mark: { type: "rule", color: colours.grey, strokeWidth: 2 },
        encoding: horizontal({ field: "low" }, { x2: { field: "high" } }),
      },
      { mark: cap, encoding: horizontal({ field: "low" }) },
      { mark: cap, encoding: horizontal({ field: "high" }) },
      {
        mark: { type: "point", filled: true, size: 80, opacity: 1 },
        encoding: horizontal({ field: "ratio" }, { color: colour, shape }),
      },
      {
        mark: { type: "text", align: "left", dx: 9 },
        encoding: horizontal({ field: "end" }, { text: { field: "text" } }),
      },
    ],
  }, ratioAlt(sorted, title, reference));
}

/** Generates alternative text with the first eight ratios. */
function ratioAlt(rows: readonly RatioRow[], title: string, reference: string): string {
  const isShared = (label: string) => rows.filter((row) => row.label === label).length > 1;
  const named = rows.slice(0, 8).map(({ label, group, ratio }) =>
    `${label}${isShared(label) ? ` (${group})` : ""}: ${formatNumber(ratio, 2)}`
  );
  const more = rows.length > named.length ? `; and ${rows.length - named.length} more` : "";
  return `${title}: time relative to “${reference}”. ${named.join("; ")}${more}.`;
}
