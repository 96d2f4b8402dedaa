/**
 * Renders Vega-Lite to SVG without a browser, so that charts are identical on every machine.
 *
 * @module
 */
import { fontFamily } from "./png.ts";
import { textWidth } from "./text_width.ts";

/** Renders a Vega-Lite spec as SVG. Equal specs give equal text. Requires no permission. */
export async function renderSvg(spec: Readonly<Record<string, unknown>>): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  useOwnTextWidths((vega as unknown as { textMetrics: object }).textMetrics);
  const config = { ...(spec.config as object), font: fontFamily };
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
 * Replaces vega's text measurement, which without a browser assumes 0.8 of the font size per character and leaves large
 * gaps.
 */
function useOwnTextWidths(metrics: object): void {
  Object.assign(metrics, {
    width: (item: { fontSize?: number; fontWeight?: string | number; limit?: number }, text: unknown) =>
      textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold" || Number(item.fontWeight) >= 600),
  });
}
