/**
 * Draws the plan of a unit of work: the statements that wait in a session, in their order, what each writes, which must
 * come after which, and where the client has to wait for an answer in between.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "./display.ts";
import { planAlt, type PlanRow, type PlanRows, planRows, type PlanStep, planText } from "./plan_rows.ts";
import { drawPlan } from "./plan_svg.ts";
import { fontOptions } from "./render.ts";

/** How a {@linkcode plan} looks. */
export interface PlanOptions {
  /** The text above the picture. */
  readonly title?: string;
}

/** What {@linkcode plan} returns: a picture that shows itself, and the same as data. */
export class Plan implements Displayable {
  readonly rows: readonly PlanRow[];
  /** The sentence that stands for the picture. */
  readonly alt: string;
  /** The same plan as lines of text. */
  readonly text: string;
  /** The picture. */
  readonly svg: string;
  readonly #width: number;

  constructor(rows: PlanRows, options: PlanOptions = {}) {
    this.rows = rows.rows;
    this.alt = planAlt(rows);
    this.text = planText(rows);
    const { svg, width } = drawPlan(rows, options.title);
    this.svg = svg;
    this.#width = width;
  }

  /** The picture as PNG on white, two pixels for each one shown. Needs permission: the renderer is native. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { Resvg } = await import("@resvg/resvg-js");
    const image = new Resvg(this.svg, { fitTo: { mode: "zoom", value: 2 }, background: "white", font: fontOptions() });
    return new Uint8Array(image.render().asPng());
  }

  /** As PNG and text. No SVG: a notebook that is not trusted yet hides it. */
  async [displaySymbol](): Promise<MimeBundle> {
    if (this.rows.length === 0) return { "text/plain": this.text };
    return { "image/png": (await this.png()).toBase64(), "text/plain": this.text };
  }

  get displayMetadata(): MimeMetadata {
    return this.rows.length === 0 ? {} : { "image/png": { alt: this.alt, width: this.#width } };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.text;
  }
}

/**
 * Draws what waits in a session.
 *
 * ```ts ignore
 * await show(plan(session.diff()));
 * ```
 *
 * @param steps as `session.diff()` returns them
 */
export function plan(steps: readonly PlanStep[], options: PlanOptions = {}): Plan {
  return new Plan(planRows(steps), options);
}
