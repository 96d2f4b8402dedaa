/**
 * Who did what when, as data: what {@linkcode lanes} draws, checked, and the same in words.
 *
 * @module
 */
import { formatNumber } from "../number.ts";

/**
 * What goes on for a while: `runs` a statement or other work; `holds` something (a lock, an open transaction) without
 * working; `waits` for somebody; `idle`: there, and neither works nor keeps anybody waiting; `failed`: worked in vain;
 * `connects`: is being opened.
 */
export type SegmentKind = "runs" | "holds" | "waits" | "idle" | "failed" | "connects";

/** What happens at one moment; `note` is for everything else. */
export type LaneEventKind = "begin" | "commit" | "rollback" | "done" | "error" | "note";

/** A part of a lane. */
export interface LaneSegment {
  readonly from: number;
  readonly to: number;
  readonly kind: SegmentKind;
  /** Stands in the bar where there is room, else below it. */
  readonly label?: string;
}

/** A moment in a lane. */
export interface LaneEvent {
  readonly at: number;
  readonly kind: LaneEventKind;
  /** Stands below the bar: `"40P01 deadlock detected"`. */
  readonly label?: string;
}

/** One actor: a process, a session. */
export interface Lane {
  /** Each lane has another. */
  readonly name: string;
  /** Stands below the name: `"pid 4711"`. */
  readonly note?: string;
  readonly segments: readonly LaneSegment[];
  readonly events?: readonly LaneEvent[];
}

/** Who waits for whom: an arrow from one lane to another. */
export interface LaneLink {
  /** The name of the lane that waits. */
  readonly from: string;
  /** The name of the lane it waits for. */
  readonly to: string;
  readonly at: number;
  /** Stands below the bar of the lane that waits: `"waits for pid 4711"`. */
  readonly label?: string;
}

/** What {@linkcode lanes} draws. All times in milliseconds since the start, or in steps where `unit` says so. */
export interface LanesData {
  /** The text above the picture. */
  readonly title?: string;
  /**
   * `"ms"` if left out. `"step"`: times are the numbers of a script's steps; step 2 goes on from 2 to 3, however long
   * it took, so that the same interleaving gives the same picture.
   */
  readonly unit?: "ms" | "step";
  /** From top to bottom. */
  readonly lanes: readonly Lane[];
  readonly links?: readonly LaneLink[];
  /** Other words for what goes on, in the legend and in the text. */
  readonly words?: Partial<Readonly<Record<SegmentKind, string>>>;
}

/** Something is wrong with the data for {@linkcode lanes}. */
export class LanesDataError extends Error {
  override readonly name = "LanesDataError";
}

/** @throws {LanesDataError} when there is nothing to draw, a time is none, or a link names a lane that is not there. */
export function checkLanes({ lanes, links = [] }: LanesData): void {
  const names = lanes.map(({ name }) => name);
  if (names.length === 0) throw new LanesDataError("There are no lanes to draw. Give one for each process or session.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new LanesDataError(`Two lanes are called "${twice}". Give each a name of its own.`);
  for (const { name, segments, events = [] } of lanes) {
    for (const { from, to, kind } of segments) {
      if (Number.isFinite(from) && Number.isFinite(to) && from <= to) continue;
      throw new LanesDataError(`"${name}" ${kind} from ${from} to ${to}: give two numbers, the later one second.`);
    }
    const wrong = events.find(({ at }) => !Number.isFinite(at));
    if (wrong) throw new LanesDataError(`"${name}" has an event "${wrong.kind}" at ${wrong.at}: give a number.`);
  }
  for (const { from, to, at } of links) {
    const unknown = [from, to].find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new LanesDataError(`A link names the lane "${unknown}". There are: ${names.join(", ")}.`);
    }
    if (from === to) throw new LanesDataError(`A link goes from "${from}" to itself. Nobody waits for themselves.`);
    if (!Number.isFinite(at)) {
      throw new LanesDataError(`The link from "${from}" to "${to}" is at ${at}: give a number.`);
    }
  }
}

/** The words of the legend. */
export const segmentWords: Readonly<Record<SegmentKind, string>> = {
  runs: "runs",
  waits: "waits",
  holds: "holds, without working",
  idle: "idle",
  failed: "failed",
  connects: "connecting",
};

/** One sentence for each lane: how long it did what, for whom it waited, and how it ended. */
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

/** Everything the picture says, lane by lane and in the order in which it happened. */
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

/** A moment in words; a whole number is the border between two steps. */
function moment(at: number, { unit }: LanesData): string {
  if (unit !== "step") return `${formatNumber(at)} ms`;
  return Number.isInteger(at) ? `before step ${at}` : `step ${Math.floor(at)}`;
}

/** "step 2", "steps 2 to 4". */
function steps(from: number, to: number): string {
  const [first, last] = [Math.floor(from), Math.max(Math.floor(from), Math.ceil(to) - 1)];
  return first === last ? `step ${first}` : `steps ${first} to ${last}`;
}
