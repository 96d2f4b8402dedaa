/**
 * Displayable drawings: a PNG in a notebook, with a text alternative.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "./display.ts";
import { pngFor } from "./page_png.ts";
import { renderPng } from "./png.ts";

/** Parts of a {@linkcode Picture}. */
export interface PictureParts<Layout> {
  /** What is drawn, as data. */
  readonly layout: Layout;
  /** The drawing as SVG; equal data give equal text. */
  readonly svg: string;
  /** Width of the drawing, in pixels. */
  readonly width: number;
  /** Alternative text. */
  readonly alt: string;
  /** The whole content of the picture as lines of text. */
  readonly text: string;
}

/** A drawing with the data behind it and its description as text. */
export class Picture<Layout> implements Displayable {
  readonly layout: Layout;
  readonly svg: string;
  readonly alt: string;
  readonly text: string;
  readonly #width: number;

  constructor({ layout, svg, width, alt, text }: PictureParts<Layout>) {
    this.layout = layout;
    this.svg = svg;
    this.alt = alt;
    this.text = text;
    this.#width = width;
  }

  /**
   * Renders the picture as PNG on a white background at double resolution. Requires permissions: the renderer is a
   * native module.
   */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    return (await renderPng(this.svg)).bytes;
  }

  /** Returns a PNG instead of an SVG, which an untrusted notebook hides; in the theme of the page. */
  async [displaySymbol](): Promise<MimeBundle> {
    return { ...await pngFor(this.svg), "text/plain": this.text };
  }

  /** The alternative text and the display width of the picture. */
  get displayMetadata(): MimeMetadata {
    return { "image/png": { alt: this.alt, width: this.#width } };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.text;
  }
}
