/**
 * Draws what an engine did over time: one lane for each connection, and who had to wait for one.
 *
 * @module
 */
import type { EngineEvent } from "../engine/events.ts";
import { type Chart, chart } from "./chart.ts";
import { formatNumber } from "./number.ts";
import { fitText } from "./text_width.ts";
import { colours } from "./theme.ts";
import {
  timelineAlt,
  type TimelineBar,
  type TimelineBarKind,
  type TimelineRows,
  timelineRows,
} from "./timeline_rows.ts";

/** How a {@linkcode timeline} looks. */
export interface TimelineOptions {
  /** The text above the picture. */
  readonly title?: string;
  /** The width of the plot in pixels. */
  readonly width?: number;
}

/** There was nothing to draw. */
export class NoEventsError extends Error {
  override readonly name = "NoEventsError";
  constructor() {
    super("There are no events to draw. Start the recording before the first query: const r = recordEvents(engine);");
  }
}

/** The bars from back to front: the name in the legend, the colour, the height in pixels. */
const barLooks: Readonly<Record<TimelineBarKind, { name: string; colour: string; height: number }>> = {
  connecting: { name: "connecting", colour: colours.purple, height: 9 },
  open: { name: "connection open", colour: colours.grey, height: 3 },
  held: { name: "connection held", colour: colours.sky, height: 26 },
  statement: { name: "statement", colour: colours.blue, height: 18 },
  failed: { name: "statement that failed", colour: colours.vermilion, height: 18 },
  waiting: { name: "waiting for a connection", colour: colours.orange, height: 18 },
};
const markLooks = {
  begin: { shape: "triangle-right", colour: colours.grey },
  commit: { shape: "circle", colour: colours.green },
  rollback: { shape: "cross", colour: colours.vermilion },
} as const;
const laneHeight = 48;
const sqlFontSize = 12;
/** In JupyterLab the browser draws the picture, in a font that may be wider than that of the PNG. */
const browserFont = 0.85;

/**
 * Draws events over time: a thin line while a connection is open, a light bar while somebody holds it, dark bars for
 * the statements, and dashed bars for those who wait until a connection is free.
 *
 * @param events as {@linkcode recordEvents} keeps them
 * @throws {NoEventsError} when there are none
 */
export function timeline(events: readonly EngineEvent[], options: TimelineOptions = {}): Chart {
  if (events.length === 0) throw new NoEventsError();
  return chart(timelineSpec(timelineRows(events), options), timelineAlt(timelineRows(events)));
}

/** The Vega-Lite spec of a timeline. */
export function timelineSpec(rows: TimelineRows, options: TimelineOptions = {}): Record<string, unknown> {
  const width = options.width ?? 560;
  const duration = Math.max(rows.duration, 0.001);
  const kinds = (Object.keys(barLooks) as TimelineBarKind[]).filter((kind) =>
    rows.bars.some((bar) => bar.kind === kind)
  );
  const x = {
    field: "start",
    type: "quantitative",
    title: "milliseconds since the first event",
    scale: { domain: [0, duration], nice: false },
    axis: { grid: true },
  };
  const y = {
    field: "lane",
    type: "nominal",
    title: null,
    scale: { domain: rows.lanes },
    axis: { grid: false, ticks: false, domain: false, labelPadding: 10 },
  };
  const colour = {
    field: "what",
    type: "nominal",
    scale: { domain: kinds.map((kind) => barLooks[kind].name), range: kinds.map((kind) => barLooks[kind].colour) },
    legend: { title: null, symbolType: "square", symbolStrokeWidth: 0 },
  };
  return {
    ...(options.title === undefined ? {} : { title: options.title }),
    width,
    height: { step: laneHeight },
    resolve: { legend: { shape: "independent", fill: "independent" } },
    encoding: { y },
    layer: [
      ...kinds.flatMap((kind) =>
        stacks(kind, rows.bars).map((bars) => barLayer(kind, bars, { x, colour, width, duration }))
      ),
      sqlLayer(rows.bars, { x, width, duration }),
      ...markLayers(rows, x),
    ],
  };
}

interface Scales {
  readonly x: Record<string, unknown>;
  readonly width: number;
  readonly duration: number;
}

/** The bars of a kind, those apart that stand at another height. */
function stacks(kind: TimelineBarKind, bars: readonly TimelineBar[]): TimelineBar[][] {
  const own = bars.filter((bar) => bar.kind === kind);
  return [...Map.groupBy(own, ({ stack }) => stack && `${stack.level} of ${stack.of}`).values()];
}

function barLayer(kind: TimelineBarKind, bars: readonly TimelineBar[], scales: Scales & { colour: unknown }): unknown {
  const { name, height: whole } = barLooks[kind];
  const { level, of } = bars[0].stack ?? { level: 0, of: 1 };
  const height = of === 1 ? whole : whole / of - 1;
  const shortest = scales.duration / scales.width * 2;
  const values = bars.map((bar) => ({
    what: name,
    lane: bar.lane,
    // a statement of 0.2 ms would be invisible in a second: two pixels at least, inside of the plot
    start: Math.min(bar.start, scales.duration - shortest),
    end: Math.max(bar.end, Math.min(bar.start, scales.duration - shortest) + shortest),
    from: `${formatNumber(bar.start)} ms`,
    took: `${formatNumber(bar.end - bar.start)} ms`,
    text: bar.text,
    ...(bar.rowCount === undefined ? {} : { rows: bar.rowCount }),
  }));
  const dashed = { fillOpacity: 0.3, stroke: barLooks[kind].colour, strokeDash: [4, 3], strokeWidth: 1.5 };
  return {
    data: { values },
    mark: {
      type: "bar",
      height,
      ...(of === 1 ? {} : { yOffset: ((level + 0.5) / of - 0.5) * whole }),
      opacity: kind === "held" ? 0.55 : 1,
      cornerRadius: 2,
      ...(kind === "waiting" || kind === "connecting" ? dashed : {}),
    },
    encoding: {
      x: scales.x,
      x2: { field: "end" },
      color: scales.colour,
      tooltip: [
        { field: "what", title: "what" },
        ...(kind === "connecting" ? [] : [{ field: "text", title: textTitles[kind] }]),
        { field: "from", title: "from" },
        { field: "took", title: "for" },
        ...(kind === "statement" ? [{ field: "rows", title: "rows" }] : []),
      ],
    },
  };
}

const textTitles: Readonly<Record<TimelineBarKind, string>> = {
  connecting: "",
  open: "end",
  held: "holder",
  statement: "SQL",
  failed: "SQL",
  waiting: "end",
};

/** The SQL inside of its bar, shortened to the room there is. */
function sqlLayer(bars: readonly TimelineBar[], { x, width, duration }: Scales): unknown {
  const values = bars.filter((bar) => (bar.kind === "statement" || bar.kind === "failed") && !bar.stack).flatMap(
    (bar) => {
      const text = fitText(bar.text, sqlFontSize, (bar.end - bar.start) / duration * width * browserFont - 8);
      return text === "" ? [] : [{ lane: bar.lane, start: bar.start, text }];
    },
  );
  return {
    data: { values },
    mark: { type: "text", align: "left", dx: 4, dy: 1, color: "white", fontSize: sqlFontSize, tooltip: null },
    encoding: { x, text: { field: "text" } },
  };
}

/** One layer for each kind: a begin stands above its lane and an end below, so that neither hides the other. */
function markLayers(rows: TimelineRows, x: Record<string, unknown>): unknown[] {
  const kinds = (Object.keys(markLooks) as (keyof typeof markLooks)[])
    .filter((kind) => rows.marks.some((mark) => mark.kind === kind));
  return kinds.map((kind, index) => {
    const scaled = (range: readonly string[]) => ({
      field: "what",
      type: "nominal",
      scale: { domain: kinds, range },
      // the first layer's legend explains them all
      legend: index === 0 ? { title: null } : null,
    });
    const values = rows.marks.filter((mark) => mark.kind === kind)
      .map(({ lane, at }) => ({ what: kind, lane, at, when: `${formatNumber(at)} ms` }));
    const yOffset = (laneHeight / 2 - 5) * (kind === "begin" ? -1 : 1);
    return {
      data: { values },
      mark: { type: "point", filled: true, size: 70, opacity: 1, yOffset },
      encoding: {
        x: { ...x, field: "at" },
        shape: scaled(kinds.map((each) => markLooks[each].shape)),
        fill: scaled(kinds.map((each) => markLooks[each].colour)),
        tooltip: [{ field: "what", title: "what" }, { field: "when", title: "at" }],
      },
    };
  });
}
