/**
 * Renders lanes as SVG: a bar for each segment, a mark for each event, an arrow for each wait.
 *
 * @module
 */
import { drawLegendRow, type LegendEntry, legendEntry, legendLine, legendRows } from "../legend.ts";
import { drawing, inks, label, round } from "../svg.ts";
import { textWidth } from "../text_width.ts";
import { barPatterns, drawBars, segmentBar } from "./bars_svg.ts";
import type { DrawnLane } from "./lane_layout.ts";
import { laneFonts, laneSizes } from "./lane_sizes.ts";
import type { LanesData, SegmentKind } from "./lanes_data.ts";
import type { LanesLayout } from "./lanes_layout.ts";
import { tints } from "../theme.ts";
import { segmentWords } from "./lanes_text.ts";
import { drawLink, eventMark, namedEvents } from "./marks_svg.ts";

const { margin, bar, noteRow } = laneSizes;

/**
 * Renders lanes.
 * @returns the SVG, and its width in pixels.
 */
export function drawLanes(
  layout: LanesLayout,
  alt: string,
  { title, ...names }: Pick<LanesData, "title"> & LegendNames,
): { svg: string; width: number } {
  const legend = legendOf(layout, names);
  const legendTop = layout.height + laneSizes.legendGap;
  const height = legendTop + legend.length * legendLine + margin / 2;
  const parts = [
    barPatterns,
    title === undefined ? "" : label(title, margin, margin + 15, { size: laneFonts.title, bold: true }),
    ...layout.lanes.map((lane, index) => background(lane, index, layout)),
    axis(layout),
    ...layout.lanes.map(drawBars),
    ...layout.lanes.map(leaders),
    ...layout.links.map(drawLink),
    ...layout.lanes.map(marks),
    ...layout.lanes.map(notes),
    ...legend.map((row, index) => drawLegendRow(row, margin, legendTop + (index + 0.5) * legendLine)),
  ];
  return { svg: drawing(parts, layout.width, height, alt), width: layout.width };
}

type LegendNames = Pick<LanesData, "words" | "legend">;

function laneFill(index: number): string {
  return index % 2 === 0 ? tints.row : "white";
}

function background(
  { name, note, y, height, barY, barHeight }: DrawnLane,
  index: number,
  { width, left }: LanesLayout,
): string {
  const middle = barY + barHeight / 2;
  return `<rect x="0" y="${y}" width="${width}" height="${height}" fill="${laneFill(index)}"/>` +
    label(name, left - 16, middle + (note === "" ? 5 : -2), { size: laneFonts.name, bold: true, anchor: "end" }) +
    (note === ""
      ? ""
      : label(note, left - 16, middle + 14, { size: laneFonts.text, colour: inks.soft, anchor: "end" }));
}

function axis({ ticks, top, bottom, left, right, axisTitle }: LanesLayout): string {
  const style = { size: laneFonts.axis, colour: inks.soft, anchor: "middle" } as const;
  const grid = ticks.map(({ x }) => `M${round(x)} ${top}V${bottom}`).join("");
  return `<path d="${grid}" stroke="${inks.grid}"/><path d="M${left} ${bottom}H${right}" stroke="${inks.edge}"/>` +
    ticks.map(({ textX, text }) => text === "" ? "" : label(text, textX, bottom + 16, style)).join("") +
    label(axisTitle, (left + right) / 2, bottom + 35, style);
}

/** Draws the marks of a lane: on the lower edge of the bar, where they hide no text, or beside rows. */
function marks({ events, marksY, beginsY }: DrawnLane): string {
  return events.map(({ kind, x }) => eventMark(kind, x, kind === "begin" ? beginsY : marksY)).join("");
}

function baseline({ barY, barHeight }: DrawnLane, row: number): number {
  return barY + barHeight + 18 + row * noteRow;
}

/** Draws a thin leader line from each text up to its anchor on the bar. */
function leaders(lane: DrawnLane): string {
  const paths = lane.notes.map(({ text, anchor, x, row }) => {
    const end = x + textWidth(text, laneFonts.text);
    const hook = x > anchor ? `H${round(x - 2)}` : end < anchor ? `H${round(end + 2)}` : "";
    return `M${round(anchor)} ${lane.barY + lane.barHeight + 1}V${baseline(lane, row) - 4}${hook}`;
  });
  return paths.length === 0 ? "" : `<path d="${paths.join("")}" fill="none" stroke="${inks.edge}"/>`;
}

function notes(lane: DrawnLane, index: number): string {
  const style = { size: laneFonts.text, halo: laneFill(index) };
  return lane.notes.map(({ text, x, row }) => label(text, x, baseline(lane, row), style)).join("");
}

/** Builds the legend from the kinds that occur; if it needs several rows, bars precede marks. */
function legendOf({ lanes, links, width }: LanesLayout, { words, legend }: LegendNames): LegendEntry[][] {
  const segments = new Set(lanes.flatMap((lane) => lane.segments.map(({ kind }) => kind)));
  const events = new Set(lanes.flatMap((lane) => lane.events.map(({ kind }) => kind)));
  const barEntries = (Object.keys(segmentWords) as SegmentKind[]).filter((kind) => segments.has(kind)).map((kind) =>
    legendEntry(
      legend?.[kind] ?? words?.[kind] ?? segmentWords[kind],
      30,
      (x, y) =>
        `<g transform="translate(${x} ${y}) scale(1 0.62)">${segmentBar({ kind, x: 0, width: 30 }, -bar / 2, bar)}</g>`,
    )
  );
  const markEntries = namedEvents.filter((kind) => events.has(kind))
    .map((kind) => legendEntry(kind, 14, (x, y) => eventMark(kind, x + 7, y)));
  if (links.length > 0) {
    const drawn = (x: number, y: number) => drawLink({ x: x + 5, y: y + 8, endY: y - 10 });
    markEntries.push(legendEntry("waits for", 10, drawn));
  }
  const room = width - 2 * margin;
  const together = legendRows([...barEntries, ...markEntries], room);
  return together.length < 2 ? together : [...legendRows(barEntries, room), ...legendRows(markEntries, room)];
}
