/**
 * Converts the bars and marks of a timeline to lanes.
 *
 * @module
 */
import type { Lane, LaneGroup, LanesData, LaneSegment, SegmentKind } from "../lanes/lanes_data.ts";
import { formatNumber } from "../number.ts";
import type { TimelineBar, TimelineBarKind, TimelineRows } from "./timeline_rows.ts";

const segmentKinds: Readonly<Record<TimelineBarKind, SegmentKind>> = {
  connecting: "connects",
  open: "idle",
  held: "holds",
  statement: "runs",
  answer: "receives",
  failed: "failed",
  waiting: "waits",
};

const words = {
  runs: "statement",
  receives: "result",
  holds: "connection held",
  waits: "waiting for a connection",
  idle: "connection open",
  failed: "failed statement",
} as const;

const legend = {
  runs: "statement in transit or on the server",
  receives: "result being received and decoded",
} as const;

/** Converts a timeline to lanes, one for each place in the queue and each connection. */
export function timelineLanes(rows: TimelineRows, title?: string): LanesData {
  return {
    ...(title === undefined ? {} : { title }),
    axisTitle: "milliseconds since the first event; numbers: round trips of a connection",
    words,
    legend,
    lanes: rows.lanes.map((name) => laneOf(name, rows)),
  };
}

function laneOf(name: string, { bars, marks }: TimelineRows): Lane {
  const own = bars.filter(({ lane }) => lane === name);
  const answers = answersOf(own);
  return {
    name,
    segments: own.map((bar): LaneSegment => ({
      kind: segmentKinds[bar.kind],
      from: bar.start,
      to: bar.kind === "statement" ? answers.get(statementKey(bar))?.start ?? bar.end : bar.end,
      ...(bar.row === undefined ? {} : { row: bar.row }),
      ...(labelOf(bar) === "" ? {} : { label: labelOf(bar) }),
    })),
    groups: tripsOf(own.filter(isStatement)),
    events: marks.filter(({ lane }) => lane === name).map(({ kind, at }) => ({ kind, at })),
  };
}

/** Returns the round trips of a connection. */
function tripsOf(statements: readonly TimelineBar[]): LaneGroup[] {
  return [...Map.groupBy(statements, ({ trip }) => trip!)].map(([number, own]) => ({
    number,
    from: Math.min(...own.map(({ start }) => start)),
    to: Math.max(...own.map(({ end }) => end)),
    rows: 1 + Math.max(...own.map(({ row = 0 }) => row)),
  }));
}

function labelOf(bar: TimelineBar): string {
  if (bar.kind === "answer") return ""; // the statement says it
  return bar.kind === "waiting" ? waitLabel(bar) : bar.text;
}

/** Describes a wait: "52 ms, then got connection 1". */
export function waitLabel({ start, end, text }: TimelineBar): string {
  return `${formatNumber(end - start)} ms, ${text}`;
}

/** Returns the answers by the {@linkcode statementKey} of their statements. */
export function answersOf(bars: readonly TimelineBar[]): Map<string, TimelineBar> {
  return new Map(bars.filter(({ kind }) => kind === "answer").map((bar) => [statementKey(bar), bar]));
}

/** Identifies a statement, and the bar of its answer. */
export function statementKey({ lane, row, end }: TimelineBar): string {
  return `${lane} ${row} ${end}`;
}

export function isStatement({ kind }: TimelineBar): boolean {
  return kind === "statement" || kind === "failed";
}
