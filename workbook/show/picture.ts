/**
 * A drawing that shows itself in a notebook: as PNG, with a text for those who do not see it.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "./display.ts";
import { fontOptions } from "./render.ts";

/** What a {@linkcode Picture} is made of. */
export interface PictureParts<Layout> {
  /** What is drawn, and where. */
  readonly layout: Layout;
  /** The drawing; the same data give the same text. */
  readonly svg: string;
  /** The width of the drawing in pixels. */
  readonly width: number;
  /** The sentence that stands for the picture. */
  readonly alt: string;
  /** Everything the picture says, as lines of text. */
  readonly text: string;
}

/** A drawing, the data behind it, and the same in words. */
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

  /** The picture as PNG on white, two pixels for each one shown. Needs permission: the renderer is native. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { Resvg } = await import("@resvg/resvg-js");
    const image = new Resvg(this.svg, { fitTo: { mode: "zoom", value: 2 }, background: "white", font: fontOptions() });
    return new Uint8Array(image.render().asPng());
  }

  /** A PNG and no SVG: a notebook that is not trusted yet shows the one and hides the other. */
  async [displaySymbol](): Promise<MimeBundle> {
    return { "image/png": (await this.png()).toBase64(), "text/plain": this.text };
  }

  /** The alternative text, and the width at which the picture is to be shown. */
  get displayMetadata(): MimeMetadata {
    return { "image/png": { alt: this.alt, width: this.#width } };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.text;
  }
}
