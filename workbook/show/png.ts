/**
 * Renders SVG as PNG with a bundled font, so that pictures are identical on every machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Font family of all pictures. */
export const fontFamily = "IBM Plex Sans";
const fontFolder = "@expo-google-fonts/ibm-plex-sans";

/** A PNG and its display width in pixels: half the actual width, for high-resolution screens. */
export interface RenderedPng {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
}

/**
 * Renders an SVG as PNG on a coloured background, by default white, at double resolution. Requires permissions: the
 * renderer is a native module.
 */
export async function renderPng(svg: string, background: string = "white"): Promise<RenderedPng> {
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, { fitTo: { mode: "zoom", value: 2 }, background, font: fontOptions() })
    .render();
  return { bytes: new Uint8Array(image.asPng()), width: Math.round(image.width / 2) };
}

/** Uses only the bundled font: installed fonts must not change a picture. */
export function fontOptions() {
  return {
    fontFiles: [fontFile("400Regular/IBMPlexSans_400Regular.ttf"), fontFile("700Bold/IBMPlexSans_700Bold.ttf")],
    loadSystemFonts: false,
    defaultFontFamily: fontFamily,
  };
}

function fontFile(name: string): string {
  return fileURLToPath(import.meta.resolve(`${fontFolder}/${name}`));
}
