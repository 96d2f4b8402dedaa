/**
 * Draws an engine's activity over time: one lane per connection, and waits for connections.
 *
 * The picture shows the engine's events. A statement is in transit or on the server between sending and result, which
 * the client cannot tell apart; if a driver reports the first byte of the result, the time in which the result is
 * received and decoded is drawn separately.
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { Chart } from "../chart/chart.ts";
import { formatNumber } from "../number.ts";
import { type EventSource, recordEvents } from "../record_events.ts";
import { type Table, table } from "../table.ts";
import { fitText, textWidth } from "../text_width.ts";
import { colours, phaseColours } from "../theme.ts";
import { type DrawnTimelineLane, type DrawnTrip, edgesOf, timelineLanes, tripsOf } from "./timeline_layout.ts";
import {
  timelineAlt,
  type TimelineBar,
  type TimelineBarKind,
  type TimelineRows,
  timelineRows,
} from "./timeline_rows.ts";

/** Options of {@linkcode timeline}. */
export interface TimelineOptions {
  /** Title of the picture. */
  readonly title?: string;
  /** Width of the plot, in pixels. */
  readonly width?: number;
}

/** There are no events to draw. */
export class NoEventsError extends Error {
  override readonly name = "NoEventsError";
  constructor() {
    super("No events to draw. Start the recording before the first query: const r = recordEvents(engine);");
  }
}

/** The result of {@linkcode timeline}: a picture, its data, and its statements as a table. */
export class Timeline extends Chart {
  readonly rows: TimelineRows;

  constructor(rows: TimelineRows, options: TimelineOptions = {}) {
    super(timelineSpec(rows, options), timelineAlt(rows));
    this.rows = rows;
  }

  /** The statements, each with its connection and round trip. */
  get table(): Table {
    const { bars } = this.rows;
    const answers = new Map(bars.filter(({ kind }) => kind === "answer").map((bar) => [keyOf(bar), bar]));
    return table(
      bars.filter(isStatement).map((bar) => {
        const answer = answers.get(keyOf(bar));
        return {
          connection: Number(bar.lane.replace("connection ", "")),
          "round trip": bar.trip!,
          SQL: bar.text,
          "sent at, ms": bar.start,
          "answered after, ms": bar.end - bar.start,
          "of which answer, ms": answer === undefined ? "" : formatNumber(answer.end - answer.start),
        };
      }),
    );
  }
}

/** Bars from back to front: legend name, colour, height in pixels. */
const barLooks: Readonly<Record<TimelineBarKind, { name: string; colour: string; height: number }>> = {
  connecting: { name: "connecting", colour: phaseColours.connecting, height: 9 },
  open: { name: "connection open", colour: phaseColours.open, height: 3 },
  held: { name: "connection held", colour: phaseColours.held, height: 26 },
  statement: { name: "statement: on its way, at the server", colour: phaseColours.statement, height: 18 },
  answer: { name: "its answer arrives, is decoded", colour: phaseColours.answer, height: 18 },
  failed: { name: "statement that failed", colour: phaseColours.failed, height: 18 },
  waiting: { name: "waiting for a connection", colour: phaseColours.waiting, height: 18 },
};
const markLooks = {
  begin: { shape: "triangle-right", colour: phaseColours.open },
  commit: { shape: "circle", colour: phaseColours.commit },
  rollback: { shape: "cross", colour: phaseColours.failed },
} as const;
const sqlFontSize = 12;
/** Scale factor: in JupyterLab the browser may use a wider font than the PNG. */
const browserFont = 0.85;

/**
 * Draws events over time: a thin line while a connection is open, a light bar while it is checked out, dark bars for
 * statements, and dashed bars for tasks waiting for a connection. Numbers count the round trips of a connection;
 * statements in flight together are stacked in a frame.
 *
 * ```ts ignore
 * await show(timeline(recording.events));
 * await show(await timeline(engine, () => loadUsers())); // records while the work runs
 * ```
 *
 * @param events as recorded by {@linkcode recordEvents}
 * @throws {NoEventsError} if there are none
 */
export function timeline(events: readonly EngineEvent[], options?: TimelineOptions): Timeline;
/**
 * Draws an engine's activity while some work runs; listens to events only during the work.
 * @throws {NoEventsError} if the work did not use the engine
 * @throws any error of the work
 */
export function timeline(engine: EventSource, work: () => unknown, options?: TimelineOptions): Promise<Timeline>;
export function timeline(
  source: readonly EngineEvent[] | EventSource,
  workOrOptions?: TimelineOptions | (() => unknown),
  options?: TimelineOptions,
): Timeline | Promise<Timeline> {
  if ("events" in source) return recorded(source, workOrOptions as () => unknown, options);
  if (source.length === 0) throw new NoEventsError();
  return new Timeline(timelineRows(source), workOrOptions as TimelineOptions | undefined);
}

async function recorded(engine: EventSource, work: () => unknown, options?: TimelineOptions): Promise<Timeline> {
  using recording = recordEvents(engine);
  await work();
  return timeline(recording.events, options);
}

/** Returns the Vega-Lite spec of a timeline. */
export function timelineSpec(rows: TimelineRows, options: TimelineOptions = {}): Record<string, unknown> {
  const width = options.width ?? 560;
  const duration = Math.max(rows.duration, 0.001);
  const kinds = (Object.keys(barLooks) as TimelineBarKind[]).filter((kind) =>
    rows.bars.some((bar) => bar.kind === kind)
  );
  const lanes = timelineLanes(rows);
  const trips = tripsOf(rows, lanes);
  const height = lanes.reduce((sum, lane) => sum + lane.height, 0);
  const x = {
    field: "start",
    type: "quantitative",
    title: "milliseconds since the first event; numbers: round trips of a connection",
    scale: { domain: [0, duration], nice: false },
    axis: { grid: true },
  };
  const middles = lanes.map((lane) => lane.top + lane.height / 2);
  const y = {
    field: "top",
    type: "quantitative",
    title: null,
    scale: { domain: [0, height], reverse: true, nice: false },
    axis: {
      grid: false,
      ticks: false,
      domain: false,
      labelPadding: 10,
      values: middles,
      labelExpr: `${JSON.stringify(lanes.map(({ name }) => name))}[indexof(${JSON.stringify(middles)}, datum.value)]`,
    },
  };
  const colour = {
    field: "what",
    type: "nominal",
    scale: { domain: kinds.map((kind) => barLooks[kind].name), range: kinds.map((kind) => barLooks[kind].colour) },
    legend: { title: null, symbolType: "square", symbolStrokeWidth: 0, columns: 2 },
  };
  const drawn: Drawn = { rows, lanes, trips, x, y, colour, width, duration };
  return {
    ...(options.title === undefined ? {} : { title: options.title }),
    width,
    height,
    resolve: { legend: { shape: "independent", fill: "independent" } },
    layer: [
      ...kinds.map((kind) => barLayer(kind, drawn)),
      sqlLayer(drawn),
      ...tripLayers(drawn),
      ...markLayers(drawn),
    ],
  };
}

interface Drawn {
  readonly rows: TimelineRows;
  readonly lanes: readonly DrawnTimelineLane[];
  readonly trips: readonly DrawnTrip[];
  readonly x: Record<string, unknown>;
  readonly y: Record<string, unknown>;
  readonly colour: unknown;
  readonly width: number;
  readonly duration: number;
}

function isStatement({ kind }: TimelineBar): boolean {
  return kind === "statement" || kind === "failed";
}

function keyOf({ lane, row, end }: TimelineBar): string {
  return `${lane} ${row} ${end}`;
}

function barLayer(kind: TimelineBarKind, { rows, lanes, x, y, colour, width, duration }: Drawn): unknown {
  const { name, height } = barLooks[kind];
  const shortest = duration / width * 2;
  const values = rows.bars.filter((bar) => bar.kind === kind).map((bar) => ({
    what: name,
    ...edgesOf(bar, lanes.find(({ name }) => name === bar.lane)!, height),
    // otherwise a statement of 0.2 ms would be invisible on a scale of seconds: draw at least two pixels, inside the
    // plot
    start: Math.min(bar.start, duration - shortest),
    end: Math.max(bar.end, Math.min(bar.start, duration - shortest) + shortest),
    from: `${formatNumber(bar.start)} ms`,
    took: `${formatNumber(bar.end - bar.start)} ms`,
    text: bar.text,
    ...(bar.trip === undefined ? {} : { trip: bar.trip }),
    ...(bar.rowCount === undefined ? {} : { rows: bar.rowCount }),
  }));
  const dashed = { fillOpacity: 0.3, stroke: barLooks[kind].colour, strokeDash: [4, 3], strokeWidth: 1.5 };
  return {
    data: { values },
    mark: {
      type: "rect",
      cornerRadius: 2,
      ...(kind === "waiting" || kind === "connecting" ? dashed : {}),
    },
    encoding: {
      x,
      x2: { field: "end" },
      y,
      y2: { field: "bottom" },
      color: colour,
      tooltip: [
        { field: "what", title: "what" },
        ...(kind === "connecting" ? [] : [{ field: "text", title: textTitles[kind] }]),
        { field: "from", title: "from" },
        { field: "took", title: "for" },
        ...(textTitles[kind] === "SQL" ? [{ field: "trip", title: "round trip" }] : []),
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
  answer: "SQL",
  failed: "SQL",
  waiting: "end",
};

/** Draws the SQL inside its bar, shortened to fit. */
function sqlLayer({ rows: { bars }, lanes, x, y, width, duration }: Drawn): unknown {
  const answers = new Map(bars.filter(({ kind }) => kind === "answer").map((bar) => [keyOf(bar), bar]));
  const values = bars.filter(isStatement).flatMap((bar) => {
    const end = answers.get(keyOf(bar))?.start ?? bar.end;
    const text = fitText(bar.text, sqlFontSize, (end - bar.start) / duration * width * browserFont - 8);
    const { top, bottom } = edgesOf(bar, lanes.find(({ name }) => name === bar.lane)!, 0);
    return text === "" ? [] : [{ top: (top + bottom) / 2, start: bar.start, text }];
  });
  return {
    data: { values },
    mark: { type: "text", align: "left", dx: 4, dy: 1, color: "white", fontSize: sqlFontSize, tooltip: null },
    encoding: { x, y, text: { field: "text" } },
  };
}

/** Draws a frame around statements in flight together, and the number of each round trip above it if it fits. */
function tripLayers({ rows: { marks }, trips, lanes, x, y, width, duration }: Drawn): unknown[] {
  const free = new Map<string, number>();
  const pixels = (milliseconds: number) => milliseconds / duration * width;
  const numbered = trips.toSorted((a, b) => a.start - b.start).filter(({ lane, number, start }) => {
    const left = pixels(start);
    const right = left + 14 + textWidth(String(number), sqlFontSize);
    const begins = marks.filter((mark) => mark.kind === "begin" && mark.lane === lane).map(({ at }) => pixels(at));
    if (left < (free.get(lane) ?? 0) || right > width || begins.some((x) => x > left + 2 && x < right + 4)) {
      return false;
    }
    free.set(lane, right);
    return true;
  });
  const topOf = (name: string) => lanes.find((lane) => lane.name === name)!.top;
  return [
    {
      data: {
        values: trips.filter(({ statements }) => statements > 1).map((trip) => ({
          ...trip,
          top: trip.top - 2,
          bottom: trip.bottom + 2,
        })),
      },
      mark: {
        type: "rect",
        filled: false,
        stroke: phaseColours.open,
        strokeWidth: 1.5,
        cornerRadius: 3,
        tooltip: null,
      },
      encoding: { x, x2: { field: "end" }, y, y2: { field: "bottom" } },
    },
    {
      data: { values: numbered.map(({ lane, number, start }) => ({ start, top: topOf(lane) + 6, number })) },
      mark: {
        type: "text",
        align: "left",
        dx: 8,
        fontSize: sqlFontSize,
        fontWeight: "bold",
        color: colours.grey,
        tooltip: null,
      },
      encoding: { x, y, text: { field: "number" } },
    },
  ];
}

/** Creates one layer per kind: a begin is drawn above its lane and an end below, so that neither hides the other. */
function markLayers({ rows, lanes, x, y }: Drawn): unknown[] {
  const kinds = (Object.keys(markLooks) as (keyof typeof markLooks)[])
    .filter((kind) => rows.marks.some((mark) => mark.kind === kind));
  return kinds.map((kind, index) => {
    const scaled = (range: readonly string[]) => ({
      field: "what",
      type: "nominal",
      scale: { domain: kinds, range },
      // the legend of the first layer covers all of them
      legend: index === 0 ? { title: null } : null,
    });
    const values = rows.marks.filter((mark) => mark.kind === kind).map(({ lane: name, at }) => {
      const { top, height } = lanes.find((lane) => lane.name === name)!;
      return { what: kind, top: kind === "begin" ? top + 5 : top + height - 5, at, when: `${formatNumber(at)} ms` };
    });
    return {
      data: { values },
      mark: { type: "point", filled: true, size: 70, opacity: 1 },
      encoding: {
        x: { ...x, field: "at" },
        y,
        shape: scaled(kinds.map((each) => markLooks[each].shape)),
        fill: scaled(kinds.map((each) => markLooks[each].colour)),
        tooltip: [{ field: "what", title: "what" }, { field: "when", title: "at" }],
      },
    };
  });
}
