/**
 * Legends: a symbol and a label per entry, in as many rows as needed.
 *
 * @module
 */
import { inks, label, round } from "./svg.ts";
import { textWidth } from "./text_width.ts";

/** A legend entry. */
export interface LegendEntry {
  /** Draws the symbol and the label, starting at x and centred on y. */
  readonly draw: (x: number, y: number) => string;
  /** Width of the entry, in pixels. */
  readonly width: number;
}

/** Height of a row, in pixels. */
export const legendLine = 24;
const fontSize = 12.5;
const gap = 20;

/**
 * Creates a legend entry.
 * @param markWidth width of the symbol, in pixels
 * @param mark draws the symbol, starting at x and centred on y
 */
export function legendEntry(text: string, markWidth: number, mark: LegendEntry["draw"]): LegendEntry {
  return {
    draw: (x, y) => mark(x, y) + label(text, x + markWidth + 8, y + 4.5, { size: fontSize, colour: inks.soft }),
    width: markWidth + 8 + textWidth(text, fontSize),
  };
}

/** Breaks entries into rows of limited width in pixels; a wider entry gets a row of its own. */
export function legendRows(entries: readonly LegendEntry[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  for (const entry of entries) {
    if (rows.length > 0 && legendRowWidth(rows.at(-1)!) + gap + entry.width <= width) rows.at(-1)!.push(entry);
    else rows.push([entry]);
  }
  return rows;
}

/** Returns the width of a row, in pixels. */
export function legendRowWidth(row: readonly LegendEntry[]): number {
  return row.reduce((sum, { width }) => sum + width + gap, -gap);
}

/**
 * Draws a row.
 * @param x its left edge, in pixels
 * @param y its middle, in pixels
 */
export function drawLegendRow(row: readonly LegendEntry[], x: number, y: number): string {
  let at = x;
  return row.map(({ draw, width }) => {
    const drawn = draw(round(at), round(y));
    at += width + gap;
    return drawn;
  }).join("");
}
