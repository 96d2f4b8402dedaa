/**
 * Detects the N+1 problem: the same SELECT sent repeatedly from one place in one unit of work, each time for another
 * row. Based on engine events; captures a stack trace per SELECT, only while active.
 *
 * @module
 */
import { CallSite } from "../../../lib/base/call_site.ts";
import "../../call_sites.ts";
import type { EngineEventOf, EngineEvents } from "../../../lib/engine/events.ts";
import type { AnyModel } from "../../../lib/orm/relation.ts";
import { type Displayable, displaySymbol, type MimeBundle } from "../display.ts";
import { type Lookup, lookupOf } from "./lookups.ts";
import { cureFor } from "./n_plus_one_cure.ts";
import { type Table, table } from "../table.ts";

/** An engine's event source. */
interface Observed {
  readonly events: Pick<EngineEvents, "on">;
}

/** Options of the detector. */
export interface NPlusOneOptions {
  /** Models whose relations name the loader option. */
  readonly models?: readonly AnyModel[];
  /** Minimum number of executions in a unit of work to be reported (default 3). */
  readonly least?: number;
}

/** A statement sent repeatedly from one place. */
export interface Repetition {
  /** SQL of the first execution. */
  readonly sql: string;
  /** Number of executions. */
  readonly count: number;
  /** Number of units of work affected. */
  readonly units: number;
  /**
   * Function and line; in a notebook, where stack frames have neither file nor correct line numbers, only the function.
   */
  readonly site: string;
  /** Suggested fix. */
  readonly cure: string;
}

/** The result of {@linkcode nPlusOne}, displayed as a table. */
export class NPlusOne implements Displayable {
  /** @param statements number of SELECTs analysed. */
  constructor(readonly repetitions: readonly Repetition[], readonly statements: number) {}

  /** One-sentence summary. */
  get text(): string {
    const { length } = this.repetitions;
    const looked = `${this.statements} SELECT${this.statements === 1 ? "" : "s"} analysed`;
    return length === 0 ? `No N+1: ${looked}.` : `${length} N+1: ${looked}.`;
  }

  /** One row per repetition. */
  get table(): Table {
    const rows = this.repetitions.map(({ count, units, site, sql, cure }) => ({
      times: units === 1 ? `${count}` : `${count} in ${units} units of work`,
      site,
      sql: shortened(sql),
      cure,
    }));
    return table(rows, { headings: { site: "call site", sql: "statement", cure: "suggested fix" } });
  }

  /** The summary and the table. */
  [displaySymbol](): MimeBundle {
    const [markdown, text] = this.repetitions.length === 0 ? ["", ""] : [this.table.markdown, this.table.text];
    return { "text/markdown": `${this.text}\n\n${markdown}`.trim(), "text/plain": `${this.text}\n${text}`.trim() };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this[displaySymbol]()["text/plain"];
  }
}

/**
 * Runs a block and reports SELECTs sent repeatedly in one unit of work: the statements between two transaction ends on
 * one connection; statements outside transactions form a single unit.
 *
 * ```ts ignore
 * await nPlusOne(engine, async () => {
 *   for (const toy of await session.scalars(select(Toy))) await session.get(User, toy.userId);
 * });
 * ```
 *
 * @param engine any engine, blocking or not.
 * @throws what the block throws.
 */
export async function nPlusOne(
  engine: Observed,
  block: () => unknown,
  options: NPlusOneOptions = {},
): Promise<NPlusOne> {
  const detector = new Detector(options);
  const stop = detector.listen(engine);
  try {
    await block();
  } finally {
    stop();
  }
  return detector.found();
}

/**
 * Reports each unit of work that contains an N+1 when it ends, until the returned function is called: for logging, or
 * for a test that must fail. Statements outside transactions are grouped until their connection is returned to the
 * pool.
 */
export function watchNPlusOne(
  engine: Observed,
  tell: (found: NPlusOne) => void,
  options: NPlusOneOptions = {},
): () => void {
  return new Detector(options, tell).listen(engine);
}

/** A SELECT that was sent. */
interface Sent {
  readonly sql: string;
  readonly lookup: Lookup;
  readonly site: CallSite;
}

interface Unit {
  readonly sent: Sent[];
  inTransaction: boolean;
}

class Detector {
  readonly #options: NPlusOneOptions;
  readonly #tell?: (found: NPlusOne) => void;
  /** Open units of work by connection. */
  readonly #open = new Map<number, Unit>();
  readonly #outside: Sent[] = [];
  readonly #ended: Sent[][] = [];

  constructor(options: NPlusOneOptions, tell?: (found: NPlusOne) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  listen(engine: Observed): () => void {
    const end = ({ connection }: { connection: number }) => this.#end(connection);
    const stops = [
      engine.events.on("send", (event) => this.#note(event)),
      engine.events.on("commit", end),
      engine.events.on("rollback", end),
      engine.events.on("checkin", end),
    ];
    return () => stops.forEach((stop) => stop());
  }

  found(): NPlusOne {
    const units = [...this.#ended, ...[...this.#open.values()].map(({ sent }) => sent), this.#outside];
    const all = units.flatMap((sent) => repetitions(sent, this.#options));
    const same = Map.groupBy(all, ({ site, lookup }) => `${site}\0${lookup.shape}`);
    const merged = [...same.values()].map((each) => ({ ...each[0], units: each.length, count: sum(each) }));
    return new NPlusOne(merged.map(told), units.flat().length);
  }

  #note({ sql, parameters, connection }: EngineEventOf<"send">): void {
    const unit = this.#open.getOrInsertComputed(connection, () => ({ sent: [], inTransaction: false }));
    if (/^\s*(begin|start transaction)\b/i.test(sql)) unit.inTransaction = true;
    const lookup = lookupOf(sql, parameters);
    if (lookup) unit.sent.push({ sql, lookup, site: deepCallSite() });
  }

  #end(connection: number): void {
    const unit = this.#open.get(connection);
    if (!unit) return;
    this.#open.delete(connection);
    if (this.#tell) {
      const own = repetitions(unit.sent, this.#options);
      if (own.length > 0) this.#tell(new NPlusOne(own.map(told), unit.sent.length));
    } else if (unit.inTransaction) this.#ended.push(unit.sent);
    else this.#outside.push(...unit.sent);
  }
}

type Found = Repetition & { readonly lookup: Lookup };

/** Finds statements of one unit of work sent repeatedly from one place for different rows. */
function repetitions(sent: readonly Sent[], { least = 3, models = [] }: NPlusOneOptions): Found[] {
  const found: Found[] = [];
  for (const equal of Map.groupBy(sent, ({ lookup }) => lookup.shape).values()) {
    if (equal.length < least) continue; // stack traces are formatted only when needed
    for (const own of Map.groupBy(equal, ({ site }) => pathOf(site)).values()) {
      if (own.length < least || new Set(own.map(({ lookup }) => lookup.key)).size < 2) continue;
      const [{ sql, lookup, site }] = own;
      const before = new Set(sent.slice(0, sent.indexOf(own[0])).flatMap(({ lookup }) => lookup.tables));
      const cure = cureFor(lookup, before, models);
      found.push({ sql, lookup, count: own.length, units: 1, site: siteText(site), cure });
    }
  }
  return found;
}

/** The lines that led to a statement, each once, without columns: V8 tells that of a call, or of the `await` before it. */
function pathOf({ frames }: CallSite): string {
  return [...new Set(frames.map((frame) => frame.replace(/:\d+(?=\)?$)/, "")))].join("\n");
}

function told({ sql, count, units, site, cure }: Found): Repetition {
  return { sql, count, units, site, cure };
}

function sum(each: readonly Repetition[]): number {
  return each.reduce((total, { count }) => total + count, 0);
}

/** Returns the innermost function of the caller, and the function that called it if different. */
export function siteText({ frames }: CallSite): string {
  const places = [...new Set(frames.map(placeOf))].filter((place) => place !== "a cell");
  const [inner = frames.length > 0 ? "a cell" : "unknown", outer] = places;
  return outer === undefined ? inner : `${inner}, called by ${outer}`;
}

/**
 * Returns the place of a stack frame. Frames in a notebook have no file, and their lines refer to the compiled cell, so
 * the function name is more useful.
 */
function placeOf(frame: string): string {
  return /^(?:(.+) \()?<anonymous>:\d+:\d+\)?$/.exec(frame)?.slice(1).map((name) => name ?? "a cell")[0] ?? frame;
}

/** Captures a deeper stack: a query builder adds more frames than are kept by default. */
function deepCallSite(): CallSite {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const site = new CallSite();
  Error.stackTraceLimit = limit;
  return site;
}

function shortened(sql: string): string {
  const text = sql.replaceAll(/\s+/g, " ").trim();
  const short = text.replace(/^select .*? from /i, (all) => all.length > 40 ? "SELECT … FROM " : all);
  return short.length > 120 ? `${short.slice(0, 119)}…` : short;
}
