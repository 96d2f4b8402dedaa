/**
 * Computes the positions of the bars, marks and texts of one lane.
 *
 * @module
 */
import { fitText, textWidth } from "../text_width.ts";
import { laneFonts, laneSizes, rowSizes } from "./lane_sizes.ts";
import type { Lane, LaneEventKind, LaneGroup, LaneLink, LaneSegment, SegmentKind } from "./lanes_data.ts";
import { type DrawnNote, placeInside, placeNotes } from "./note_layout.ts";

const narrowest = 2; // otherwise a statement of 0.2 ms would be invisible on a scale of seconds

/** A bar; positions and sizes in pixels. */
export interface DrawnSegment {
  readonly kind: SegmentKind;
  readonly x: number;
  readonly width: number;
  /** Text inside the bar; a text that does not fit becomes a note of the lane. */
  readonly label?: string;
  /** Start of the text. */
  readonly labelX?: number;
  /** Row, starting at 0; none if it spans the lane. */
  readonly row?: number;
}

/** A group of segments; positions and sizes in pixels. */
export interface DrawnGroup {
  readonly x: number;
  readonly width: number;
  readonly rows: number;
  /** Start of its number above the lane; none if there is no room. */
  readonly numberX?: number;
  readonly number: number;
}

/** A lane. */
export interface DrawnLane {
  readonly name: string;
  readonly note: string;
  readonly y: number;
  readonly height: number;
  readonly barY: number;
  readonly barHeight: number;
  /** Middle of its marks; of those of a begin, where they stand above the bar. */
  readonly marksY: number;
  readonly beginsY: number;
  readonly groups: readonly DrawnGroup[];
  readonly segments: readonly DrawnSegment[];
  readonly events: readonly { readonly kind: LaneEventKind; readonly x: number }[];
  readonly notes: readonly DrawnNote[];
}

/** Area of the time axis, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly scale: (at: number) => number;
}

/** An arrow from the waiting lane to its target, by lane index. */
export interface Arrow {
  readonly link: LaneLink;
  readonly lane: number;
  readonly target: number;
  x: number;
}

/**
 * Lays out a lane.
 * @param y its upper edge, in pixels
 */
export function layOutLane(lane: Lane, index: number, y: number, arrows: readonly Arrow[], plot: Plot) {
  const { segments, groups = [], events = [] } = lane;
  const rows = Math.max(0, ...segments.map(({ row }) => row === undefined ? 0 : row + 1));
  const passing = (from: number, to: number) =>
    arrows.filter(({ lane, target }) => Math.min(lane, target) <= from && Math.max(lane, target) >= to)
      .map(({ x }) => x);
  const placed = segments.map((segment) => placeSegment(segment, rows > 0, passing(index - 1, index + 1), plot));
  const texts = [
    ...placed.filter(({ note }) => note !== undefined)
      .map(({ drawn, note = "" }) => ({ text: note, anchor: drawn.x + Math.min(drawn.width / 2, 8) })),
    ...events.map(({ at, label = "" }) => ({ text: label, anchor: plot.scale(at) })),
    ...arrows.filter((arrow) => arrow.lane === index).map(({ link, x }) => ({ text: link.label ?? "", anchor: x })),
  ].filter(({ text }) => text !== "");
  const notes = placeNotes(texts, passing(index, index + 1), plot);
  const noteRows = Math.max(0, ...notes.map(({ row }) => row + 1));
  const barY = y + laneSizes.pad + (rows > 0 ? rowSizes.numbers : 0);
  const barHeight = rows === 0
    ? laneSizes.bar
    : rows * (rowSizes.height + rowSizes.gap) - rowSizes.gap + 2 * rowSizes.edge;
  const bottom = barY + barHeight;
  return {
    y,
    barY,
    barHeight,
    marksY: bottom + (rows > 0 ? rowSizes.marks : 0),
    beginsY: rows > 0 ? barY - rowSizes.marks : bottom,
    height: bottom + laneSizes.pad + (rows > 0 ? 5 : 0) + (noteRows > 0 ? noteRows * laneSizes.noteRow + 4 : 0) - y,
    segments: placed.map(({ drawn }) => drawn),
    groups: placeGroups(groups, events.filter(({ kind }) => kind === "begin").map(({ at }) => plot.scale(at)), plot),
    events: events.map(({ kind, at }) => ({ kind, x: plot.scale(at) })),
    notes,
  };
}

/** Places a segment and its text; a text without room in a bar that spans the lane becomes a note. */
function placeSegment(
  { from, to, kind, label = "", row }: LaneSegment,
  hasRows: boolean,
  arrows: readonly number[],
  { scale, right }: Plot,
): { drawn: DrawnSegment; note?: string } {
  const x = Math.min(scale(from), right - narrowest);
  const width = Math.max(scale(to) - x, narrowest);
  if (row !== undefined) {
    const fitted = fitText(label, laneFonts.text, width - 12);
    return { drawn: { kind, x, width, row, ...(fitted === "" ? {} : { label: fitted, labelX: x + 6 }) } };
  }
  if (hasRows || label === "") return { drawn: { kind, x, width } };
  const labelX = placeInside(label, x, x + width, arrows);
  return labelX === undefined
    ? { drawn: { kind, x, width }, note: label }
    : { drawn: { kind, x, width, label, labelX } };
}

/** Places groups, with their numbers where these hide neither each other nor the mark of another group's begin. */
function placeGroups(groups: readonly LaneGroup[], begins: readonly number[], { scale, right }: Plot): DrawnGroup[] {
  const sorted = groups.toSorted((a, b) => a.from - b.from);
  const nearest = (x: number) =>
    sorted.reduce((best, group) => Math.abs(scale(group.from) - x) < Math.abs(scale(best.from) - x) ? group : best);
  let free = -Infinity;
  return sorted.map((group) => {
    const { from, to, rows, number } = group;
    const x = scale(from);
    const numberX = x + 9;
    const numberEnd = numberX + textWidth(String(number), laneFonts.text, true);
    const end = numberEnd + 5;
    const isOwn = (begin: number) => Math.abs(begin - x) <= 2 && nearest(begin) === group;
    const isHidden = begins.some((begin) => x - 2 < begin && begin < end && !isOwn(begin));
    const hasRoom = x >= free && numberEnd <= right + laneSizes.margin && !isHidden;
    if (hasRoom) free = end;
    return { x, width: scale(to) - x, rows, number, ...(hasRoom ? { numberX } : {}) };
  });
}
