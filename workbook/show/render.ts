/**
 * Vega-Lite to SVG to PNG, without a browser and with a font of its own: the same picture on every machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { textWidth } from "./text_width.ts";

const family = "IBM Plex Sans";
const fontFolder = "@expo-google-fonts/ibm-plex-sans";

/** A PNG and the width in pixels at which it is to be shown: half of its own, so that it is sharp on good screens. */
export interface RenderedPng {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
}

/** Draws a Vega-Lite spec as SVG. The same spec gives the same text. Needs no permission. */
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

/** Draws a Vega-Lite spec as PNG on white, two pixels for each one shown. Needs permission: the renderer is native. */
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

/** The font that comes with the project, and no other: what is installed on a machine must not change a picture. */
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

/** Without a browser vega guesses that every character is 0.8 of the font size wide, which leaves gaps everywhere. */
function useOwnTextWidths(metrics: object): void {
  Object.assign(metrics, {
    width: (item: { fontSize?: number; fontWeight?: string | number; limit?: number }, text: unknown) =>
      textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold" || Number(item.fontWeight) >= 600),
  });
}
