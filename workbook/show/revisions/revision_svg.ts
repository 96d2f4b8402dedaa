/**
 * Renders the revisions of a migrations folder as SVG, with a legend.
 *
 * @module
 */
import {
  type RevisionBox,
  revisionFonts,
  type RevisionLayout,
  type RevisionLine,
  revisionSizes,
} from "./revision_layout.ts";
import { drawLegendRow, type LegendEntry, legendEntry, legendLine, legendRows, legendRowWidth } from "../legend.ts";
import { drawing, inks, label, round } from "../svg.ts";
import { fitText, textWidth } from "../text_width.ts";
import { colours, tints } from "../theme.ts";

const { margin, pad, strip } = revisionSizes;
const dashes = ' stroke-dasharray="5 4"';
const here = "current";
const arrow = 8;

/**
 * Renders revisions.
 * @returns the SVG, and its width in pixels.
 */
export function drawRevisions(layout: RevisionLayout, alt: string, title?: string): { svg: string; width: number } {
  const legend = legendRows(legendOf(layout), legendWidth);
  const width = Math.ceil(Math.max(
    layout.width,
    ...legend.map((row) => 2 * margin + legendRowWidth(row)),
    title === undefined ? 0 : 2 * margin + textWidth(title, 16, true),
  ));
  const top = title === undefined ? 0 : 32;
  const height = top + layout.height + legend.length * legendLine + margin;
  const heading = title === undefined ? [] : [label(title, margin, margin + 15, { size: 16, bold: true })];
  // pending lines lie below, so that a shared segment is drawn as applied
  const lines = layout.lines.toSorted((a, b) => Number(a.applied) - Number(b.applied)).map(drawLine);
  const graph = `<g transform="translate(0 ${top})">${lines.join("")}${layout.boxes.map(drawBox).join("")}</g>`;
  const signs = legend.map((row, index) =>
    drawLegendRow(row, margin, top + layout.height + (index + 0.5) * legendLine)
  );
  return { svg: drawing([...heading, graph, ...signs], width, height, alt), width };
}

function drawLine({ points, applied }: RevisionLine): string {
  const [endX, endY] = points.at(-1)!;
  return linePath(rounded([...points.slice(0, -1), [endX, endY + arrow - 1]]), applied) + arrowHead(endX, endY + 1);
}

/** Draws a rectilinear path with rounded corners. */
function rounded(points: RevisionLine["points"]): string {
  const towards = ([x, y]: Point, [otherX, otherY]: Point) => {
    const radius = Math.min(9, (Math.abs(otherX - x) + Math.abs(otherY - y)) / 2);
    return `${round(x + Math.sign(otherX - x) * radius)} ${round(y + Math.sign(otherY - y) * radius)}`;
  };
  return points.map((point, index) => {
    const here = `${round(point[0])} ${round(point[1])}`;
    if (index === 0) return `M${here}`;
    const after = points[index + 1];
    if (after === undefined) return `L${here}`;
    return `L${towards(point, points[index - 1])}Q${here} ${towards(point, after)}`;
  }).join("");
}

type Point = RevisionLine["points"][number];

function linePath(d: string, applied: boolean): string {
  return `<path d="${d}" fill="none" stroke="${inks.line}" stroke-width="${applied ? 2.4 : 1.6}"` +
    `${applied ? "" : dashes}/>`;
}

function arrowHead(x: number, y: number): string {
  return `<path d="M${round(x)} ${round(y)}l-5 ${arrow}h10z" fill="${inks.line}"/>`;
}

function drawBox(box: RevisionBox): string {
  const { x, y, width, height, id, message, applied, current, head } = box;
  const middle = x + width / 2;
  const parts: string[] = [];
  if (id === "base") {
    const top = y + height - revisionSizes.base;
    parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="${tints.base}" stroke="${inks.edge}"/>`,
      label("base", middle, top + 19, { size: revisionFonts.id, bold: true, anchor: "middle" }),
    );
  } else {
    const colour = applied ? "white" : inks.text;
    const room = width - 2 * pad;
    const name = fitText(id, revisionFonts.id * 1.05, room - (head ? 56 : 0));
    const bottom = y + height;
    parts.push(
      frame(x, y, width, height, applied),
      label(name, x + pad, bottom - 31, { size: revisionFonts.id, bold: true, colour }),
      label(fitText(message, revisionFonts.message, room), x + pad, bottom - 12, {
        size: revisionFonts.message,
        colour,
      }),
    );
    if (head) parts.push(headTag(x + width - pad - 42, bottom - 44));
  }
  if (current) {
    const radius = id === "base" ? 14 : 6;
    parts.push(
      `<path d="M${x} ${y + strip}v${radius - strip}q0 ${-radius} ${radius} ${-radius}h${width - 2 * radius}` +
        `q${radius} 0 ${radius} ${radius}v${strip - radius}z" fill="${colours.orange}"/>`,
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="none" ` +
        `stroke="${colours.orange}" stroke-width="3"/>`,
      cylinder(middle - textWidth(here, revisionFonts.message, true) / 2 - 7, y + 12),
      label(here, middle + 8, y + 17, {
        size: revisionFonts.message,
        bold: true,
        anchor: "middle",
        colour: inks.onBright,
      }),
    );
  }
  return parts.join("");
}

/** Draws the box of a revision: filled if applied, hollow and dashed if pending. */
function frame(x: number, y: number, width: number, height: number, applied: boolean): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" ` +
    (applied ? `fill="${colours.blue}"/>` : `fill="white" stroke="${inks.soft}" stroke-width="1.6"${dashes}/>`);
}

function headTag(x: number, y: number): string {
  return `<rect x="${x}" y="${y}" width="42" height="17" rx="8.5" fill="white" stroke="${inks.text}"/>` +
    label("head", x + 21, y + 12.5, { size: revisionFonts.small, anchor: "middle" });
}

/** Draws the database symbol. */
function cylinder(x: number, y: number): string {
  return `<path d="M${round(x - 5)} ${y - 4}v8a5 2.4 0 0 0 10 0v-8a5 2.4 0 0 0 -10 0a5 2.4 0 0 0 10 0" fill="none" ` +
    `stroke="${inks.onBright}" stroke-width="1.5"/>`;
}

const legendWidth = 600;

/** Builds the legend from the symbols that occur. */
function legendOf({ boxes, lines }: RevisionLayout): LegendEntry[] {
  const revisions = boxes.filter(({ id }) => id !== "base");
  const has = (test: (box: RevisionBox) => boolean) => revisions.some(test);
  return [
    has(({ applied }) => applied) && legendEntry("applied", 30, (x, y) => frame(x, y - 8, 30, 16, true)),
    has(({ applied }) => !applied) && legendEntry("pending", 30, (x, y) => frame(x, y - 8, 30, 16, false)),
    lines.length > 0 &&
    legendEntry("follows", 12, (x, y) => linePath(`M${x + 6} ${y + 9}V${y}`, true) + arrowHead(x + 6, y - 8)),
    has(({ head }) => head) && legendEntry("head", 42, (x, y) => headTag(x, y - 8.5)),
  ].filter((entry) => entry !== false);
}
