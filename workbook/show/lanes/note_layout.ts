/**
 * Places the texts of a lane: inside its bars, or below them.
 *
 * @module
 */
import { fitText, textWidth } from "../text_width.ts";
import { laneFonts } from "./lane_sizes.ts";

const noteGap = 14;

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

/** Returns the start of a text that fits in a bar without crossing an arrow; undefined if there is none. */
export function placeInside(text: string, x: number, end: number, arrows: readonly number[]): number | undefined {
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
export function placeNotes(
  texts: readonly { text: string; anchor: number }[],
  arrows: readonly number[],
  { left, right }: { readonly left: number; readonly right: number },
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
