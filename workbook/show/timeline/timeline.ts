/**
 * Draws an engine's activity over time: one lane per connection, and waits for connections.
 *
 * The picture shows the engine's events. A statement is in transit or on the server between sending and result, which
 * the client cannot tell apart; if a driver reports the first byte of the result, the time in which the result is
 * received and decoded is drawn separately.
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { lanesParts } from "../lanes/lanes.ts";
import type { LanesLayout } from "../lanes/lanes_layout.ts";
import { formatNumber } from "../number.ts";
import { Picture } from "../picture.ts";
import { type EventSource, recordEvents } from "../record_events.ts";
import { type Table, table } from "../table.ts";
import { answersOf, isStatement, statementKey, timelineLanes } from "./timeline_lanes.ts";
import { timelineAlt, type TimelineRows, timelineRows } from "./timeline_rows.ts";

/** Options of {@linkcode timeline}. */
export interface TimelineOptions {
  /** Title of the picture. */
  readonly title?: string;
  /** Width of the time axis, in pixels. */
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
export class Timeline extends Picture<LanesLayout> {
  readonly rows: TimelineRows;

  constructor(rows: TimelineRows, { title, width }: TimelineOptions = {}) {
    super(lanesParts(timelineLanes(rows, title), { width }, timelineAlt(rows)));
    this.rows = rows;
  }

  /** The statements, each with its connection and round trip. */
  get table(): Table {
    const { bars } = this.rows;
    const answers = answersOf(bars);
    return table(
      bars.filter(isStatement).map((bar) => {
        const answer = answers.get(statementKey(bar));
        return {
          connection: Number(bar.lane.replace("connection ", "")),
          "round trip": bar.trip!,
          SQL: bar.text,
          "sent at, ms": bar.start,
          "answered after, ms": bar.end - bar.start,
          "of which answer, ms": answer === undefined ? undefined : formatNumber(answer.end - answer.start),
        };
      }),
    );
  }
}

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
