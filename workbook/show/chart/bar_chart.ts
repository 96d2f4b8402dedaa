/**
 * Charts of counts: a bar for each, its figure beside it.
 *
 * @module
 */
import { type Chart, chart } from "./chart.ts";
import { formatNumber } from "../number.ts";
import { colours, groupColours } from "../theme.ts";

/** A bar. */
export interface BarRow {
  readonly label: string;
  /** Group, shown by colour and by its place below the label. */
  readonly group?: string;
  readonly value: number;
}

/** Options of {@linkcode barChart}. */
export interface BarOptions {
  readonly title: string;
  /** Title of the axis. */
  readonly x?: string;
  /** One sentence that says what the picture shows. */
  readonly alt: string;
}

/**
 * Draws bars in the order given, those with one label below each other.
 *
 * @throws {MissingAltTextError} if the sentence is empty.
 * @example
 * ```ts ignore
 * barChart([
 *   { label: "in a loop", group: "statements", value: 7 },
 *   { label: "in a loop", group: "rows", value: 18 },
 * ], { title: "Six users with two toys each", alt: "The loop sends 7 statements and reads 18 rows." });
 * ```
 */
export function barChart(rows: readonly BarRow[], { title, x, alt }: BarOptions): Chart {
  const unique = (values: readonly string[]) => [...new Set(values)];
  const labels = unique(rows.map(({ label }) => label));
  const groups = unique(rows.map(({ group = "" }) => group));
  const grouped = groups.length > 1;
  const nominal = { field: "group", type: "nominal", title: null };
  const scale = { domain: groups, range: groups.map((_, index) => groupColours[index % groupColours.length]) };
  return chart({
    title,
    width: 420,
    height: { step: grouped ? 20 : 28, ...(grouped ? { for: "offset" } : {}) },
    data: { values: rows.map((row) => ({ group: "", ...row, text: figure(row.value) })) },
    encoding: {
      y: { field: "label", type: "nominal", title: null, sort: labels },
      x: { field: "value", type: "quantitative", title: x ?? null },
      ...(grouped ? { yOffset: { ...nominal, sort: groups } } : {}),
    },
    layer: [
      {
        mark: { type: "bar", height: 13 },
        encoding: { color: grouped ? { ...nominal, scale } : { value: colours.blue } },
      },
      { mark: { type: "text", align: "left", dx: 6 }, encoding: { text: { field: "text" } } },
    ],
  }, alt);
}

function figure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : formatNumber(value);
}
