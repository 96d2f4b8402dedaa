/**
 * Computes the positions of the lanes, bars, marks, texts and arrows of {@linkcode lanes}.
 *
 * @module
 */
import type { Lane, LaneEventKind, LaneLink, LanesData, SegmentKind } from "./lanes_data.ts";
import { formatNumber } from "../number.ts";
import { fitText, textWidth } from "../text_width.ts";

/** A bar; positions and sizes in pixels. */
export interface DrawnSegment {
  readonly kind: SegmentKind;
  readonly x: number;
  readonly width: number;
  /** Text inside the bar; a text that does not fit becomes a note of the lane. */
  readonly label?: string;
  /** Start of the text. */
  readonly labelX?: number;
}

/** A text below a bar. */
export interface DrawnNote {
  readonly text: string;
  /** Start of the text. */
  readonly x: number;
  /** Row of notes, starting at 0. */
  readonly row: number;
  /** The position on the bar that it refers to. */
  readonly anchor: number;
}

/** A lane. */
export interface DrawnLane {
  readonly name: string;
  readonly note: string;
  readonly y: number;
  readonly height: number;
  readonly barY: number;
  readonly segments: readonly DrawnSegment[];
  readonly events: readonly { readonly kind: LaneEventKind; readonly x: number }[];
  readonly notes: readonly DrawnNote[];
}

/** An arrow from the waiting lane to the one it waits for. */
export interface DrawnLink {
  readonly from: string;
  readonly to: string;
  readonly x: number;
  readonly y: number;
  readonly endY: number;
}

/** The whole picture as data, without the legend. */
export interface LanesLayout {
  readonly width: number;
  readonly height: number;
  /** Start of the time axis. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly ticks: readonly { readonly x: number; readonly textX: number; readonly text: string }[];
  readonly axisTitle: string;
  readonly lanes: readonly DrawnLane[];
  readonly links: readonly DrawnLink[];
}

/** Sizes in pixels. */
export const laneSizes = { margin: 14, title: 32, pad: 13, bar: 26, noteRow: 17, axis: 44, legendGap: 10 } as const;
/** Font sizes in pixels. */
export const laneFonts = { title: 16, name: 14, text: 12.5, axis: 12 } as const;
const widestName = 190;
const narrowest = 2; // otherwise a statement of 0.2 ms would be invisible on a scale of seconds
const noteGap = 14;
const linkGap = 12;

/**
 * Lays out lanes. Equal data give equal pictures.
 * @param plotWidth width of the time axis, in pixels
 */
export function lanesLayout(data: LanesData, plotWidth = 640): LanesLayout {
  const names = data.lanes.map(({ name, note = "" }) => ({
    name: fitText(name, laneFonts.name * 1.05, widestName),
    note: fitText(note, laneFonts.text, widestName),
  }));
  const widths = names.map(({ name, note }) =>
    Math.max(textWidth(name, laneFonts.name, true), textWidth(note, laneFonts.text))
  );
  const left = Math.ceil(laneSizes.margin + Math.max(...widths) + 16);
  const right = left + plotWidth;
  const top = laneSizes.margin + (data.title === undefined ? 0 : laneSizes.title);
  const titleWidth = textWidth(data.title ?? "", laneFonts.title, true) + 2 * laneSizes.margin;
  const [start, end] = domain(data);
  const plot: Plot = { left, right, scale: (at) => left + (at - start) / (end - start) * plotWidth };
  const arrows = placeArrows(data, plot);
  let y = top;
  const lanes = data.lanes.map((lane, index): DrawnLane => {
    const drawn = { ...names[index], y, barY: y + laneSizes.pad, ...layOutLane(lane, index, arrows, plot) };
    y += drawn.height;
    return drawn;
  });
  return {
    width: Math.ceil(Math.max(right + laneSizes.margin + 10, titleWidth)),
    height: y + laneSizes.axis,
    left,
    right,
    top,
    bottom: y,
    ticks: ticks(data, [start, end], plot.scale),
    axisTitle: data.unit === "step" ? "step of the script, not to scale" : "milliseconds since the start",
    lanes,
    links: arrows.map(({ link: { from, to }, x, lane, target }) => {
      const isDown = target > lane;
      return {
        from,
        to,
        x,
        y: lanes[lane].barY + (isDown ? laneSizes.bar : 0),
        endY: lanes[target].barY + (isDown ? 0 : laneSizes.bar),
      };
    }),
  };
}

/** Area of the time axis, in pixels. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly scale: (at: number) => number;
}

/** An arrow from the waiting lane to its target, by lane index. */
interface Arrow {
  readonly link: LaneLink;
  readonly lane: number;
  readonly target: number;
  x: number;
}

/** Lays out the bars, marks and texts of a lane, and computes its height. */
function layOutLane(lane: Lane, index: number, arrows: readonly Arrow[], plot: Plot) {
  const passing = (from: number, to: number) =>
    arrows.filter(({ lane, target }) => Math.min(lane, target) <= from && Math.max(lane, target) >= to)
      .map(({ x }) => x);
  const segments = lane.segments.map(({ from, to, kind, label = "" }) => {
    const x = Math.min(plot.scale(from), plot.right - narrowest);
    const width = Math.max(plot.scale(to) - x, narrowest);
    const labelX = label === "" ? undefined : placeInside(label, x, x + width, passing(index - 1, index + 1));
    return { drawn: { kind, x, width, ...(labelX === undefined ? {} : { label, labelX }) }, label };
  });
  const events = lane.events ?? [];
  const texts = [
    ...segments.filter(({ drawn }) => drawn.label === undefined)
      .map(({ drawn, label }) => ({ text: label, anchor: drawn.x + Math.min(drawn.width / 2, 8) })),
    ...events.map(({ at, label = "" }) => ({ text: label, anchor: plot.scale(at) })),
    ...arrows.filter((arrow) => arrow.lane === index).map(({ link, x }) => ({ text: link.label ?? "", anchor: x })),
  ].filter(({ text }) => text !== "");
  const notes = placeNotes(texts, passing(index, index + 1), plot);
  const rows = Math.max(0, ...notes.map(({ row }) => row + 1));
  return {
    height: 2 * laneSizes.pad + laneSizes.bar + (rows > 0 ? rows * laneSizes.noteRow + 4 : 0),
    segments: segments.map(({ drawn }) => drawn),
    events: events.map(({ kind, at }) => ({ kind, x: plot.scale(at) })),
    notes,
  };
}

/** Returns the first and last moment; the axis starts at 0 or earlier. */
function domain({ lanes, links = [], unit }: LanesData): [number, number] {
  const times = [
    ...lanes.flatMap(({ segments, events = [] }) => [
      ...segments.flatMap(({ from, to }) => [from, to]),
      ...events.map(({ at }) => at),
    ]),
    ...links.map(({ at }) => at),
  ];
  if (unit === "step") {
    const first = Math.floor(Math.min(...times, Infinity));
    return Number.isFinite(first) ? [first, Math.max(first + 1, Math.ceil(Math.max(...times)))] : [1, 2];
  }
  const start = Math.min(0, ...times);
  const end = Math.max(start, ...times);
  return [start, end > start ? end : start + 1];
}

/** Places arrows from left to right, separating arrows at the same moment. */
function placeArrows({ lanes, links = [] }: LanesData, { scale, right }: Plot): Arrow[] {
  const indexOf = (name: string) => lanes.findIndex((lane) => lane.name === name);
  const arrows = links.map((link) => ({ link, lane: indexOf(link.from), target: indexOf(link.to), x: scale(link.at) }))
    .toSorted((a, b) => a.x - b.x);
  for (let index = 1; index < arrows.length; index++) {
    arrows[index].x = Math.max(arrows[index].x, arrows[index - 1].x + linkGap);
  }
  for (let index = arrows.length - 1, limit = right - 2; index >= 0; index--, limit -= linkGap) {
    arrows[index].x = Math.min(arrows[index].x, limit);
  }
  return arrows;
}

/** Returns the start of a text that fits in a bar without crossing an arrow; undefined if there is none. */
function placeInside(text: string, x: number, end: number, arrows: readonly number[]): number | undefined {
  const width = textWidth(text, laneFonts.text);
  const places = [x + 7, ...arrows.filter((arrow) => arrow > x).map((arrow) => arrow + 9)];
  return places.find((place) => place + width + 5 <= end && isClear(place, width, arrows));
}

/** Returns whether no arrow crosses a text at this position. */
function isClear(x: number, width: number, arrows: readonly number[]): boolean {
  return !arrows.some((arrow) => x - 5 < arrow && arrow < x + width + 5);
}

/**
 * Places texts in rows below a bar, without overlaps and, where possible, without crossing an arrow. A text is placed
 * to the right of its anchor, or to the left of it at the end of the picture. Right-aligned texts are placed first,
 * then the others from left to right, so that leader lines seldom pass a text closer to the bar.
 */
function placeNotes(
  texts: readonly { text: string; anchor: number }[],
  arrows: readonly number[],
  { left, right }: Plot,
): DrawnNote[] {
  const measured = texts.map(({ text: whole, anchor }) => {
    const text = fitText(whole, laneFonts.text, right - left);
    const width = textWidth(text, laneFonts.text);
    return { text, anchor, width, fits: anchor + 6 + width <= right };
  }).toSorted((a, b) => Number(b.fits) - Number(a.fits) || (a.fits ? b.anchor - a.anchor : a.anchor - b.anchor));
  const placed: (DrawnNote & { from: number; to: number; end: number })[] = [];
  for (const { text, anchor, width, fits } of measured) {
    const before = Math.max(left, anchor - 6 - width);
    const behindArrows = arrows.filter((arrow) => arrow > anchor).map((arrow) => arrow + 9);
    const places = fits ? [anchor + 6, ...behindArrows, before] : [before];
    const x = places.find((x) => x + width <= right && isClear(x, width, arrows)) ?? places[0];
    // the text and its leader line
    const [from, to] = [Math.min(anchor, x), Math.max(anchor, x + width)];
    const lowest = Math.max(-1, ...placed.map(({ row }) => row));
    const isFree = (row: number) =>
      placed.every((other) => {
        if (other.row === row) return to + noteGap <= other.from || other.to + noteGap <= from;
        // the leader line of a lower text passes the texts above it
        return other.row > row ? isClear(x, width, [other.anchor]) : isClear(other.x, other.end - other.x, [anchor]);
      });
    const row = Array.from({ length: lowest + 1 }, (_, row) => row).find(isFree) ?? lowest + 1;
    placed.push({ text, x, row, anchor, from, to, end: x + width });
  }
  const notes = placed.map(({ text, x, row, anchor }) => ({ text, x, row, anchor }));
  return notes.toSorted((a, b) => a.anchor - b.anchor);
}

/** Returns about six ticks at round numbers, or one per step, labelled at the middle of the step. */
function ticks({ unit }: LanesData, [start, end]: [number, number], scale: (at: number) => number) {
  if (unit === "step") {
    return Array.from({ length: end - start + 1 }, (_, index) => ({
      x: scale(start + index),
      textX: scale(start + index + 0.5),
      text: start + index < end ? String(start + index) : "",
    }));
  }
  const rough = (end - start) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const first = Math.ceil(start / distance - 1e-9);
  const last = Math.floor(end / distance + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const x = scale((first + index) * distance);
    return { x, textX: x, text: formatNumber((first + index) * distance) };
  });
}
