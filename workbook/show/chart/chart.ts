/**
 * Displayable charts: interactive in JupyterLab, a PNG on GitHub, alternative text elsewhere.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "../display.ts";
import { darkSpec } from "../dark.ts";
import { pngFor } from "../page_png.ts";
import { isDarkPage } from "../page_theme.ts";
import { renderPng } from "../png.ts";
import { renderSvg } from "../render.ts";
import { chartConfig, plotWidth } from "../theme.ts";

/** A Vega-Lite spec without `$schema`: https://vega.github.io/vega-lite/docs/ */
export type ChartSpec = Readonly<Record<string, unknown>>;

const vegaLiteMime = "application/vnd.vegalite.v5+json";

/** Options for the browser: SVG, whose text can be selected and read aloud. */
const inBrowser = { embedOptions: { renderer: "svg" } };

/** A chart was created without alternative text. */
export class MissingAltTextError extends Error {
  override readonly name = "MissingAltTextError";
  constructor() {
    super(
      'A chart needs alternative text: a sentence that says what it shows, as in chart(spec, "Driver a is faster than b").',
    );
  }
}

/** A chart, as returned by {@linkcode chart}. */
export class Chart implements Displayable {
  /** The complete Vega-Lite spec, merged with the workbook's theme and the chart's own `config`. */
  readonly spec: ChartSpec;
  /** Alternative text. */
  readonly alt: string;
  #width?: number;

  constructor(spec: ChartSpec, alt: string) {
    if (alt.trim() === "") throw new MissingAltTextError();
    this.alt = alt;
    this.spec = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      description: alt,
      usermeta: inBrowser,
      width: plotWidth,
      ...spec,
      config: mergeConfig(chartConfig, spec.config as Record<string, unknown> | undefined),
    };
  }

  /**
   * Renders the chart as PNG on a white background at double resolution. Requires permissions: the renderer is a native
   * module.
   */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, width } = await renderPng(await renderSvg(this.spec));
    this.#width = width;
    return bytes;
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const spec = isDarkPage() ? darkSpec(this.spec) : this.spec;
    const svg = await renderSvg(this.spec);
    this.#width = Math.round(Number(/^<svg[^>]* width="([\d.]+)"/.exec(svg)![1]));
    return { [vegaLiteMime]: spec, ...await pngFor(svg), "text/plain": this.alt };
  }

  /** The alternative text and, once the PNG is rendered, its display width. */
  get displayMetadata(): MimeMetadata {
    return { "image/png": this.#width === undefined ? { alt: this.alt } : { alt: this.alt, width: this.#width } };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.alt;
  }
}

/**
 * Creates a chart from a Vega-Lite spec, in the workbook's theme.
 *
 * It is displayed as the last value of a cell, or with `await show(chart(…))`.
 *
 * @param spec a Vega-Lite spec without `$schema`; with inline data (`data: { values: […] }`)
 * @param alt one sentence that says what the picture shows
 * @throws {MissingAltTextError} if the sentence is empty
 * @example
 * ```ts ignore
 * chart({
 *   data: { values: [{ driver: "pg", ms: 0.21 }, { driver: "postgres", ms: 0.19 }] },
 *   mark: "bar",
 *   encoding: { x: { field: "ms", type: "quantitative" }, y: { field: "driver", type: "nominal" } },
 * }, "Both drivers answer in about 0.2 ms.");
 * ```
 */
export function chart(spec: ChartSpec, alt: string): Chart {
  return new Chart(spec, alt);
}

/** Merges two levels of `config`; the chart's own values take precedence. */
function mergeConfig(base: Record<string, unknown>, own: Record<string, unknown> = {}): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const both = isObject(value) && isObject(base[key]);
    merged[key] = both ? { ...base[key] as object, ...value } : value;
  }
  return merged;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
