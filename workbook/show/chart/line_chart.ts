/**
 * Charts of measured values against a number: a line for each group, in one or several panels.
 *
 * @module
 */
import { type Chart, chart } from "./chart.ts";
import { logTicks } from "./interval_chart.ts";
import { groupColours, groupDashes, groupShapes } from "../theme.ts";

/** A point of a line. */
export interface LinePoint {
  /** The line it belongs to. */
  readonly group: string;
  readonly x: number;
  readonly y: number;
  /** Spread of the value, drawn as a bar. */
  readonly low?: number;
  readonly high?: number;
  /** Panel beside others (default: one panel). */
  readonly column?: string;
  /** Panel below others. */
  readonly row?: string;
  /** Encircle the point. */
  readonly isMarked?: boolean;
}

/** An axis. */
export interface LineAxis {
  readonly title: string;
  /** Use a logarithmic axis; all values must be positive. */
  readonly log?: boolean;
  /** Values with a label (default: chosen by the chart). */
  readonly ticks?: readonly number[];
  /** Format of the labels, as of d3 (default: `,~r`). */
  readonly format?: string;
}

/** Options of {@linkcode lineChart}. */
export interface LineOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: LineAxis;
  readonly y: LineAxis;
  /** Groups in the order of their colours (default: that of the points). */
  readonly groups?: readonly string[];
  /** One sentence that says what the picture shows. */
  readonly alt: string;
  /** Size of a panel in pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** Lines that cannot be drawn. */
export class LinePointError extends Error {
  override readonly name = "LinePointError";
}

/**
 * Draws lines; panels, and groups unless they are given, appear in the order of the points.
 *
 * @throws {LinePointError} if there are no points, or one has no place on its axis.
 * @throws {MissingAltTextError} if the sentence is empty.
 * @example
 * ```ts ignore
 * lineChart([
 *   { group: "offset", x: 1, y: 20 },
 *   { group: "offset", x: 1000, y: 20_000 },
 *   { group: "keyset", x: 1, y: 20 },
 *   { group: "keyset", x: 1000, y: 20 },
 * ], {
 *   title: "Rows read",
 *   x: { title: "page", log: true },
 *   y: { title: "rows", log: true },
 *   alt: "Rows read against the number of the page: with offset they grow, with keyset they stay 20.",
 * });
 * ```
 */
export function lineChart(points: readonly LinePoint[], options: LineOptions): Chart {
  check(points, options);
  const groups = options.groups ?? [...new Set(points.map(({ group }) => group))];
  const nominal = { field: "group", type: "nominal", title: null };
  const scaled = (range: readonly unknown[]) => ({
    ...nominal,
    scale: { domain: groups, range: groups.map((_, index) => range[index % range.length]) },
  });
  const legend = { title: null, columns: 4 };
  const x = encoding("x", options.x);
  const values = points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
  const ends = logTicks([{ low: Math.min(...values), high: Math.max(...values) }]);
  const domain = options.y.log ? { domain: [ends[0], ends.at(-1)] } : {};
  const y = (field: string) => encoding(field, options.y, domain);
  const hasSpread = points.some(({ low, high }) => low !== undefined && high !== undefined);
  // One legend: that of the points. A line is a layer of its own without scales: layers that share a scale share its legend,
  // and JupyterLab's version of Vega-Lite does not merge that with the legend of shapes.
  const lines = groups.flatMap((group, index) => {
    const transform = [{ filter: { field: "group", equal: group } }];
    const color = groupColours[index % groupColours.length];
    const strokeDash = groupDashes[index % groupDashes.length];
    return [
      { transform, mark: { type: "line", color, strokeDash, strokeWidth: 2 }, encoding: { x, y: y("y") } },
      ...(hasSpread
        ? [{ transform, mark: { type: "rule", color }, encoding: { x, y: y("low"), y2: { field: "high" } } }]
        : []),
    ];
  });
  const layer: object[] = [...lines, {
    mark: { type: "point", filled: true, size: 65, opacity: 1 },
    encoding: {
      x,
      y: y("y"),
      color: { ...scaled(groupColours), legend },
      shape: { ...scaled(groupShapes), legend },
      tooltip: [{ field: "group" }, { field: "x", title: options.x.title }, { field: "y", title: options.y.title }],
    },
  }];
  if (points.some(({ isMarked }) => isMarked)) {
    layer.push({
      transform: [{ filter: "datum.isMarked" }],
      mark: { type: "point", shape: "circle", size: 220, filled: false, strokeWidth: 2 },
      encoding: { x, y: y("y"), color: { value: "black" } },
    });
  }
  const { width, height = 220 } = options;
  const panels = panelsOf(points);
  const title = options.subtitle === undefined ? options.title : { text: options.title, subtitle: options.subtitle };
  const data = { values: points };
  return chart(
    panels === undefined
      ? { title, data, height, layer, ...(width === undefined ? {} : { width }) }
      : { title, data, facet: panels, width: undefined, spec: { width: width ?? 200, height, layer } },
    options.alt,
  );
}

function encoding(field: string, { title, log = false, ticks, format = ",~r" }: LineAxis, domain = {}): object {
  const axis = { format, ...(ticks ? { values: ticks } : {}) };
  const scale = log ? { type: "log", nice: false, ...domain } : { zero: true };
  return { field, type: "quantitative", title, axis, scale };
}

function panelsOf(points: readonly LinePoint[]): object | undefined {
  const panel = (field: "column" | "row") => {
    const sort = [...new Set(points.map((point) => point[field]))];
    const header = { labelFontSize: 13, ...(field === "row" ? { labelAngle: 0 } : {}) };
    return sort[0] === undefined ? {} : { [field]: { field, type: "nominal", title: null, sort, header } };
  };
  const panels = { ...panel("column"), ...panel("row") };
  return Object.keys(panels).length > 0 ? panels : undefined;
}

function check(points: readonly LinePoint[], options: LineOptions): void {
  if (points.length === 0) throw new LinePointError("No data to draw: lineChart() got no points.");
  for (const point of points) {
    for (const name of ["x", "y"] as const) {
      const [value, log] = [point[name] as unknown, options[name].log === true];
      if (typeof value === "number" && Number.isFinite(value) && (!log || value > 0)) continue;
      const wanted = log ? "a number above 0 (the axis is logarithmic)" : "a number";
      throw new LinePointError(`A point of "${point.group}" cannot be drawn: its ${name} is ${value}, not ${wanted}.`);
    }
  }
}
