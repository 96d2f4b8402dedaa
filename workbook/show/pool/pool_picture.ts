/**
 * Draws the life of a pool: each connection, who held it and for how long, who waited; and what was never given back.
 *
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";
import {
  type Lane,
  type LaneEvent,
  lanesAlt,
  type LanesData,
  type LaneSegment,
  lanesText,
} from "../lanes/lanes_data.ts";
import { type LanesLayout, lanesLayout } from "../lanes/lanes_layout.ts";
import { drawLanes } from "../lanes/lanes_svg.ts";
import { formatNumber } from "../number.ts";
import { Picture } from "../picture.ts";
import { type EventSource, recordEvents } from "../record_events.ts";
import { type Table, table } from "../table.ts";
import { NoEventsError } from "../timeline/timeline.ts";
import { type TimelineBar, timelineRows } from "../timeline/timeline_rows.ts";

/** How a {@linkcode poolPicture} looks. */
export interface PoolPictureOptions {
  /** The text above the picture. */
  readonly title?: string;
  /** The width of the time axis in pixels. */
  readonly width?: number;
}

/** A stretch of time in which somebody had a connection; milliseconds since the first event. */
export interface PoolHold {
  readonly connection: number;
  /** The place in the program that took it, as far as the recording knows. */
  readonly holder: string;
  readonly from: number;
  readonly to: number;
  /** False: it had not come back when the recording ended. */
  readonly returned: boolean;
}

/** What {@linkcode poolPicture} returns: a picture, and the holds behind it. */
export class PoolPicture extends Picture<LanesLayout> {
  readonly holds: readonly PoolHold[];

  constructor(bars: readonly TimelineBar[], data: LanesData, width?: number) {
    const layout = lanesLayout(data, width);
    const alt = lanesAlt(data);
    super({ layout, alt, text: lanesText(data), ...drawLanes(layout, alt, data) });
    this.holds = bars.filter(({ kind }) => kind === "held").map((bar) => ({
      connection: numberOf(bar.lane),
      holder: bar.text || "unknown",
      from: bar.start,
      to: bar.end,
      returned: bar.open !== true,
    }));
  }

  /** What was taken and had not come back when the recording ended. */
  get leaks(): readonly PoolHold[] {
    return this.holds.filter(({ returned }) => !returned);
  }

  /** Who held which connection for how long. */
  get table(): Table {
    return table(this.holds.map(({ connection, holder, from, to, returned }) => ({
      connection,
      holder,
      "from, ms": from,
      "for, ms": to - from,
      returned: returned ? "yes" : "NOT GIVEN BACK",
    })));
  }
}

/**
 * Draws a pool from its engine's events: a lane for each connection, in it a bar for each time that somebody had it,
 * with the place in the program; above them a lane for each place in the queue. A connection that had not come back
 * when the recording ended has a bar of its own kind.
 *
 * ```ts ignore
 * await show(poolPicture(recording.events));
 * await show(await poolPicture(engine, () => Promise.all(users.map(loadUser))));
 * ```
 *
 * @param events as {@linkcode recordEvents} keeps them
 * @throws {NoEventsError} when there are none
 */
export function poolPicture(events: readonly EngineEvent[], options?: PoolPictureOptions): PoolPicture;
/** Draws what a pool does while some work runs. Outside of the work nothing is listened to. @throws {NoEventsError} */
export function poolPicture(
  engine: EventSource,
  work: () => unknown,
  options?: PoolPictureOptions,
): Promise<PoolPicture>;
export function poolPicture(
  source: readonly EngineEvent[] | EventSource,
  workOrOptions?: PoolPictureOptions | (() => unknown),
  options?: PoolPictureOptions,
): PoolPicture | Promise<PoolPicture> {
  if ("events" in source) return recorded(source, workOrOptions as () => unknown, options);
  if (source.length === 0) throw new NoEventsError();
  const { title, width } = (workOrOptions ?? {}) as PoolPictureOptions;
  const rows = timelineRows(source);
  const data = { title, words, lanes: rows.lanes.map((name) => laneOf(name, rows.bars)) };
  return new PoolPicture(rows.bars, data, width);
}

async function recorded(engine: EventSource, work: () => unknown, options?: PoolPictureOptions): Promise<PoolPicture> {
  using recording = recordEvents(engine);
  await work();
  return poolPicture(recording.events, options);
}

const words = {
  holds: "held",
  waits: "waits for a connection",
  idle: "open and free",
  failed: "still out at the end",
} as const;

function laneOf(name: string, bars: readonly TimelineBar[]): Lane {
  const own = bars.filter(({ lane }) => lane === name);
  const segments = own.flatMap((bar): LaneSegment[] => {
    const time = { from: bar.start, to: bar.end };
    const took = `${formatNumber(bar.end - bar.start)} ms`;
    if (bar.kind === "waiting") return [{ ...time, kind: "waits", label: `${took}, ${bar.text}` }];
    if (bar.kind === "connecting") return [{ ...time, kind: "connects" }];
    if (bar.kind === "open") return freeBetween(bar, own);
    if (bar.kind !== "held") return [];
    return bar.open === true
      ? [{ ...time, kind: "failed", label: `not given back: ${bar.text}` }]
      : [{ ...time, kind: "holds", label: bar.text }];
  });
  const events = own.flatMap((bar): LaneEvent[] => {
    if (bar.kind === "waiting" && bar.text === "gave up waiting") return [{ at: bar.end, kind: "error" }];
    return bar.kind === "open" && bar.text !== "" ? [{ at: bar.end, kind: "note", label: bar.text }] : [];
  });
  return { name, segments: segments.toSorted((a, b) => a.from - b.from), events };
}

/** The time in which a connection was open and nobody had it, but for moments that could not be seen. */
function freeBetween(open: TimelineBar, own: readonly TimelineBar[]): LaneSegment[] {
  const least = (open.end - open.start) / 100;
  let from = open.start;
  const free: LaneSegment[] = [];
  for (const held of own.filter(({ kind }) => kind === "held").toSorted((a, b) => a.start - b.start)) {
    if (held.start - from > least) free.push({ from, to: held.start, kind: "idle" });
    from = Math.max(from, held.end);
  }
  return open.end - from > least ? [...free, { from, to: open.end, kind: "idle" }] : free;
}

function numberOf(lane: string): number {
  return Number(lane.replace("connection ", ""));
}
