/**
 * Vertical layout of the lanes and bars of a timeline.
 *
 * @module
 */
import type { TimelineBar, TimelineRows } from "./timeline_rows.ts";

/** A lane; in pixels. */
export interface DrawnTimelineLane {
  readonly name: string;
  readonly top: number;
  readonly height: number;
  /** Rows of statements in flight together. */
  readonly rows: number;
}

/** Statements of one connection in flight together; times in milliseconds, positions in pixels. */
export interface DrawnTrip {
  readonly lane: string;
  readonly number: number;
  readonly statements: number;
  readonly start: number;
  readonly end: number;
  readonly top: number;
  readonly bottom: number;
}

/** Height of a statement, and of a lane around its statements; in pixels. */
export const timelineSizes = { statement: 18, step: 21, around: 30 } as const;

/** Returns the lanes, each high enough for its concurrent statements. */
export function timelineLanes({ lanes, bars }: TimelineRows): DrawnTimelineLane[] {
  let top = 0;
  return lanes.map((name) => {
    const rows = 1 + Math.max(0, ...bars.filter(({ lane }) => lane === name).map(({ row = 0 }) => row));
    const height = timelineSizes.around + timelineSizes.statement + (rows - 1) * timelineSizes.step;
    top += height;
    return { name, top: top - height, height, rows };
  });
}

/**
 * Returns the upper and lower edge of a bar.
 * @param height of a bar that does not fill a row, in pixels
 */
export function edgesOf(bar: TimelineBar, lane: DrawnTimelineLane, height: number): { top: number; bottom: number } {
  const { statement, step, around } = timelineSizes;
  if (bar.row !== undefined) {
    const top = lane.top + around / 2 + bar.row * step;
    return { top, bottom: top + statement };
  }
  const middle = lane.top + lane.height / 2;
  const half = (bar.kind === "held" ? lane.height - around + 8 : height) / 2;
  return { top: middle - half, bottom: middle + half };
}

/** Returns the round trips in the order in which they started. */
export function tripsOf({ bars }: TimelineRows, lanes: readonly DrawnTimelineLane[]): DrawnTrip[] {
  const statements = bars.filter(({ kind }) => kind === "statement" || kind === "failed");
  const trips = Map.groupBy(statements, ({ lane, trip }) => `${lane} ${trip}`);
  return [...trips.values()].map((own) => {
    const lane = lanes.find(({ name }) => name === own[0].lane)!;
    const edges = own.map((bar) => edgesOf(bar, lane, 0));
    return {
      lane: lane.name,
      number: own[0].trip!,
      statements: own.length,
      start: Math.min(...own.map(({ start }) => start)),
      end: Math.max(...own.map(({ end }) => end)),
      top: Math.min(...edges.map(({ top }) => top)),
      bottom: Math.max(...edges.map(({ bottom }) => bottom)),
    };
  });
}
