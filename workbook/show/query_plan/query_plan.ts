/**
 * Draws how PostgreSQL executed a statement: each step with its time, actual and expected rows, and suggestions.
 *
 * @module
 */
import { Picture } from "../picture.ts";
import { adviceOf, findingsOf, type PlanFinding, slowestOf, worstEstimateOf } from "./query_plan_advice.ts";
import { parseQueryPlan, type PlanNode, type PlanTree } from "./query_plan_data.ts";
import { byText, factorText, formatTime, type QueryPlanLayout, queryPlanLayout } from "./query_plan_layout.ts";
import { drawQueryPlan } from "./query_plan_svg.ts";
import { formatCount } from "../number.ts";
import { type Table, table } from "../table.ts";

/** Options of {@linkcode queryPlan}. */
export interface QueryPlanOptions {
  /** Title of the picture. */
  readonly title?: string;
}

/** A query plan: a picture, its data, and its findings. */
export class QueryPlan extends Picture<QueryPlanLayout> {
  readonly tree: PlanTree;
  /** Findings, ordered by their share of the time, largest first. */
  readonly findings: readonly PlanFinding[];

  constructor(tree: PlanTree, { title }: QueryPlanOptions = {}) {
    const layout = queryPlanLayout(tree, title !== undefined);
    const findings = findingsOf(tree);
    const alt = altOf(tree, findings);
    const text = [...tree.nodes.map(lineOf), adviceOf(findings)].join("\n");
    super({ layout, alt, text, ...drawQueryPlan(layout, adviceOf(findings), alt, title) });
    this.tree = tree;
    this.findings = findings;
  }

  /** All steps, from top to bottom. */
  get nodes(): readonly PlanNode[] {
    return this.tree.nodes;
  }

  /** The step with the longest time of its own. */
  get slowest(): PlanNode {
    return slowestOf(this.tree);
  }

  /** The step with the worst row estimate; undefined if none is off by a factor of two. */
  get worstEstimate(): PlanNode | undefined {
    return worstEstimateOf(this.tree);
  }

  /** Pages touched by the whole statement. */
  get pages(): number {
    return this.nodes.reduce((sum, { pages: { hit, read } }) => sum + hit + read, 0);
  }

  /** Suggestions supported by the figures, or a note that nothing stands out. */
  get advice(): string {
    return adviceOf(this.findings);
  }

  /** The steps as a table, with all their conditions. */
  get table(): Table {
    return table(this.nodes.map((node) => ({
      step: `${node.number}. ${node.title}`,
      by: [
        ...(node.index === undefined ? [] : [`using ${node.index}`]),
        ...node.conditions.map(({ kind, text }) => `${kind}: ${text}`),
      ].join("; "),
      "own ms": node.loops === 0 ? "never run" : formatTime(node.self),
      "total ms": node.loops === 0 ? "" : formatTime(node.total),
      expected: node.expectedRows,
      actual: node.loops === 0 ? "" : node.rows,
      loops: node.loops,
      pages: node.pages.hit + node.pages.read,
    })));
  }
}

/**
 * Draws the output of `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` from any source; `explain()` runs it for you.
 * @param answer the JSON as text, or parsed
 * @throws {QueryPlanError} if it is anything else, or the statement was not executed
 */
export function queryPlan(answer: unknown, options: QueryPlanOptions = {}): QueryPlan {
  return new QueryPlan(parseQueryPlan(answer), options);
}

/** Generates alternative text: a summary and the suggestions. */
function altOf(tree: PlanTree, findings: readonly PlanFinding[]): string {
  const steps = `${tree.nodes.length} ${tree.nodes.length === 1 ? "step" : "steps"}`;
  const slowest = slowestOf(tree);
  const worst = worstEstimateOf(tree);
  const estimate = worst === undefined
    ? ""
    : ` Worst estimate: step ${worst.number}, ${worst.title}, ${factorText(worst)}.`;
  return `A plan of ${steps} that ran in ${formatTime(tree.execution)} ms. Slowest: step ${slowest.number}, ` +
    `${slowest.title}, ${formatTime(slowest.self)} ms of its own.${estimate} ${adviceOf(findings)}`;
}

/**
 * Formats a step: `"  2. Seq Scan on orders (Filter: …): own 3.1 ms of 3.1; 5 rows, 10 expected; 1 loop; 440 pages"`.
 */
function lineOf(node: PlanNode): string {
  const by = byText(node) === "" ? "" : ` (${byText(node)})`;
  const head = `${"  ".repeat(node.depth)}${node.number}. ${node.title}${by}`;
  if (node.loops === 0) return `${head}: never run`;
  const { hit, read } = node.pages;
  return `${head}: own ${formatTime(node.self)} ms of ${formatTime(node.total)}; rows ${formatCount(node.rows)}, ` +
    `expected ${formatCount(node.expectedRows)}; loops ${formatCount(node.loops)}; pages ${formatCount(hit + read)}`;
}
