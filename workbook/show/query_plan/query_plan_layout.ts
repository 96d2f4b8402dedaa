/**
 * Lays out a query plan as an icicle chart with one row per step, which leaves room for every name.
 *
 * @module
 */
import { formatCount, formatNumber } from "../number.ts";
import { slowestOf, worstEstimateOf } from "./query_plan_advice.ts";
import type { PlanNode, PlanTree } from "./query_plan_data.ts";
import { fitText } from "../text_width.ts";

/** A step; positions and sizes in pixels. */
export interface DrawnStep {
  /** Undefined for a trigger, which is not a plan step. */
  readonly number?: number;
  readonly title: string;
  /** Its first condition. */
  readonly detail: string;
  readonly indent: number;
  readonly y: number;
  /** The total time, and the step's own share of it; undefined for a step that was never executed. */
  readonly bar?: { readonly x: number; readonly width: number; readonly selfX: number; readonly selfWidth: number };
  readonly own: string;
  readonly total: string;
  readonly expected: string;
  readonly came: string;
  /** Position on the row scale; undefined if not comparable. */
  readonly expectedX?: number;
  readonly cameX?: number;
  /** Such as `"250 × too few"`; empty if the estimate was close. */
  readonly factor: string;
  readonly loops: string;
  readonly pages: string;
  readonly isSlowest: boolean;
  readonly isWorst: boolean;
}

/** The whole picture as data, without the sentences below it. */
export interface QueryPlanLayout {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly steps: readonly DrawnStep[];
  /** The time represented by the full width of the bars. */
  readonly execution: string;
}

/** Left edges of the columns, or right edges for figures; in pixels. */
export const planColumns = {
  number: 30,
  title: 40,
  bars: 322,
  barsEnd: 482,
  own: 542,
  total: 598,
  expected: 670,
  came: 730,
  rows: 744,
  rowsEnd: 808,
  loops: 856,
  pages: 914,
  end: 936,
} as const;
/** Sizes in pixels. */
export const planSizes = { margin: 14, title: 32, head: 44, row: 42, bar: 18, indent: 12, narrowest: 2 } as const;
/** Font sizes in pixels. */
export const planFonts = { title: 16, text: 13, small: 11.5 } as const;
const deepest = 10;

/**
 * Lays out a plan. Equal plans give equal pictures.
 * @param hasTitle whether to leave room for a title
 */
export function queryPlanLayout(tree: PlanTree, hasTitle: boolean): QueryPlanLayout {
  const top = planSizes.margin + (hasTitle ? planSizes.title : 0) + planSizes.head;
  const [slowest, worst] = [slowestOf(tree), worstEstimateOf(tree)];
  const slowestTrigger = Math.max(0, ...tree.triggers.map(({ milliseconds }) => milliseconds));
  const whole = Math.max(tree.execution, Number.MIN_VALUE);
  const time = (milliseconds: number) => milliseconds / whole * (planColumns.barsEnd - planColumns.bars);
  const most = Math.max(10, ...tree.nodes.flatMap(({ rows, expectedRows }) => [rows, expectedRows]));
  const rowsX = (rows: number) =>
    planColumns.rows + Math.log10(1 + rows) / Math.log10(1 + most) * (planColumns.rowsEnd - planColumns.rows);
  const starts = startsOf(tree);
  const steps = tree.nodes.map((node, index): DrawnStep => {
    const indent = Math.min(node.depth, deepest) * planSizes.indent;
    const room = planColumns.bars - planColumns.title - indent - 12;
    const ran = node.loops > 0;
    return {
      number: node.number,
      title: fitText(node.title, planFonts.text * 1.05, room),
      detail: fitText(byText(node), planFonts.small, room),
      indent,
      y: top + index * planSizes.row,
      ...(ran ? { bar: barOf(planColumns.bars + time(starts.get(node)!), time(node.total), time(node.self)) } : {}),
      own: ran ? formatTime(node.self) : "",
      total: ran ? formatTime(node.total) : "never run",
      expected: figure(node.expectedRows),
      came: ran ? figure(node.rows) : "",
      ...(ran ? { expectedX: rowsX(node.expectedRows), cameX: rowsX(node.rows) } : {}),
      factor: factorText(node),
      loops: ran && node.processes === node.loops && node.loops > 1 ? `${node.loops} proc.` : figure(node.loops),
      pages: figure(node.pages.hit + node.pages.read),
      isSlowest: node === slowest && !(slowestTrigger > node.self),
      isWorst: node === worst,
    };
  });
  let after = tree.root.total;
  const triggers = tree.triggers.map(({ name, calls, milliseconds }, index): DrawnStep => {
    const bar = barOf(planColumns.bars + time(after), time(milliseconds), time(milliseconds));
    after += milliseconds;
    return {
      title: fitText(`Trigger ${name}`, planFonts.text * 1.05, planColumns.bars - planColumns.title - 12),
      detail: "after the statement itself",
      indent: 0,
      y: top + (steps.length + index) * planSizes.row,
      bar,
      own: formatTime(milliseconds),
      total: formatTime(milliseconds),
      expected: "",
      came: "",
      factor: "",
      loops: formatCount(calls),
      pages: "",
      isSlowest: milliseconds === slowestTrigger && milliseconds > slowest.self,
      isWorst: false,
    };
  });
  return {
    width: planColumns.end,
    top,
    bottom: top + (steps.length + triggers.length) * planSizes.row,
    steps: [...steps, ...triggers],
    execution: `${formatTime(tree.execution)} ms`,
  };
}

/** Returns when each step starts on the time scale: below its parent, after its preceding siblings. In milliseconds. */
function startsOf({ root }: PlanTree): Map<PlanNode, number> {
  const starts = new Map<PlanNode, number>();
  const place = (node: PlanNode, start: number) => {
    starts.set(node, start);
    let at = start;
    for (const child of node.children) {
      place(child, at);
      at += child.total;
    }
  };
  place(root, 0);
  return starts;
}

/** Computes a bar: child steps on the left, the step's own time on the right. */
function barOf(left: number, total: number, self: number): DrawnStep["bar"] {
  const width = Math.max(total, planSizes.narrowest);
  const x = Math.min(left, planColumns.barsEnd - width);
  const selfWidth = Math.min(width, Math.max(self, total < planSizes.narrowest ? width : 0));
  return { x, width, selfX: x + width - selfWidth, selfWidth };
}

/** Formats the index and the first condition: `"using orders_pkey, Index Cond: (id = 5)"`. */
export function byText({ index, conditions: [condition] }: PlanNode): string {
  const by = condition === undefined ? "" : `${condition.kind}: ${condition.text}`;
  return [index === undefined ? "" : `using ${index}`, by].filter((part) => part !== "").join(", ");
}

/** Compares expected with actual rows: `"250 × too few"`, `"stopped early"`, or nothing. */
export function factorText({ misestimate = 1, stoppedEarly, rows, expectedRows }: PlanNode): string {
  if (stoppedEarly && rows * 2 < expectedRows) return "stopped early";
  if (misestimate < 2) return "";
  return `${formatNumber(misestimate)} × too ${expectedRows < rows ? "few" : "many"}`;
}

/** Formats a count for a narrow column: 12,345 or 1.23 M. */
function figure(count: number): string {
  return count < 1e6 ? formatCount(count) : `${formatNumber(count / 1e6)} M`;
}

/** Formats milliseconds, no finer than PostgreSQL reports them. */
export function formatTime(milliseconds: number): string {
  return milliseconds > 0 && milliseconds < 0.001 ? "0" : formatNumber(Number(milliseconds.toPrecision(3)));
}
