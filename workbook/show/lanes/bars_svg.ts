/**
 * Draws the bars of a lane, and the frames and numbers of its groups.
 *
 * @module
 */
import { inks, label, round } from "../svg.ts";
import { phaseColours, tints } from "../theme.ts";
import { laneFonts, rowSizes } from "./lane_sizes.ts";
import type { DrawnGroup, DrawnLane, DrawnSegment } from "./lane_layout.ts";
import type { SegmentKind } from "./lanes_data.ts";

/** Definitions that the bars refer to: stripes mark waits, in addition to colour. */
export const barPatterns = '<defs><pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse" ' +
  `patternTransform="rotate(45)"><rect width="7" height="7" fill="${tints.waiting}"/><rect width="2" height="7" fill="${tints.stripe}"/>` +
  "</pattern></defs>";

/** Draws the bars of a lane, then the frames and numbers of its groups. */
export function drawBars(lane: DrawnLane): string {
  const { segments, groups, barY, barHeight } = lane;
  const bars = segments.map((segment) =>
    segment.row === undefined
      ? segmentBar(segment, barY, barHeight)
      : segmentBar(segment, rowTop(lane, segment.row), rowSizes.height)
  );
  return [...bars, ...groups.map((group) => drawGroup(group, lane))].join("");
}

function rowTop({ barY }: DrawnLane, row: number): number {
  return barY + rowSizes.edge + row * (rowSizes.height + rowSizes.gap);
}

function drawGroup({ x, width, rows, number, numberX }: DrawnGroup, lane: DrawnLane): string {
  const top = rowTop(lane, 0) - 2;
  const height = rowTop(lane, rows - 1) + rowSizes.height + 2 - top;
  const frame = `<rect x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="3" ` +
    `fill="none" stroke="${inks.soft}" stroke-width="1.5"/>`;
  const style = { size: laneFonts.text, bold: true, colour: inks.soft };
  return (rows > 1 ? frame : "") +
    (numberX === undefined ? "" : label(String(number), numberX, lane.beginsY + 4.5, style));
}

/** Draws a bar and its text. */
export function segmentBar(segment: DrawnSegment, y: number, height: number): string {
  const { kind, x, width, label: text, labelX = x } = segment;
  // leave a gap, so that adjacent bars remain distinct
  const inked = width > 5 ? width - 1.5 : width;
  const rect = (attributes: string, inset = 0, insetY = inset) =>
    `<rect x="${round(x + inset)}" y="${round(y + insetY)}" width="${round(inked - 2 * inset)}" ` +
    `height="${round(height - 2 * insetY)}" rx="${round(Math.min(3, inked / 2))}" ${attributes}/>`;
  const dashed = (colour: string) => `stroke="${colour}" stroke-width="1.6" stroke-dasharray="4 3"`;
  const shapes: Record<SegmentKind, () => string> = {
    runs: () => rect(`fill="${phaseColours.statement}"`),
    receives: () => rect(`fill="${phaseColours.answer}"`),
    holds: () => rect(`fill="${phaseColours.held}"`),
    waits: () => rect(`fill="url(#stripes)" ${dashed(phaseColours.waiting)}`, 0.8),
    connects: () => rect(`fill="white" ${dashed(phaseColours.connecting)}`, 0.8, (height - connectingHeight) / 2),
    idle: () =>
      `<path d="M${round(x)} ${y + height / 2}h${round(width)}" stroke="${phaseColours.open}" stroke-width="3"/>`,
    failed: () =>
      rect(`fill="${phaseColours.failed}"`) +
      (inked < 8 ? "" : rect('fill="none" stroke="white" stroke-width="1.3"', 2.5)),
  };
  const { colour, halo } = textLooks[kind];
  return shapes[kind]() +
    (text === undefined ? "" : label(text, labelX, y + height / 2 + 4.5, { size: laneFonts.text, colour, halo }));
}

const connectingHeight = 14;

/** Text styles by segment kind. */
const textLooks: Readonly<Record<SegmentKind, { colour: string; halo?: string }>> = {
  runs: { colour: "white" },
  receives: { colour: "white" },
  holds: { colour: inks.text },
  waits: { colour: inks.text, halo: tints.waiting },
  idle: { colour: inks.text, halo: "white" },
  connects: { colour: inks.text, halo: "white" },
  failed: { colour: inks.onBright },
};
