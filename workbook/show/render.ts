/**
 * Renders Vega-Lite to SVG and PNG without a browser and with a bundled font, so that pictures are identical on every
 * machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { textWidth } from "./text_width.ts";

const family = "IBM Plex Sans";
const fontFolder = "@expo-google-fonts/ibm-plex-sans";

/** A PNG and its display width in pixels: half the actual width, for high-resolution screens. */
export interface RenderedPng {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
}

/** Renders a Vega-Lite spec as SVG. Equal specs give equal text. Requires no permission. */
export async function renderSvg(spec: Readonly<Record<string, unknown>>): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  useOwnTextWidths((vega as unknown as { textMetrics: object }).textMetrics);
  const config = { ...(spec.config as object), font: family };
  const quiet = vega.logger(vega.Error);
  // deno-lint-ignore no-explicit-any -- a spec is data here; vega-lite itself says what is wrong with it
  const compiled = vegaLite.compile({ ...spec, config } as any, { logger: quiet as any });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger: quiet });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * Renders a Vega-Lite spec as PNG on a white background at double resolution. Requires permissions: the renderer is a
 * native module.
 */
export async function renderPng(spec: Readonly<Record<string, unknown>>): Promise<RenderedPng> {
  const svg = await renderSvg(spec);
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    background: "white",
    font: fontOptions(),
  }).render();
  return { bytes: new Uint8Array(image.asPng()), width: Math.round(image.width / 2) };
}

/** Uses only the bundled font: installed fonts must not change a picture. */
export function fontOptions() {
  return {
    fontFiles: [fontFile("400Regular/IBMPlexSans_400Regular.ttf"), fontFile("700Bold/IBMPlexSans_700Bold.ttf")],
    loadSystemFonts: false,
    defaultFontFamily: family,
  };
}

function fontFile(name: string): string {
  return fileURLToPath(import.meta.resolve(`${fontFolder}/${name}`));
}

/**
 * Replaces vega's text measurement, which without a browser assumes 0.8 of the font size per character and leaves large
 * gaps.
 */
function useOwnTextWidths(metrics: object): void {
  Object.assign(metrics, {
    width: (item: { fontSize?: number; fontWeight?: string | number; limit?: number }, text: unknown) =>
      textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold" || Number(item.fontWeight) >= 600),
  });
}
