/**
 * Draws the activity of a pool: connections, the code that held each one and for how long, waits, and connections never
 * returned.
 *
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { lanesParts } from "../lanes/lanes.ts";
import type { Lane, LaneEvent, LanesData, LaneSegment } from "../lanes/lanes_data.ts";
import type { LanesLayout } from "../lanes/lanes_layout.ts";
import { Picture } from "../picture.ts";
import { type EventSource, recordEvents } from "../record_events.ts";
import { type Table, table } from "../table.ts";
import { NoEventsError } from "../timeline/timeline.ts";
import { waitLabel } from "../timeline/timeline_lanes.ts";
import { type TimelineBar, timelineRows } from "../timeline/timeline_rows.ts";

/** Options of {@linkcode poolPicture}. */
export interface PoolPictureOptions {
  /** Title of the picture. */
  readonly title?: string;
  /** Width of the time axis, in pixels. */
  readonly width?: number;
}

/** A period in which a connection was checked out; in milliseconds since the first event. */
export interface PoolHold {
  readonly connection: number;
  /** The call site that checked it out, if recorded. */
  readonly holder: string;
  readonly from: number;
  readonly to: number;
  /** False if it was still checked out when the recording ended. */
  readonly returned: boolean;
}

/** The result of {@linkcode poolPicture}: a picture, and the checkouts behind it. */
export class PoolPicture extends Picture<LanesLayout> {
  readonly holds: readonly PoolHold[];

  constructor(bars: readonly TimelineBar[], data: LanesData, width?: number) {
    super(lanesParts(data, { width }));
    this.holds = bars.filter(({ kind }) => kind === "held").map((bar) => ({
      connection: numberOf(bar.lane),
      holder: bar.text || "unknown",
      from: bar.start,
      to: bar.end,
      returned: bar.open !== true,
    }));
  }

  /** Connections still checked out when the recording ended. */
  get leaks(): readonly PoolHold[] {
    return this.holds.filter(({ returned }) => !returned);
  }

  /** The checkouts with holder and duration. */
  get table(): Table {
    return table(this.holds.map(({ connection, holder, from, to, returned }) => ({
      connection,
      holder,
      "from, ms": from,
      "for, ms": to - from,
      returned: returned ? "yes" : "NOT RETURNED",
    })));
  }
}

/**
 * Draws the activity of a pool from its engine's events: a lane per connection with a bar for each checkout, labelled
 * with its call site; above them a lane for each place in the queue. A connection still checked out at the end of the
 * recording has a distinct bar.
 *
 * ```ts ignore
 * await show(poolPicture(recording.events));
 * await show(await poolPicture(engine, () => Promise.all(users.map(loadUser))));
 * ```
 *
 * @param events as recorded by {@linkcode recordEvents}
 * @throws {NoEventsError} if there are none
 */
export function poolPicture(events: readonly EngineEvent[], options?: PoolPictureOptions): PoolPicture;
/**
 * Draws the activity of a pool while some work runs; listens to events only during the work.
 * @throws {NoEventsError}
 */
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
  idle: "idle in the pool",
  failed: "still checked out at the end",
} as const;

function laneOf(name: string, bars: readonly TimelineBar[]): Lane {
  const own = bars.filter(({ lane }) => lane === name);
  const segments = own.flatMap((bar): LaneSegment[] => {
    const time = { from: bar.start, to: bar.end };
    if (bar.kind === "waiting") return [{ ...time, kind: "waits", label: waitLabel(bar) }];
    if (bar.kind === "connecting") return [{ ...time, kind: "connects" }];
    if (bar.kind === "open") return freeBetween(bar, own);
    if (bar.kind !== "held") return [];
    return bar.open === true
      ? [{ ...time, kind: "failed", label: `not returned: ${bar.text}` }]
      : [{ ...time, kind: "holds", label: bar.text }];
  });
  const events = own.flatMap((bar): LaneEvent[] => {
    if (bar.kind === "waiting" && bar.text === "timed out") return [{ at: bar.end, kind: "error" }];
    return bar.kind === "open" && bar.text !== "" ? [{ at: bar.end, kind: "note", label: bar.text }] : [];
  });
  return { name, segments: segments.toSorted((a, b) => a.from - b.from), events };
}

/** Returns the periods in which a connection was open but not checked out, ignoring periods too short to see. */
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
