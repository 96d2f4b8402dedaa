/**
 * Draws how PostgreSQL ran a statement: each step with its time, its rows against those expected, and what to try.
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

/** How a {@linkcode queryPlan} looks. */
export interface QueryPlanOptions {
  /** The text above the picture. */
  readonly title?: string;
}

/** A query plan: a picture, the data behind it, and what they say. */
export class QueryPlan extends Picture<QueryPlanLayout> {
  readonly tree: PlanTree;
  /** What stands out, from the greatest part of the time to the smallest. */
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

  /** The step that took most of the time by itself. */
  get slowest(): PlanNode {
    return slowestOf(this.tree);
  }

  /** The step whose rows were estimated worst; undefined when none is off by a factor of two. */
  get worstEstimate(): PlanNode | undefined {
    return worstEstimateOf(this.tree);
  }

  /** The pages that the whole statement touched. */
  get pages(): number {
    return this.nodes.reduce((sum, { pages: { hit, read } }) => sum + hit + read, 0);
  }

  /** What to try, as far as the figures support it; else that nothing stands out. */
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
      "ms in all": node.loops === 0 ? "" : formatTime(node.total),
      expected: node.expectedRows,
      came: node.loops === 0 ? "" : node.rows,
      loops: node.loops,
      pages: node.pages.hit + node.pages.read,
    })));
  }
}

/**
 * Draws the answer of `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)`, wherever it comes from; `explain()` asks for it.
 *
 * @param answer the JSON as text, or parsed
 * @throws {QueryPlanError} when it is something else, or the statement was not run
 */
export function queryPlan(answer: unknown, options: QueryPlanOptions = {}): QueryPlan {
  return new QueryPlan(parseQueryPlan(answer), options);
}

/** One sentence for those who do not see the picture, and what to try. */
function altOf(tree: PlanTree, findings: readonly PlanFinding[]): string {
  const steps = `${tree.nodes.length} ${tree.nodes.length === 1 ? "step" : "steps"}`;
  const slowest = slowestOf(tree);
  const worst = worstEstimateOf(tree);
  const estimate = worst === undefined
    ? ""
    : ` Worst estimate: step ${worst.number}, ${worst.title}, ${factorText(worst)}.`;
  return `A plan of ${steps} that ran in ${formatTime(tree.execution)} ms. Slowest: step ${slowest.number}, ` +
    `${slowest.title}, ${formatTime(slowest.self)} ms by itself.${estimate} ${adviceOf(findings)}`;
}

/** `"  2. Seq Scan on orders (Filter: …): own 3.1 ms of 3.1; 5 rows, 10 expected; 1 loop; 440 pages"`. */
function lineOf(node: PlanNode): string {
  const by = byText(node) === "" ? "" : ` (${byText(node)})`;
  const head = `${"  ".repeat(node.depth)}${node.number}. ${node.title}${by}`;
  if (node.loops === 0) return `${head}: never run`;
  const { hit, read } = node.pages;
  return `${head}: own ${formatTime(node.self)} ms of ${formatTime(node.total)}; rows ${formatCount(node.rows)}, ` +
    `expected ${formatCount(node.expectedRows)}; loops ${formatCount(node.loops)}; pages ${formatCount(hit + read)}`;
}
