/**
 * Draws the plan of a unit of work: the statements that wait in a session, in their order, what each writes, which must
 * come after which, and where the client has to wait for an answer in between.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "../display.ts";
import { afterText, planAlt, type PlanRow, type PlanRows, planRows, type PlanStep, planText } from "./plan_rows.ts";
import { drawPlan } from "./plan_svg.ts";
import { fontOptions } from "../render.ts";
import { type Table, table } from "../table.ts";

/** How a {@linkcode plan} looks. */
export interface PlanOptions {
  /** The text above the picture. */
  readonly title?: string;
  /** Sentences below the title. */
  readonly notes?: readonly string[];
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
  readonly #isEmpty: boolean;

  constructor(rows: PlanRows, { title, notes = [] }: PlanOptions = {}) {
    this.rows = rows.rows;
    this.#isEmpty = rows.rows.length === 0 && notes.length === 0;
    this.alt = [...notes, planAlt(rows)].join(" ");
    this.text = [...notes, planText(rows)].join("\n");
    const { svg, width } = drawPlan(rows, title, notes);
    this.svg = svg;
    this.#width = width;
  }

  /** The statements with their SQL, and why each comes where it does. */
  get table(): Table {
    return table(this.rows.map((row) => ({
      step: row.number,
      kind: row.kind,
      rows: row.rows,
      SQL: row.sql,
      order: afterText(row).replace(/^, /, ""),
      sending: row.sending,
    })));
  }

  /** The picture as PNG on white, two pixels for each one shown. Needs permission: the renderer is native. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { Resvg } = await import("@resvg/resvg-js");
    const image = new Resvg(this.svg, { fitTo: { mode: "zoom", value: 2 }, background: "white", font: fontOptions() });
    return new Uint8Array(image.render().asPng());
  }

  /** As PNG and text. No SVG: a notebook that is not trusted yet hides it. */
  async [displaySymbol](): Promise<MimeBundle> {
    if (this.#isEmpty) return { "text/plain": this.text };
    return { "image/png": (await this.png()).toBase64(), "text/plain": this.text };
  }

  get displayMetadata(): MimeMetadata {
    return this.#isEmpty ? {} : { "image/png": { alt: this.alt, width: this.#width } };
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

/** A session, as far as its unit of work is looked at. */
export interface UnitOfWorkSource {
  readonly new: ReadonlySet<object>;
  readonly dirty: ReadonlySet<object>;
  readonly deleted: ReadonlySet<object>;
  /** `"idle"`: no transaction is open. */
  readonly state: string;
  diff(): readonly PlanStep[];
}

/**
 * Draws a session's unit of work as it is now: its objects by state, what will be sent in which order and why, and what
 * stands behind a commit or a rollback. It sends nothing: draw it before a flush, after it, and after the commit.
 *
 * ```ts ignore
 * await show(unitOfWork(session, { title: "Before the flush" }));
 * ```
 *
 * @throws {MissingValueError} when a new object lacks a value that it needs.
 */
export function unitOfWork(session: UnitOfWorkSource, { title }: Pick<PlanOptions, "title"> = {}): Plan {
  const isOver = session.state === "failed" || session.state === "closed"; // then diff() is refused
  const steps = isOver ? [] : session.diff();
  const states = [["insert", session.new], ["update", session.dirty], ["delete", session.deleted]] as const;
  const objects = states.map(([verb, own]) => `${verb} ${namesOf(own)}`).join("; ");
  return new Plan(planRows(steps), { title, notes: [`To ${objects}.`, transactionText(session.state)] });
}

/** `"1 Order, 2 Toy"`. */
function namesOf(objects: ReadonlySet<object>): string {
  const byClass = Map.groupBy(objects, ({ constructor: { name } }) => name);
  return [...byClass].map(([name, own]) => `${own.length} ${name}`).join(", ") || "nothing";
}

function transactionText(state: string): string {
  if (state === "active") return "A transaction is open: commit() keeps what was sent in it, rollback() undoes it.";
  if (state === "failed") return "A statement failed: only rollback() can follow.";
  return state === "closed" ? "The session is closed." : "No transaction is open: nothing that was sent can be undone.";
}
