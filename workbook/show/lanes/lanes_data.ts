/**
 * The data that {@linkcode lanes} draws, and its validation.
 *
 * @module
 */

/**
 * Kind of a segment: `runs` a statement or other work; `holds` a resource (a lock, an open transaction) without
 * working; `waits` for another lane; `idle`: neither works nor blocks another lane; `failed`: work without success;
 * `connects`: a connection is being opened; `receives`: a result arrives.
 */
export type SegmentKind = "runs" | "receives" | "holds" | "waits" | "idle" | "failed" | "connects";

/** Kind of an event; `note` covers everything else. */
export type LaneEventKind = "begin" | "commit" | "rollback" | "done" | "error" | "note";

/** A segment of a lane. */
export interface LaneSegment {
  readonly from: number;
  readonly to: number;
  readonly kind: SegmentKind;
  /** Text in the bar, or below it if it does not fit; in a row it is shortened, and behind rows it is not drawn. */
  readonly label?: string;
  /** Row among concurrent segments of the lane, starting at 0; a segment without one spans all rows, behind them. */
  readonly row?: number;
}

/** Segments of a lane that belong together: numbered above the lane, and framed if there is more than one row. */
export interface LaneGroup {
  readonly from: number;
  readonly to: number;
  /** Number of rows, from the first one. */
  readonly rows: number;
  readonly number: number;
}

/** An event in a lane. */
export interface LaneEvent {
  readonly at: number;
  readonly kind: LaneEventKind;
  /** Text below the bar, such as `"40P01 deadlock detected"`. */
  readonly label?: string;
}

/** A lane: one process or session. */
export interface Lane {
  /** Unique name. */
  readonly name: string;
  /** Text below the name, such as `"pid 4711"`. */
  readonly note?: string;
  /** From back to front. */
  readonly segments: readonly LaneSegment[];
  readonly groups?: readonly LaneGroup[];
  readonly events?: readonly LaneEvent[];
}

/** A wait, drawn as an arrow from one lane to another. */
export interface LaneLink {
  /** The waiting lane. */
  readonly from: string;
  /** The lane it waits for. */
  readonly to: string;
  readonly at: number;
  /** Text below the bar of the waiting lane, such as `"waits for pid 4711"`. */
  readonly label?: string;
}

/** A name for each segment kind that has one of its own. */
export type SegmentWords = Partial<Readonly<Record<SegmentKind, string>>>;

/** Data for {@linkcode lanes}. Times are milliseconds since the start, or steps, depending on `unit`. */
export interface LanesData {
  /** Title of the picture. */
  readonly title?: string;
  /**
   * Unit of all times (default `"ms"`). With `"step"`, times are step numbers of a script; step 2 extends from 2 to 3
   * regardless of its duration, so that equal interleavings give equal pictures.
   */
  readonly unit?: "ms" | "step";
  /** Title of the time axis; by default it names the unit. */
  readonly axisTitle?: string;
  /** Lanes from top to bottom. */
  readonly lanes: readonly Lane[];
  readonly links?: readonly LaneLink[];
  /** Alternative names for segment kinds in the legend and the text. */
  readonly words?: SegmentWords;
  /** Longer names for segment kinds, in the legend only. */
  readonly legend?: SegmentWords;
}

/** Invalid data for {@linkcode lanes}. */
export class LanesDataError extends Error {
  override readonly name = "LanesDataError";
}

/** @throws {LanesDataError} if there are no lanes, a time or a row is not a number, or a link names an unknown lane. */
export function checkLanes({ lanes, links = [] }: LanesData): void {
  const names = lanes.map(({ name }) => name);
  if (names.length === 0) throw new LanesDataError("No lanes to draw. Provide one for each process or session.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new LanesDataError(`Two lanes are named "${twice}". Lane names must be unique.`);
  for (const { name, segments, groups = [], events = [] } of lanes) {
    for (const { from, to, kind } of [...segments, ...groups.map((group) => ({ ...group, kind: "has a group" }))]) {
      if (Number.isFinite(from) && Number.isFinite(to) && from <= to) continue;
      throw new LanesDataError(`"${name}" ${kind} from ${from} to ${to}: expected two numbers in ascending order.`);
    }
    const misplaced = segments.find(({ row = 0 }) => !Number.isSafeInteger(row) || row < 0);
    if (misplaced) {
      throw new LanesDataError(`"${name}" ${misplaced.kind} in row ${misplaced.row}: expected a number from 0.`);
    }
    const wrong = events.find(({ at }) => !Number.isFinite(at));
    if (wrong) throw new LanesDataError(`"${name}" has an event "${wrong.kind}" at ${wrong.at}: expected a number.`);
  }
  for (const { from, to, at } of links) {
    const unknown = [from, to].find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new LanesDataError(`A link names the unknown lane "${unknown}". Lanes: ${names.join(", ")}.`);
    }
    if (from === to) throw new LanesDataError(`A link goes from "${from}" to itself. A lane cannot wait for itself.`);
    if (!Number.isFinite(at)) {
      throw new LanesDataError(`The link from "${from}" to "${to}" is at ${at}: expected a number.`);
    }
  }
}
