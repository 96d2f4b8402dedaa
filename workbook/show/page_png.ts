/**
 * A picture for the page that shows it: a PNG in the page's theme, and beside it the drawing for a dark page, for those
 * who show the stored output later.
 *
 * @module
 */
import { darkPaper, darkSvg } from "./dark.ts";
import { isDarkPage } from "./page_theme.ts";
import { renderPng } from "./png.ts";

/** MIME type of the drawing for a dark page. Jupyter and GitHub show the PNG, and keep what they do not know. */
export const darkMime = "image/svg+xml;theme=dark";

/**
 * Renders an SVG drawn for white paper.
 *
 * @returns both renderings by MIME type.
 */
export async function pngFor(svg: string): Promise<{ "image/png": string; [darkMime]: string }> {
  const dark = darkSvg(svg);
  const { bytes } = await (isDarkPage() ? renderPng(dark, darkPaper) : renderPng(svg));
  return { "image/png": bytes.toBase64(), [darkMime]: dark };
}
