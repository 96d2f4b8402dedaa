/**
 * Computes the positions of the lanes, bars, marks, texts and arrows of {@linkcode lanes}.
 *
 * @module
 */
import { formatNumber } from "../number.ts";
import { fitText, textWidth } from "../text_width.ts";
import { type Arrow, type DrawnLane, layOutLane, type Plot } from "./lane_layout.ts";
import { laneFonts, laneSizes } from "./lane_sizes.ts";
import type { LanesData } from "./lanes_data.ts";

const widestName = 190;
const linkGap = 12;

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
    const drawn = { ...names[index], ...layOutLane(lane, index, y, arrows, plot) };
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
    axisTitle: data.axisTitle ??
      (data.unit === "step" ? "step of the script, not to scale" : "milliseconds since the start"),
    lanes,
    links: arrows.map(({ link: { from, to }, x, lane, target }) => {
      const isDown = target > lane;
      return {
        from,
        to,
        x,
        y: lanes[lane].barY + (isDown ? lanes[lane].barHeight : 0),
        endY: lanes[target].barY + (isDown ? 0 : lanes[target].barHeight),
      };
    }),
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
