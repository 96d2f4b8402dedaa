/**
 * Measures text, so that charts leave room for labels without a browser.
 *
 * @module
 */

/** Advance widths of IBM Plex Sans Regular for the characters from space to `~`, in thousandths of the font size. */
// deno-fmt-ignore
const advances = [
  236, 284, 419, 713, 598, 927, 694, 242, 335, 335, 450, 600, 272, 399, 272, 383, // space to /
  600, 600, 600, 600, 600, 600, 600, 600, 600, 600, 292, 292, 600, 600, 600, 477, // 0 to ?
  891, 641, 653, 621, 671, 583, 559, 695, 707, 400, 510, 634, 501, 812, 707, 708, // @ to O
  606, 708, 640, 581, 572, 678, 609, 891, 613, 593, 580, 317, 383, 317, 600, 565, // P to _
  600, 534, 580, 503, 580, 549, 324, 528, 568, 250, 250, 527, 272, 873, 568, 560, // ` to o
  580, 580, 367, 487, 351, 568, 492, 768, 507, 499, 464, 343, 314, 343, 600, // p to ~
];
const otherAdvance = 600;
const boldFactor = 1.05;

/**
 * Returns the width of a text in IBM Plex Sans, the font of the PNGs, in pixels. Non-ASCII characters count as one
 * digit.
 * @param text one line of text
 * @param fontSize in pixels
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) thousandths += advances[character.codePointAt(0)! - 32] ?? otherAdvance;
  return thousandths / 1000 * fontSize * (bold ? boldFactor : 1);
}

/**
 * Shortens a text to a width in pixels, with an ellipsis; returns an empty string if fewer than 4 characters would
 * remain.
 */
export function fitText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  let kept = characters.length - 1;
  while (kept > 0 && textWidth(characters.slice(0, kept).join("") + "…", fontSize) > width) kept--;
  return kept < 4 ? "" : characters.slice(0, kept).join("").replace(/[\s.,(]+$/, "") + "…";
}

/** Wraps a text into lines of limited length in characters; a longer word gets a line of its own. */
export function wrapText(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= length) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Wraps a text into lines of limited width in pixels; a longer word is shortened. */
export function wrapWidth(text: string, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((word) => word !== "").map((word) => fitText(word, fontSize, width))) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
