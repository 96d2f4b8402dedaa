/**
 * The outcome of a script: its steps as data, as lanes, and as a table.
 *
 * @module
 */
import { DatabaseError } from "../../../lib/engine/errors.ts";
import { Result } from "../../../lib/engine/result.ts";
import { type Displayable, displaySymbol, type MimeBundle, type MimeMetadata } from "../display.ts";
import { lanes } from "../lanes/lanes.ts";
import type { Lane, LaneEvent, LanesData, LaneSegment } from "../lanes/lanes_data.ts";
import type { LanesLayout } from "../lanes/lanes_layout.ts";
import type { Picture } from "../picture.ts";
import type { StepOutcome } from "./stage.ts";
import { type Table, table } from "../table.ts";

/** The outcome of a script. It is displayed as lanes; `show(story.table)` shows the same step by step. */
export class Interleaving implements Displayable {
  constructor(readonly steps: readonly StepOutcome[], readonly title?: string) {}

  /** The lanes as data: times are step numbers, so that equal interleavings give equal data. */
  get lanes(): LanesData {
    return lanesOf(this.steps, this.title);
  }

  get picture(): Picture<LanesLayout> {
    return lanes(this.lanes, { width: Math.min(900, Math.max(640, 80 * this.steps.length)) });
  }

  /** One row per step: session, statement, and result. */
  get table(): Table {
    const rows = this.steps.map((step) => ({
      step: step.step,
      session: step.session,
      does: step.text,
      and: story(step),
    }));
    return table(rows, { headings: { and: "result" } });
  }

  [displaySymbol](): Promise<MimeBundle> {
    return this.picture[displaySymbol]();
  }

  get displayMetadata(): MimeMetadata {
    return this.picture.displayMetadata;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.picture.text;
  }
}

/** PostgreSQL's condition names by SQLSTATE. */
const CONDITIONS: Readonly<Record<string, string>> = {
  "40001": "serialization failure",
  "40P01": "deadlock detected",
  "55P03": "lock not available",
  "57014": "canceled",
  "25P02": "in failed transaction",
  "23505": "unique violation",
  "23514": "check violation",
};

function errorText(error: Error): string {
  if (!(error instanceof DatabaseError)) return error.name;
  return `${error.sqlstate} ${CONDITIONS[error.sqlstate] ?? error.name}`;
}

/** Summarizes the result of a statement. */
function answerText(value: unknown): string {
  if (!(value instanceof Result)) return value === undefined || typeof value === "object" ? "" : String(value);
  const rows = value.tuples().all();
  if (value.columns.length > 0 && rows.length > 0 && rows.length <= 3) {
    return rows.map((row) => row.map((each) => each === null ? "NULL" : String(each)).join(" ")).join(", ");
  }
  const counts = value.columns.length > 0 || /^(INSERT|UPDATE|DELETE|MERGE)$/.test(value.command);
  return counts ? `${value.rowCount} row${value.rowCount === 1 ? "" : "s"}` : "";
}

/** Describes the outcome of a step: "waits for sandy; after step 6: 1 row". */
function story(outcome: StepOutcome): string {
  const { waits, step, until, status, error, ended, text } = outcome;
  const waited = waits.map(({ on }) => on).join(" and ");
  const end = status === "waits"
    ? "until the end"
    : error
    ? errorText(error)
    : ended === "rollback" && !/^\s*rollback/i.test(text)
    ? "rolled back"
    : answerText(outcome.value);
  if (waited === "") return end;
  return `waits for ${waited}${
    end === "" && until === step ? "" : `; ${until > step ? `after step ${until}: ` : ""}${end || "done"}`
  }`;
}

/** Text of a bar: the step, shortened if necessary, and the result of a query. */
function barText({ text, value, error }: StepOutcome): string {
  const isRead = value instanceof Result && value.columns.length > 0;
  return isRead && !error ? `${shortText(text)} → ${answerText(value)}` : shortText(text);
}

/** Shortens SQL to `UPDATE price = 5`, or if that is too long, `UPDATE … id = 1`. */
function shortText(text: string): string {
  const whole = text.replace(/\bISOLATION LEVEL /i, "").replaceAll(/\s+/g, " ").trim();
  if (whole.length <= 24) return whole;
  const [verb] = /^\S+( INTO \S+)?/.exec(whole)!;
  const [, set = "", where = ""] = /(?: SET (.*?))?(?: WHERE (.*))?$/i.exec(whole.slice(verb.length))!;
  const [lock = ""] = /\bFOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b.*$/i.exec(whole) ?? [];
  if (set !== "" && set.length <= 12) return `${verb} ${set}`;
  const rest = [where, lock].find((each) => each !== "" && each.length <= 26);
  return rest === undefined ? verb : `${verb} … ${rest}`;
}

function lanesOf(steps: readonly StepOutcome[], title?: string): LanesData {
  const names = [...new Set(steps.map(({ session }) => session))];
  const end = steps.length + 1;
  const links = steps.flatMap(({ session, waits, until }) =>
    // at the middle of the bar
    waits.map(({ on, step }) => ({ from: session, to: on, at: step + (step === until ? 0.25 : 0.7) }))
  );
  return {
    ...(title === undefined ? {} : { title }),
    unit: "step",
    lanes: names.map((name) => laneOf(name, steps.filter(({ session }) => session === name), end)),
    ...(links.length > 0 ? { links } : {}),
  };
}

function laneOf(name: string, steps: readonly StepOutcome[], end: number): Lane {
  const segments: LaneSegment[] = [];
  const events: LaneEvent[] = [];
  steps.forEach((outcome, index) => {
    const { step, until, status, waits, transaction, began, ended, error } = outcome;
    const label = barText(outcome);
    const last = status === "waits" ? end : until + 1;
    if (waits.length === 0) segments.push({ from: step, to: last, kind: error ? "failed" : "runs", label });
    else {
      // a step waits until the middle of the step that unblocks it
      const free = status === "waits" ? end : until + 0.5;
      segments.push({ from: step, to: free, kind: "waits", label });
      if (free < last) segments.push({ from: free, to: last, kind: error ? "failed" : "runs" });
    }
    if (began) events.push({ at: step + 0.02, kind: "begin" });
    if (error) events.push({ at: last - (ended ? 0.4 : 0.2), kind: "error", label: errorText(error) });
    if (ended && status !== "waits") events.push({ at: last - 0.07, kind: ended });
    const next = steps[index + 1]?.step ?? end;
    if (next > last && transaction !== "none") {
      segments.push({ from: last, to: next, kind: transaction === "open" ? "holds" : "idle" });
    }
  });
  return { name, segments, events };
}
