/**
 * A chart that shows itself: interactive in JupyterLab, a PNG on GitHub, a sentence for everyone else.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "../display.ts";
import { renderPng } from "../render.ts";
import { chartConfig, plotWidth } from "../theme.ts";

/** A Vega-Lite spec without `$schema`: https://vega.github.io/vega-lite/docs/ */
export type ChartSpec = Readonly<Record<string, unknown>>;

const vegaLiteMime = "application/vnd.vegalite.v5+json";

/** A chart was asked for without the sentence that stands for it where no picture can be seen. */
export class MissingAltTextError extends Error {
  override readonly name = "MissingAltTextError";
  constructor() {
    super(
      'A chart needs an alternative text. Say in one sentence what it shows: chart(spec, "Driver a is faster than b").',
    );
  }
}

/** What {@linkcode chart} returns. */
export class Chart implements Displayable {
  /** The whole Vega-Lite spec, with the look of this workbook and its own `config` merged in. */
  readonly spec: ChartSpec;
  /** The sentence that stands for the picture. */
  readonly alt: string;
  #width?: number;

  constructor(spec: ChartSpec, alt: string) {
    if (alt.trim() === "") throw new MissingAltTextError();
    this.alt = alt;
    this.spec = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      description: alt,
      width: plotWidth,
      ...spec,
      config: mergeConfig(chartConfig, spec.config as Record<string, unknown> | undefined),
    };
  }

  /** The chart as PNG: white background, two pixels for each one shown. Needs permission: the renderer is native. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, width } = await renderPng(this.spec);
    this.#width = width;
    return bytes;
  }

  async [displaySymbol](): Promise<MimeBundle> {
    return { [vegaLiteMime]: this.spec, "image/png": (await this.png()).toBase64(), "text/plain": this.alt };
  }

  /** The alternative text and, once the PNG is drawn, the width at which it is to be shown. */
  get displayMetadata(): MimeMetadata {
    return { "image/png": this.#width === undefined ? { alt: this.alt } : { alt: this.alt, width: this.#width } };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.alt;
  }
}

/**
 * A chart from a Vega-Lite spec, in the look of this workbook.
 *
 * It shows itself as the last value of a cell, or with `await show(chart(…))`.
 *
 * @param spec a Vega-Lite spec without `$schema`; its data belong into it (`data: { values: […] }`)
 * @param alt one sentence that says what the picture shows
 * @throws {MissingAltTextError} when the sentence is empty
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

/** Two levels of `config` merged; what the spec says wins. */
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
