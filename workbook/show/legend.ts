/**
 * What the signs of a picture mean: a sign and a word each, in as many rows as it takes.
 *
 * @module
 */
import { inks, label, round } from "./svg.ts";
import { textWidth } from "./text_width.ts";

/** A sign and what it means. */
export interface LegendEntry {
  /** Draws the sign and the words, from x on and around y. */
  readonly draw: (x: number, y: number) => string;
  /** The whole entry in pixels. */
  readonly width: number;
}

/** The height of a row in pixels. */
export const legendLine = 24;
const fontSize = 12.5;
const gap = 20;

/** A sign and what it means. @param markWidth of the sign, in pixels @param mark draws the sign, from x on and around y */
export function legendEntry(text: string, markWidth: number, mark: LegendEntry["draw"]): LegendEntry {
  return {
    draw: (x, y) => mark(x, y) + label(text, x + markWidth + 8, y + 4.5, { size: fontSize, colour: inks.soft }),
    width: markWidth + 8 + textWidth(text, fontSize),
  };
}

/** Breaks entries into rows of at most so many pixels; a wider entry keeps a row of its own. */
export function legendRows(entries: readonly LegendEntry[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  for (const entry of entries) {
    if (rows.length > 0 && legendRowWidth(rows.at(-1)!) + gap + entry.width <= width) rows.at(-1)!.push(entry);
    else rows.push([entry]);
  }
  return rows;
}

/** The width of a row in pixels. */
export function legendRowWidth(row: readonly LegendEntry[]): number {
  return row.reduce((sum, { width }) => sum + width + gap, -gap);
}

/** Draws a row. @param x of its left edge @param y of its middle, both in pixels */
export function drawLegendRow(row: readonly LegendEntry[], x: number, y: number): string {
  let at = x;
  return row.map(({ draw, width }) => {
    const drawn = draw(round(at), round(y));
    at += width + gap;
    return drawn;
  }).join("");
}
