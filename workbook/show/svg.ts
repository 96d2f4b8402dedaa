/**
 * SVG elements shared by pictures.
 *
 * @module
 */

/** Greys on white: text, secondary text, and lines that are not data. `onBright` stays dark on a dark page, too. */
export const inks = {
  text: "#1f1f1f",
  soft: "#595959",
  line: "#404040",
  edge: "#8a8a8a",
  grid: "#dedede",
  onBright: "#0d0d0d",
} as const;

/** Style of a {@linkcode label}. */
export interface LabelStyle {
  /** In pixels. */
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Outline colour, for text drawn over lines. */
  readonly halo?: string;
}

/**
 * Draws one line of text.
 * @param x its anchor, in pixels
 * @param y its baseline, in pixels
 */
export function label(text: string, x: number, y: number, style: LabelStyle): string {
  const { size, bold = false, colour = inks.text, anchor = "start", halo } = style;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${bold ? ' font-weight="700"' : ""}` +
    (anchor === "start" ? "" : ` text-anchor="${anchor}"`) +
    (halo === undefined ? "" : ` stroke="${halo}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"`) +
    ` fill="${colour}">${escapeXml(text)}</text>`;
}

/** Wraps a drawing with a white background and its alternative text as title. Sizes in pixels. */
export function drawing(parts: readonly string[], width: number, height: number, alt: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="IBM Plex Sans"><title>${escapeXml(alt)}</title>` +
    `<rect width="${width}" height="${height}" fill="white"/>${parts.join("")}</svg>`;
}

/** Rounds to at most one decimal, so that equal pictures give equal text. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Escapes text for XML. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!,
  );
}
