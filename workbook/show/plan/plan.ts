/**
 * Draws the plan of a unit of work: the pending statements of a session in order, their effects, their dependencies,
 * and where the client has to wait for a result.
 *
 * @module
 */
import { displaySymbol, type MimeBundle, type MimeMetadata } from "../display.ts";
import { Picture } from "../picture.ts";
import { afterText, planAlt, type PlanRow, type PlanRows, planRows, type PlanStep, planText } from "./plan_rows.ts";
import { drawPlan } from "./plan_svg.ts";
import { type Table, table } from "../table.ts";

/** Options of {@linkcode plan}. */
export interface PlanOptions {
  /** Title of the picture. */
  readonly title?: string;
  /** Sentences below the title. */
  readonly notes?: readonly string[];
}

/** The result of {@linkcode plan}: a picture and its data. */
export class Plan extends Picture<readonly PlanRow[]> {
  readonly #isEmpty: boolean;

  constructor(rows: PlanRows, { title, notes = [] }: PlanOptions = {}) {
    const alt = [...notes, planAlt(rows)].join(" ");
    const text = [...notes, planText(rows)].join("\n");
    super({ layout: rows.rows, alt, text, ...drawPlan(rows, alt, title, notes) });
    this.#isEmpty = rows.rows.length === 0 && notes.length === 0;
  }

  get rows(): readonly PlanRow[] {
    return this.layout;
  }

  /** The statements with their SQL and dependencies. */
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

  /** Without changes and notes there is only text. */
  override async [displaySymbol](): Promise<MimeBundle> {
    return this.#isEmpty ? { "text/plain": this.text } : await super[displaySymbol]();
  }

  override get displayMetadata(): MimeMetadata {
    return this.#isEmpty ? {} : super.displayMetadata;
  }
}

/**
 * Draws the pending changes of a session.
 *
 * ```ts ignore
 * await show(plan(session.diff()));
 * ```
 *
 * @param steps as returned by `session.diff()`
 */
export function plan(steps: readonly PlanStep[], options: PlanOptions = {}): Plan {
  return new Plan(planRows(steps), options);
}

/** The parts of a session needed to draw its unit of work. */
export interface UnitOfWorkSource {
  readonly new: ReadonlySet<object>;
  readonly dirty: ReadonlySet<object>;
  readonly deleted: ReadonlySet<object>;
  /** `"idle"`: no transaction is open. */
  readonly state: string;
  diff(): readonly PlanStep[];
}

/**
 * Draws the current unit of work of a session: its objects by state, the statements to send with their order and
 * dependencies, and the state of the transaction. Sends nothing: draw it before a flush, after it, and after the
 * commit.
 *
 * ```ts ignore
 * await show(unitOfWork(session, { title: "Before the flush" }));
 * ```
 *
 * @throws {MissingValueError} if a new object lacks a required value.
 */
export function unitOfWork(session: UnitOfWorkSource, { title }: Pick<PlanOptions, "title"> = {}): Plan {
  const isOver = session.state === "failed" || session.state === "closed"; // diff() would be refused
  const steps = isOver ? [] : session.diff();
  const states = [["insert", session.new], ["update", session.dirty], ["delete", session.deleted]] as const;
  const objects = states.map(([verb, own]) => `${verb} ${namesOf(own)}`).join("; ");
  return new Plan(planRows(steps), { title, notes: [`To ${objects}.`, transactionText(session.state)] });
}

/** Formats a set of objects: `"1 Order, 2 Toy"`. */
function namesOf(objects: ReadonlySet<object>): string {
  const byClass = Map.groupBy(objects, ({ constructor: { name } }) => name);
  return [...byClass].map(([name, own]) => `${own.length} ${name}`).join(", ") || "nothing";
}

function transactionText(state: string): string {
  if (state === "active") return "A transaction is open: commit() makes its changes permanent, rollback() undoes them.";
  if (state === "failed") return "A statement failed: only rollback() is possible.";
  return state === "closed" ? "The session is closed." : "No transaction is open: there is nothing to roll back.";
}
