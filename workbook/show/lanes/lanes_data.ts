/**
 * The data that {@linkcode lanes} draws, its validation, and its description as text.
 *
 * @module
 */
import { formatNumber } from "../number.ts";

/**
 * Kind of a segment: `runs` a statement or other work; `holds` a resource (a lock, an open transaction) without
 * working; `waits` for another lane; `idle`: neither works nor blocks another lane; `failed`: work without success;
 * `connects`: a connection is being opened.
 */
export type SegmentKind = "runs" | "holds" | "waits" | "idle" | "failed" | "connects";

/** Kind of an event; `note` covers everything else. */
export type LaneEventKind = "begin" | "commit" | "rollback" | "done" | "error" | "note";

/** A segment of a lane. */
export interface LaneSegment {
  readonly from: number;
  readonly to: number;
  readonly kind: SegmentKind;
  /** Text in the bar, or below it if it does not fit. */
  readonly label?: string;
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
  readonly segments: readonly LaneSegment[];
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

/** Data for {@linkcode lanes}. Times are milliseconds since the start, or steps, depending on `unit`. */
export interface LanesData {
  /** Title of the picture. */
  readonly title?: string;
  /**
   * Unit of all times (default `"ms"`). With `"step"`, times are step numbers of a script; step 2 extends from 2 to 3
   * regardless of its duration, so that equal interleavings give equal pictures.
   */
  readonly unit?: "ms" | "step";
  /** Lanes from top to bottom. */
  readonly lanes: readonly Lane[];
  readonly links?: readonly LaneLink[];
  /** Alternative names for segment kinds in the legend and the text. */
  readonly words?: Partial<Readonly<Record<SegmentKind, string>>>;
}

/** Invalid data for {@linkcode lanes}. */
export class LanesDataError extends Error {
  override readonly name = "LanesDataError";
}

/** @throws {LanesDataError} if there are no lanes, a time is not a number, or a link names an unknown lane. */
export function checkLanes({ lanes, links = [] }: LanesData): void {
  const names = lanes.map(({ name }) => name);
  if (names.length === 0) throw new LanesDataError("No lanes to draw. Provide one for each process or session.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new LanesDataError(`Two lanes are named "${twice}". Lane names must be unique.`);
  for (const { name, segments, events = [] } of lanes) {
    for (const { from, to, kind } of segments) {
      if (Number.isFinite(from) && Number.isFinite(to) && from <= to) continue;
      throw new LanesDataError(`"${name}" ${kind} from ${from} to ${to}: expected two numbers in ascending order.`);
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

/** Names of segment kinds in the legend. */
export const segmentWords: Readonly<Record<SegmentKind, string>> = {
  runs: "runs",
  waits: "waits",
  holds: "holds, idle",
  idle: "idle",
  failed: "failed",
  connects: "connecting",
};

/** Generates alternative text: one sentence per lane with its segments, waits and outcome. */
export function lanesAlt(data: LanesData): string {
  const sentences = data.lanes.map((lane) => {
    const others = [...new Set(linksOf(data, lane).map(({ to }) => to))].join(" and ");
    const times = (Object.keys(segmentWords) as SegmentKind[]).flatMap((kind) => {
      const own = lane.segments.filter((segment) => segment.kind === kind);
      const whom = kind === "waits" && others !== "" ? ` for ${others}` : "";
      const total = own.reduce((sum, { from, to }) => sum + to - from, 0);
      return own.length === 0 && whom === ""
        ? []
        : [`${data.words?.[kind] ?? kind}${own.length === 0 ? "" : ` ${amount(total, data)}`}${whom}`];
    });
    const ends = (lane.events ?? []).filter(({ kind }) => kind !== "begin" && kind !== "note").map(eventText);
    return `${laneName(lane)}: ${[...times, ...ends].join(", ") || "nothing"}.`;
  });
  return [...(data.title === undefined ? [] : [`${data.title}.`]), ...sentences].join(" ");
}

/** Describes the whole picture as text, lane by lane in chronological order. */
export function lanesText(data: LanesData): string {
  const isSteps = data.unit === "step";
  const lines = data.lanes.flatMap((lane) => {
    const happened = [
      ...(lane.events ?? []).map((event) => ({ at: event.at, text: `${moment(event.at, data)}: ${eventText(event)}` })),
      ...lane.segments.map(({ from, to, kind, label }) => ({
        at: from,
        text:
          `${isSteps ? steps(from, to) : `${formatNumber(from)} to ${formatNumber(to)} ms`}: ${
            data.words?.[kind] ?? kind
          }` +
          (label === undefined ? "" : `: ${label}`),
      })),
      ...linksOf(data, lane).map(({ to, at, label }) => ({
        at,
        text: `${isSteps ? steps(at, at) : moment(at, data)}: waits for ${to}${
          label === undefined ? "" : `: ${label}`
        }`,
      })),
    ];
    return [laneName(lane), ...happened.toSorted((a, b) => a.at - b.at).map(({ text }) => `  ${text}`)];
  });
  return [...(data.title === undefined ? [] : [data.title]), ...lines].join("\n");
}

function linksOf({ links = [] }: LanesData, { name }: Lane): LaneLink[] {
  return links.filter(({ from }) => from === name);
}

function laneName({ name, note }: Lane): string {
  return note === undefined ? name : `${name} (${note})`;
}

function eventText({ kind, label }: LaneEvent): string {
  if (label === undefined) return kind;
  return kind === "note" ? label : `${kind}: ${label}`;
}

function amount(value: number, { unit }: LanesData): string {
  if (unit !== "step") return `${formatNumber(value)} ms`;
  return `${formatNumber(value)} step${value === 1 ? "" : "s"}`;
}

/** Formats a moment; a whole number is the boundary between two steps. */
function moment(at: number, { unit }: LanesData): string {
  if (unit !== "step") return `${formatNumber(at)} ms`;
  return Number.isInteger(at) ? `before step ${at}` : `step ${Math.floor(at)}`;
}

/** Formats a range of steps: "step 2", "steps 2 to 4". */
function steps(from: number, to: number): string {
  const [first, last] = [Math.floor(from), Math.max(Math.floor(from), Math.ceil(to) - 1)];
  return first === last ? `step ${first}` : `steps ${first} to ${last}`;
}
