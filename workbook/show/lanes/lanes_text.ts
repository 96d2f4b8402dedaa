/**
 * Describes {@linkcode lanes} as text: the alternative text, and all of the picture's content.
 *
 * @module
 */
import { formatNumber } from "../number.ts";
import type { Lane, LaneEvent, LaneLink, LanesData, SegmentKind } from "./lanes_data.ts";

/** Names of segment kinds in the legend. */
export const segmentWords: Readonly<Record<SegmentKind, string>> = {
  runs: "runs",
  receives: "receives",
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
