/**
 * Pieces of SVG that pictures share.
 *
 * @module
 */

/** Greys of a picture on white: the text, the text beside it, and lines that are not data. */
export const inks = { text: "#1f1f1f", soft: "#595959", line: "#404040", edge: "#8a8a8a", grid: "#dedede" } as const;

/** How a {@linkcode label} looks. */
export interface LabelStyle {
  /** In pixels. */
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly anchor?: "start" | "middle" | "end";
  /** A colour around the letters: for a text that lies on lines. */
  readonly halo?: string;
}

/** One line of text. @param x of its anchor @param y of its baseline, both in pixels */
export function label(text: string, x: number, y: number, style: LabelStyle): string {
  const { size, bold = false, colour = inks.text, anchor = "start", halo } = style;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${bold ? ' font-weight="700"' : ""}` +
    (anchor === "start" ? "" : ` text-anchor="${anchor}"`) +
    (halo === undefined ? "" : ` stroke="${halo}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"`) +
    ` fill="${colour}">${escapeXml(text)}</text>`;
}

/** A whole drawing on white, with its alternative text as its title. Sizes in pixels. */
export function drawing(parts: readonly string[], width: number, height: number, alt: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="IBM Plex Sans"><title>${escapeXml(alt)}</title>` +
    `<rect width="${width}" height="${height}" fill="white"/>${parts.join("")}</svg>`;
}

/** A number with one decimal at most: the same picture gives the same text. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!,
  );
}
