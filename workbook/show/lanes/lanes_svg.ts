/**
 * Renders lanes as SVG: a bar for each segment, a mark for each event, an arrow for each wait.
 *
 * @module
 */
import { type LaneEventKind, type LanesData, type SegmentKind, segmentWords } from "./lanes_data.ts";
import {
  type DrawnLane,
  type DrawnLink,
  type DrawnSegment,
  laneFonts,
  laneSizes,
  type LanesLayout,
} from "./lanes_layout.ts";
import { drawLegendRow, type LegendEntry, legendEntry, legendLine, legendRows } from "../legend.ts";
import { drawing, inks, label, round } from "../svg.ts";
import { textWidth } from "../text_width.ts";
import { phaseColours } from "../theme.ts";

const { margin, bar, noteRow } = laneSizes;

/**
 * Renders lanes.
 * @returns the SVG, and its width in pixels.
 */
export function drawLanes(
  layout: LanesLayout,
  alt: string,
  { title, words }: Pick<LanesData, "title" | "words">,
): { svg: string; width: number } {
  const legend = legendOf(layout, words);
  const legendTop = layout.height + laneSizes.legendGap;
  const height = legendTop + legend.length * legendLine + margin / 2;
  const parts = [
    patterns,
    title === undefined ? "" : label(title, margin, margin + 15, { size: laneFonts.title, bold: true }),
    ...layout.lanes.map((lane, index) => background(lane, index, layout)),
    axis(layout),
    ...layout.lanes.map(bars),
    ...layout.lanes.map(leaders),
    ...layout.links.map(drawLink),
    ...layout.lanes.map(marks),
    ...layout.lanes.map(notes),
    ...legend.map((row, index) => drawLegendRow(row, margin, legendTop + (index + 0.5) * legendLine)),
  ];
  return { svg: drawing(parts, layout.width, height, alt), width: layout.width };
}

const waitingFill = "#fdf3dc";
/** Stripes mark waits, in addition to colour. */
const patterns = '<defs><pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse" ' +
  `patternTransform="rotate(45)"><rect width="7" height="7" fill="${waitingFill}"/><rect width="2" height="7" fill="#f6d48c"/>` +
  "</pattern></defs>";

function laneFill(index: number): string {
  return index % 2 === 0 ? "#f6f6f6" : "white";
}

function background({ name, note, y, height, barY }: DrawnLane, index: number, { width, left }: LanesLayout): string {
  const middle = barY + bar / 2;
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

function bars({ segments, barY }: DrawnLane): string {
  return segments.map((segment) => segmentBar(segment, barY)).join("");
}

function segmentBar({ kind, x, width, label: text, labelX = x }: DrawnSegment, y: number): string {
  // leave a gap, so that adjacent bars remain distinct
  const inked = width > 5 ? width - 1.5 : width;
  const rect = (attributes: string, inset = 0) =>
    `<rect x="${round(x + inset)}" y="${y + inset}" width="${round(inked - 2 * inset)}" height="${bar - 2 * inset}" ` +
    `rx="${round(Math.min(3, inked / 2))}" ${attributes}/>`;
  const shapes: Record<SegmentKind, () => string> = {
    runs: () => rect(`fill="${phaseColours.statement}"`),
    holds: () => rect(`fill="${phaseColours.held}"`),
    waits: () =>
      rect(`fill="url(#stripes)" stroke="${phaseColours.waiting}" stroke-width="1.6" stroke-dasharray="4 3"`, 0.8),
    connects: () =>
      rect(`fill="white" stroke="${phaseColours.connecting}" stroke-width="1.6" stroke-dasharray="4 3"`, 6),
    idle: () =>
      `<path d="M${round(x)} ${y + bar / 2}h${round(width)}" stroke="${phaseColours.open}" stroke-width="3"/>`,
    failed: () =>
      rect(`fill="${phaseColours.failed}"`) +
      (inked < 8 ? "" : rect('fill="none" stroke="white" stroke-width="1.3"', 2.5)),
  };
  const { colour, halo } = textLooks[kind];
  return shapes[kind]() +
    (text === undefined ? "" : label(text, labelX, y + bar / 2 + 4.5, { size: laneFonts.text, colour, halo }));
}

/** Text styles by segment kind. */
const textLooks: Readonly<Record<SegmentKind, { colour: string; halo?: string }>> = {
  runs: { colour: "white" },
  holds: { colour: inks.text },
  waits: { colour: inks.text, halo: waitingFill },
  idle: { colour: inks.text, halo: "white" },
  connects: { colour: inks.text, halo: "white" },
  failed: { colour: "black" },
};

/** Event marks, centred on 0,0: each with its own shape and colour. */
const eventLooks: Readonly<Record<LaneEventKind, { path: string; colour: string }>> = {
  begin: { path: "M-4.5 -6L6 0L-4.5 6z", colour: phaseColours.open },
  commit: { path: "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", colour: phaseColours.commit },
  rollback: {
    path: "M-6 -3.2L-3.2 -6L0 -2.8L3.2 -6L6 -3.2L2.8 0L6 3.2L3.2 6L0 2.8L-3.2 6L-6 3.2L-2.8 0z",
    colour: phaseColours.failed,
  },
  done: { path: "M-6.5 0L-4 -2.6L-1.6 -0.2L4.2 -5.6L6.6 -3L-1.6 5z", colour: phaseColours.commit },
  error: { path: "M0 -7L7 6H-7z", colour: phaseColours.failed },
  note: { path: "M0 -6L6 0L0 6L-6 0z", colour: inks.text },
};

function eventMark(kind: LaneEventKind, x: number, y: number): string {
  const { path, colour } = eventLooks[kind];
  const place = `transform="translate(${round(x)} ${round(y)})"`;
  return `<path d="${path}" ${place} fill="white" stroke="white" stroke-width="4" stroke-linejoin="round"/>` +
    `<path d="${path}" ${place} fill="${colour}"/>`;
}

/** Draws marks on the lower edge of the bar, where they hide no text. */
function marks({ events, barY }: DrawnLane): string {
  return events.map(({ kind, x }) => eventMark(kind, x, barY + bar)).join("");
}

function drawLink({ x, y, endY }: DrawnLink): string {
  const back = Math.sign(y - endY);
  const tip = endY + back;
  const path = `M${round(x)} ${y}V${tip + back * 7}`;
  return `<path d="${path}" stroke="white" stroke-width="5"/>` +
    `<path d="${path}" stroke="${inks.text}" stroke-width="1.7"/>` +
    `<circle cx="${round(x)}" cy="${y}" r="3.6" fill="white" stroke="${inks.text}" stroke-width="1.7"/>` +
    `<path d="M${round(x)} ${tip}l-5 ${back * 9}h10z" fill="${inks.text}" stroke="white" stroke-width="1.2"/>`;
}

function baseline(barY: number, row: number): number {
  return barY + bar + 18 + row * noteRow;
}

/** Draws a thin leader line from each text up to its anchor on the bar. */
function leaders({ notes, barY }: DrawnLane): string {
  const paths = notes.map(({ text, anchor, x, row }) => {
    const end = x + textWidth(text, laneFonts.text);
    const hook = x > anchor ? `H${round(x - 2)}` : end < anchor ? `H${round(end + 2)}` : "";
    return `M${round(anchor)} ${barY + bar + 1}V${baseline(barY, row) - 4}${hook}`;
  });
  return paths.length === 0 ? "" : `<path d="${paths.join("")}" fill="none" stroke="${inks.edge}"/>`;
}

function notes({ notes, barY }: DrawnLane, index: number): string {
  const style = { size: laneFonts.text, halo: laneFill(index) };
  return notes.map(({ text, x, row }) => label(text, x, baseline(barY, row), style)).join("");
}

/** Builds the legend from the kinds that occur; if it needs several rows, bars precede marks. */
function legendOf({ lanes, links, width }: LanesLayout, words: LanesData["words"]): LegendEntry[][] {
  const segments = new Set(lanes.flatMap((lane) => lane.segments.map(({ kind }) => kind)));
  const events = new Set(lanes.flatMap((lane) => lane.events.map(({ kind }) => kind)));
  const barEntries = (Object.keys(segmentWords) as SegmentKind[]).filter((kind) => segments.has(kind)).map((kind) =>
    legendEntry(
      words?.[kind] ?? segmentWords[kind],
      30,
      (x, y) =>
        `<g transform="translate(${x} ${y}) scale(1 0.62)">${segmentBar({ kind, x: 0, width: 30 }, -bar / 2)}</g>`,
    )
  );
  const markEntries = (Object.keys(eventLooks) as LaneEventKind[])
    .filter((kind) => events.has(kind) && kind !== "note")
    .map((kind) => legendEntry(kind, 14, (x, y) => eventMark(kind, x + 7, y)));
  if (links.length > 0) {
    const drawn = (x: number, y: number) => drawLink({ from: "", to: "", x: x + 5, y: y + 8, endY: y - 10 });
    markEntries.push(legendEntry("waits for", 10, drawn));
  }
  const room = width - 2 * margin;
  const together = legendRows([...barEntries, ...markEntries], room);
  return together.length < 2 ? together : [...legendRows(barEntries, room), ...legendRows(markEntries, room)];
}
