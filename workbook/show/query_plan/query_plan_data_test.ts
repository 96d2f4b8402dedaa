import { assertEquals, assertThrows } from "@std/assert";
import { parseQueryPlan, type PlanNode, QueryPlanError } from "./query_plan_data.ts";
import { plans } from "../../../testing/plans.ts";

const outline = (node: PlanNode): unknown[] => [node.title, ...node.children.map(outline)];
const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;

for (const [name, plan] of Object.entries(plans)) {
  Deno.test(`query plan "${name}": the own times of all steps add up to the time of the first`, () => {
    const { root, nodes, execution } = parseQueryPlan(plan);
    assertEquals(rounded(nodes.reduce((sum, { self }) => sum + self, 0)), rounded(root.total));
    assertEquals(nodes.filter(({ self }) => self < 0), []);
    assertEquals(root.total <= execution, true);
    assertEquals(nodes.map(({ number }) => number), nodes.map((_, index) => index + 1));
  });
}

Deno.test("query plan: a step's own time is without that of the steps below it", () => {
  const { nodes, planning, execution } = parseQueryPlan(plans.correlated);
  const { "Planning Time": planned, "Execution Time": ran, Plan: { "Actual Total Time": all, Plans } } =
    plans.correlated[0];
  assertEquals([planning, execution], [planned, ran]);
  assertEquals(nodes.map(({ title, depth }) => [title, depth]), [
    ["Hash Join", 0],
    ["Seq Scan on orders o", 1],
    ["Hash", 1],
    ["Seq Scan on customers c", 2],
  ]);
  assertEquals(nodes[0].total, all);
  assertEquals(rounded(nodes[0].self), rounded(all - Plans[0]["Actual Total Time"] - Plans[1]["Actual Total Time"]));
});

Deno.test("query plan: rows, pages and what a condition threw away", () => {
  const { root } = parseQueryPlan(plans.seqScan);
  const { title, relation, conditions, loops, rows, expectedRows, removedRows, pages, misestimate } = root;
  assertEquals({ title, relation, conditions, loops, rows, expectedRows, removedRows, misestimate }, {
    title: "Seq Scan on orders",
    relation: "orders",
    conditions: [{ kind: "Filter", text: "(customer_id = 4711)" }],
    loops: 1,
    rows: 10,
    expectedRows: 10,
    removedRows: 199_990,
    misestimate: 1,
  });
  assertEquals(pages.hit + pages.read, 2470);
});

Deno.test("query plan: the pages of a step are its own, too", () => {
  const { nodes } = parseQueryPlan(plans.index);
  assertEquals(nodes.map(({ title, pages }) => [title, pages.hit + pages.read]), [
    ["Bitmap Heap Scan on orders", 10],
    ["Bitmap Index Scan on orders_customer_id_idx", 2],
  ]);
});

Deno.test("query plan: of a step that ran often, the time of all loops", () => {
  const inner = parseQueryPlan(plans.nestedLoop).nodes[3];
  assertEquals([inner.title, inner.index, inner.loops], ["Index Only Scan on orders o", "orders_pkey", 19_995]);
  const { "Actual Total Time": mean } = plans.nestedLoop[0].Plan.Plans[0].Plans[1];
  assertEquals(rounded(inner.total), rounded(mean * 19_995));
  assertEquals(inner.rows, 1);
});

Deno.test("query plan: of work shared by processes, the time on the clock", () => {
  const [, gather, scan] = parseQueryPlan(plans.parallel).nodes;
  assertEquals([gather.processes, scan.title, scan.loops, scan.processes], [1, "Parallel Seq Scan on orders", 3, 3]);
  assertEquals(scan.total, plans.parallel[0].Plan.Plans[0].Plans[0]["Actual Total Time"]);
});

Deno.test("query plan: a CTE stands below the scan that had its rows made, and is not counted twice", () => {
  const { root } = parseQueryPlan(plans.cte);
  assertEquals(outline(root), [
    "Limit",
    ["Sort", ["HashAggregate", ["Hash Join", ["CTE Scan on recent a"], ["Hash", [
      "CTE Scan on recent b",
      ["CTE recent: Seq Scan on orders"],
    ]]]]],
  ]);
});

Deno.test("query plan: a value that is worked out first stands below the step that asks for it", () => {
  assertEquals(outline(parseQueryPlan(plans.initPlan).root), [
    "Limit",
    ["Seq Scan on orders", ["InitPlan 1: Aggregate", ["Seq Scan on orders orders_1"]]],
  ]);
});

Deno.test("query plan: so it does when an older PostgreSQL calls it $0", () => {
  const older = JSON.stringify(plans.initPlan).replace('"InitPlan 1"', '"InitPlan 1 (returns $0)"')
    .replace("(InitPlan 1).col1", "$0");
  assertEquals(outline(parseQueryPlan(older).root), outline(parseQueryPlan(plans.initPlan).root));
});

Deno.test("query plan: a subquery for each row stays where it is", () => {
  const { root } = parseQueryPlan(plans.subPlan);
  assertEquals(outline(root), [
    "Index Scan on customers c",
    ["SubPlan 1: Aggregate", ["Index Only Scan on orders o"]],
  ]);
  assertEquals(root.children[0].loops, 100);
});

Deno.test("query plan: a CTE that writes and is read by nobody takes its time after the query", () => {
  const { root } = parseQueryPlan(plans.cteWrite);
  const [plan] = plans.cteWrite;
  assertEquals(outline(root), ["Result", ["CTE gone: Delete on orders", ["Index Scan on orders"]]]);
  assertEquals(rounded(root.children[0].total), plan.Plan.Plans[0]["Actual Total Time"]);
});

Deno.test("query plan: a step that never ran took no time, and its estimate is not judged", () => {
  const never = parseQueryPlan(plans.never).nodes[2];
  assertEquals([never.title, never.loops, never.total, never.self, never.misestimate], [
    "Seq Scan on orders o",
    0,
    0,
    0,
    undefined,
  ]);
});

Deno.test("query plan: below a LIMIT fewer rows than expected are no wrong estimate", () => {
  const [, sort, aggregate] = parseQueryPlan(plans.cte).nodes;
  assertEquals([sort.rows, sort.expectedRows, sort.stoppedEarly, sort.misestimate], [5, 19_897, true, undefined]);
  assertEquals([aggregate.stoppedEarly, Math.round(aggregate.misestimate! * 100)], [false, 197]);
});

Deno.test("query plan: triggers have times of their own", () => {
  const { triggers } = parseQueryPlan(plans.trigger);
  const [{ Calls, Time }] = plans.trigger[0].Triggers;
  assertEquals(triggers, [{ name: "orders_customer_id_fkey", calls: Calls, milliseconds: Time }]);
});

Deno.test("query plan: the steps below never take longer than the one they belong to", () => {
  // a mean of 0.0005 ms is reported as 0.001: with 19,995 loops twice the time of the whole
  const [{ Plan, ...rest }] = structuredClone(plans.nestedLoop);
  const loop = Plan.Plans[0];
  loop.Plans[1]["Actual Total Time"] = loop["Actual Total Time"] / 10_000;
  const { nodes } = parseQueryPlan([{ Plan, ...rest }]);
  assertEquals(nodes[1].self, 0);
  assertEquals(rounded(nodes[2].total + nodes[3].total), rounded(nodes[1].total));
});

Deno.test("query plan: what is no plan, or was not run, is refused with what to do", () => {
  for (const wrong of [[], {}, "no JSON", "[]", null, [{ Plain: {} }]]) {
    assertThrows(() => parseQueryPlan(wrong), QueryPlanError, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)");
  }
  const estimated = [{ Plan: { "Node Type": "Result", "Plan Rows": 1 } }];
  assertThrows(() => parseQueryPlan(estimated), QueryPlanError, "the statement was not executed");
});
