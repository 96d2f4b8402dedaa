/**
 * The output of `EXPLAIN (ANALYZE, FORMAT JSON)` as a tree whose times add up: each step with its own time.
 *
 * PostgreSQL reports the time of a step as a mean over its loops, including the steps below it; if several processes
 * run a step, each counts as a loop; and it places a CTE or an InitPlan below the step that declares it, although the
 * time is spent where it is read (https://www.postgresql.org/docs/current/using-explain.html).
 * @module
 */
import { conditionsOf, type PlanCondition, titleOf } from "./query_plan_names.ts";

/** A plan step as reported by PostgreSQL, with its original field names. */
export type RawPlan = Readonly<Record<string, unknown>>;

/** The input is not the output of EXPLAIN, or the statement was not executed. */
export class QueryPlanError extends Error {
  override readonly name = "QueryPlanError";
}

/** Pages of 8 kB touched by a step, excluding the steps below it. */
export interface PlanPages {
  /** Found in shared buffers. */
  readonly hit: number;
  /** Read from the operating system. */
  readonly read: number;
  /** Written to temporary files for lack of memory. */
  readonly spilled: number;
}

/** A plan step. Times in milliseconds. */
export interface PlanNode {
  /** Step number, starting at 1, from top to bottom. */
  readonly number: number;
  /** Depth below the root step. */
  readonly depth: number;
  /** PostgreSQL's node type, such as `"Seq Scan"`. */
  readonly type: string;
  /** `"Index Scan on orders"`. */
  readonly title: string;
  /** The index used to find rows of a table. */
  readonly index?: string;
  /** The table read or written. */
  readonly relation?: string;
  readonly conditions: readonly PlanCondition[];
  /** Number of executions across all processes; 0 if never executed. */
  readonly loops: number;
  /** Number of processes that shared the work. */
  readonly processes: number;
  /** Rows per loop: actual, and expected by the planner. */
  readonly rows: number;
  readonly expectedRows: number;
  /** Factor by which the estimate is off, at least 1; undefined if the two are not comparable. */
  readonly misestimate?: number;
  /** Not all rows were requested, so that fewer rows than expected mean nothing. */
  readonly stoppedEarly: boolean;
  /** Rows discarded by a condition, over all loops. */
  readonly removedRows: number;
  /** Elapsed time including the steps below. */
  readonly total: number;
  /** Elapsed time excluding them. */
  readonly self: number;
  readonly pages: PlanPages;
  readonly children: readonly PlanNode[];
  /** All fields reported by PostgreSQL. */
  readonly raw: RawPlan;
}

/** Triggers run after the statement itself, such as foreign-key checks. Time in milliseconds. */
export interface PlanTrigger {
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** A whole plan. Times in milliseconds. */
export interface PlanTree {
  readonly root: PlanNode;
  /** All steps, from top to bottom. */
  readonly nodes: readonly PlanNode[];
  readonly planning: number;
  readonly execution: number;
  readonly triggers: readonly PlanTrigger[];
  /** JIT compilation time; part of `execution`. */
  readonly jit: number;
}

/** A step that has not been placed yet. */
interface Draft {
  readonly raw: RawPlan;
  readonly loops: number;
  readonly processes: number;
  readonly gross: number;
  readonly cut: Cut;
  children: Draft[];
}

/**
 * Why fewer rows than expected (`"early"`: not all were requested) or the row count itself (`"never"`) means nothing.
 */
type Cut = "" | "early" | "never";

/**
 * Parses the output of `EXPLAIN (ANALYZE, FORMAT JSON)`.
 * @param answer the JSON as text, or parsed
 * @throws {QueryPlanError} if it is anything else, or the statement was not executed
 */
export function parseQueryPlan(answer: unknown): PlanTree {
  const parsed = typeof answer === "string" ? parseJson(answer) : answer;
  const statement = (Array.isArray(parsed) ? parsed[0] : parsed) as RawPlan | undefined;
  const plan = statement?.["Plan"] as RawPlan | undefined;
  if (plan === undefined) {
    throw new QueryPlanError(
      "Not a query plan. Expected the output of EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT …",
    );
  }
  if (plan["Actual Loops"] === undefined || plan["Actual Total Time"] === undefined) {
    throw new QueryPlanError(
      "The plan has no timings: the statement was not executed. Use EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON).",
    );
  }
  const draft = draftOf(plan, 1, "");
  moveSubplans(draft, draft);
  const execution = number(statement!["Execution Time"]) || draft.gross;
  const nodes: PlanNode[] = [];
  // a writing CTE that is not read runs after everything else
  const unread = draft.children.filter(({ raw }) => isCte(raw) && raw["Node Type"] === "ModifyTable");
  const total = unread.reduce((sum, { gross }) => sum + gross, draft.gross);
  const root = finish(draft, Math.min(total, execution), 0, nodes);
  const triggers = (statement!["Triggers"] as RawPlan[] | undefined ?? []).map((trigger) => ({
    name: String(trigger["Constraint Name"] ?? trigger["Trigger Name"]),
    calls: number(trigger["Calls"]),
    milliseconds: number(trigger["Time"]),
  }));
  const jit = number(((statement!["JIT"] as RawPlan)?.["Timing"] as RawPlan)?.["Total"]);
  return { root, nodes, planning: number(statement!["Planning Time"]), execution, triggers, jit };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function draftOf(raw: RawPlan, processes: number, cut: Cut): Draft {
  const loops = number(raw["Actual Loops"]);
  const gross = number(raw["Actual Total Time"]) * loops / processes;
  const children = (raw["Plans"] as RawPlan[] | undefined ?? []).map((child, index) => {
    const isGather = raw["Node Type"] === "Gather" || raw["Node Type"] === "Gather Merge";
    const shared = isGather ? Math.max(1, number(child["Actual Loops"]) / Math.max(1, loops)) : processes;
    return draftOf(child, isSubplan(child) ? processes : shared, cutOf(raw, child, index, cut));
  });
  return { raw, loops, processes, gross, cut, children };
}

/** Returns whether a step was read to the end. */
function cutOf(parent: RawPlan, child: RawPlan, index: number, above: Cut): Cut {
  const type = parent["Node Type"];
  if (isSubplan(child)) return isCte(child) ? "" : "early"; // EXISTS and scalar subqueries read only the first row
  if (type === "Limit") return "early";
  if (type === "Merge Join") return index === 1 ? "never" : "early"; // the inner side may return rows repeatedly
  const wantsOne = parent["Inner Unique"] === true || parent["Join Type"] === "Semi" || parent["Join Type"] === "Anti";
  if (type === "Nested Loop" && index === 1 && wantsOne) return "early";
  const readsAll = type === "Sort" || type === "Hash" || type === "Bitmap Heap Scan" ||
    type === "Aggregate" && parent["Strategy"] !== "Sorted";
  return readsAll || above === "never" ? "" : above;
}

/** Moves each CTE and InitPlan below the step that reads it, where its time is spent. */
function moveSubplans(node: Draft, root: Draft): void {
  for (const child of [...node.children]) {
    moveSubplans(child, root);
    if (child.raw["Parent Relationship"] !== "InitPlan") continue;
    const reader = isCte(child.raw) ? readerOfCte(child, root) : readerOfValue(child, node);
    if (reader === undefined || reader === node) continue;
    node.children = node.children.filter((each) => each !== child);
    reader.children = [...reader.children, child];
  }
}

/** Returns the CTE's slowest reader, which triggered its execution. */
function readerOfCte({ raw }: Draft, root: Draft): Draft | undefined {
  const name = String(raw["Subplan Name"]).replace(/^CTE /, "");
  return [...everyDraft(root)]
    .filter((each) => each.raw["Node Type"] === "CTE Scan" && each.raw["CTE Name"] === name)
    .sort((a, b) => b.gross - a.gross)[0];
}

/** Returns the first step whose conditions refer to the value; before workers start, their Gather computes it. */
function readerOfValue(value: Draft, parent: Draft): Draft | undefined {
  const [, name, parameter = name] = /^(InitPlan \d+)(?:.*(\$\d+))?/.exec(String(value.raw["Subplan Name"])) ?? [];
  const names = (draft: Draft) =>
    conditionsOf(draft.raw).some(({ text }) => [`${name})`, parameter].some((each) => mentions(text, each)));
  const search = (draft: Draft): Draft | undefined => {
    if (names(draft)) return draft;
    const found = draft.children.filter((child) => child !== value).map(search).find((each) => each !== undefined);
    return found !== undefined && String(draft.raw["Node Type"]).startsWith("Gather") ? draft : found;
  };
  return search(parent);
}

function mentions(text: string, name: string): boolean {
  const at = text.indexOf(name);
  return at !== -1 && !/\d/.test(text[at + name.length] ?? "");
}

function* everyDraft(draft: Draft): Generator<Draft> {
  yield draft;
  for (const child of draft.children) yield* everyDraft(child);
}

/**
 * Completes a step. Means over thousands of loops are rounded, so the times of child steps are capped by that of the
 * parent.
 */
function finish({ raw, loops, processes, cut, children }: Draft, total: number, depth: number, nodes: PlanNode[]) {
  const place = nodes.push(undefined as never) - 1;
  const below = children.reduce((sum, { gross }) => sum + gross, 0);
  const scale = below > total ? total / below : 1;
  const finished = children.map((child): PlanNode => finish(child, child.gross * scale, depth + 1, nodes));
  const [rows, expectedRows] = [number(raw["Actual Rows"]), number(raw["Plan Rows"])];
  const removed = Object.entries(raw).filter(([key]) => key.startsWith("Rows Removed by"));
  const node: PlanNode = {
    number: place + 1,
    depth,
    type: String(raw["Node Type"]),
    title: titleOf(raw),
    ...(typeof raw["Relation Name"] === "string" ? { relation: raw["Relation Name"] } : {}),
    ...(typeof raw["Index Name"] === "string" && raw["Relation Name"] ? { index: raw["Index Name"] } : {}),
    conditions: conditionsOf(raw),
    loops,
    processes: Math.round(processes),
    rows,
    expectedRows,
    misestimate: loops === 0 ? undefined : misestimateOf(raw, rows, expectedRows, cut),
    stoppedEarly: loops > 0 && cut === "early" && rows < expectedRows,
    removedRows: removed.reduce((sum, [, rows]) => sum + number(rows) * loops, 0),
    total,
    self: Math.max(0, total - below * scale),
    pages: ownPages(raw, children),
    children: finished,
    raw,
  };
  return nodes[place] = node;
}

function misestimateOf({ "Node Type": type }: RawPlan, rows: number, expected: number, cut: Cut): number | undefined {
  const countsNothing = type === "BitmapAnd" || type === "BitmapOr" || type === "ModifyTable" && expected === 0;
  if (countsNothing || cut === "never" || cut === "early" && rows < expected) return undefined;
  const [less, more] = [rows, expected].map((each) => Math.max(each, 1)).sort((a, b) => a - b);
  return more / less;
}

function ownPages(raw: RawPlan, children: readonly Draft[]): PlanPages {
  const own = (...keys: string[]) => {
    const sum = (of: RawPlan) => keys.reduce((total, key) => total + number(of[key]), 0);
    return Math.max(0, sum(raw) - children.reduce((total, child) => total + sum(child.raw), 0));
  };
  return {
    hit: own("Shared Hit Blocks", "Local Hit Blocks"),
    read: own("Shared Read Blocks", "Local Read Blocks"),
    spilled: own("Temp Written Blocks"),
  };
}

function isSubplan({ "Parent Relationship": relation }: RawPlan): boolean {
  return relation === "InitPlan" || relation === "SubPlan";
}

function isCte({ "Subplan Name": name }: RawPlan): boolean {
  return String(name).startsWith("CTE ");
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
