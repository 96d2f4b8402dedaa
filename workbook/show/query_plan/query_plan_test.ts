import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { queryPlan } from "./query_plan.ts";
import { planColumns } from "./query_plan_layout.ts";
import { plans } from "../../../testing/plans.ts";
import { textWidth } from "../text_width.ts";
import { pictureTest } from "../../../testing/picture.ts";

const kinds = (plan: unknown) => queryPlan(plan).findings.map(({ kind, node }) => [kind, node?.number]);

Deno.test("advice: a scan of everything for few rows asks for an index", () => {
  const { advice, findings } = queryPlan(plans.seqScan);
  assertEquals(findings.map(({ kind }) => kind), ["missing index"]);
  assertEquals(
    advice,
    "Seq Scan on orders read 200,000 rows to keep 10. Try CREATE INDEX ON orders (customer_id).",
  );
});

Deno.test("advice: a filter that is not one comparison is shown as it is", () => {
  assertStringIncludes(queryPlan(plans.parallel).advice, "an index that fits its filter ((amount > ");
});

Deno.test("advice: with the index nothing stands out", () => {
  const { advice, findings, worstEstimate } = queryPlan(plans.index);
  assertEquals([findings, worstEstimate], [[], undefined]);
  assertStringIncludes(advice, "Nothing stands out");
});

Deno.test("advice: columns that depend on each other", () => {
  const { advice, worstEstimate, slowest } = queryPlan(plans.correlated);
  assertEquals([worstEstimate?.number, slowest.number], [4, 1]);
  assertEquals(
    advice,
    "Seq Scan on customers c: 20 rows expected, 200 actual. Try ANALYZE customers; if that does not help, its columns " +
      "depend on each other: CREATE STATISTICS.",
  );
});

Deno.test("advice: a sort on disk, a loop run often, a foreign key without an index", () => {
  assertEquals(kinds(plans.sortSpill), [["spill", 1]]);
  assertStringIncludes(queryPlan(plans.sortSpill).advice, "MB on disk. Try more memory: SET LOCAL work_mem");
  assertEquals(kinds(plans.nestedLoop), [["many loops", 2], ["heap fetches", 4]]);
  assertEquals(kinds(plans.trigger), [["trigger", undefined]]);
  assertStringIncludes(queryPlan(plans.trigger).advice, "orders_customer_id_fkey took 795 ms for 20 calls");
});

Deno.test("advice: what takes hardly any of the time is not mentioned", () => {
  const [plan] = structuredClone(plans.seqScan);
  plan["Execution Time"] *= 100;
  assertEquals(queryPlan([plan]).findings, []);
});

Deno.test("a query plan as text and as one sentence", () => {
  const { text, alt } = queryPlan(plans.correlated);
  const [first, , , last] = text.split("\n");
  assertEquals(
    first,
    "1. Hash Join (Hash Cond: (o.customer_id = c.id)): own 86.3 ms of 144; rows 2,000, expected 200; loops 1; pages 0",
  );
  assertStringIncludes(last, "    4. Seq Scan on customers c (Filter: ((city = 'city 7'::text) AND");
  assertStringIncludes(
    alt,
    "A plan of 4 steps that ran in 144 ms. Slowest: step 1, Hash Join, 86.3 ms of its own. " +
      "Worst estimate: step 4, Seq Scan on customers c, 10 × too few. Seq Scan on customers c: 20 rows expected",
  );
  assertStringIncludes(queryPlan(plans.never).text, "3. Seq Scan on orders o: never run");
});

Deno.test("a query plan as a table, with every condition", () => {
  const { markdown } = queryPlan(plans.index).table;
  assertStringIncludes(markdown, "| step | by | own ms | total ms | expected | actual | loops | pages |");
  assertStringIncludes(markdown, "| 1. Bitmap Heap Scan on orders | Recheck Cond: (customer\\_id = 4711) |");
});

Deno.test("the picture: each step in a row with its figures, its marks in words", () => {
  const texts = textsOf(queryPlan(plans.correlated, { title: "Two columns & one truth" }).svg).map(({ text }) => text);
  assertEquals(texts.slice(0, 12), [
    ..."Two columns &amp; one truth|step|0|144 ms|ms, own|total|rows per loop|expected|actual|log scale|loops|pages"
      .split("|"),
  ]);
  assertEquals(
    texts.slice(12, 22),
    "1|Hash Join|Hash Cond: (o.customer_id = c.id)|86.3|144|slowest|200|2,000|10 × too few|1".split("|"),
  );
  assert(texts.includes("worst: 10 × too few"));
  assert(texts.includes("worst estimate"), "the legend explains the mark");
  assert(!textsOf(queryPlan(plans.index).svg).some(({ text }) => text === "worst estimate"), "only what is drawn");
});

Deno.test("the picture: a bar is as wide as its time, the steps below lie under the part that is not its own", () => {
  const { layout: { steps }, tree } = queryPlan(plans.correlated);
  const whole = planColumns.barsEnd - planColumns.bars;
  const [join, orders, hash, customers] = steps.map(({ bar }) => bar!);
  assertEquals(Math.round(join.width), Math.round(tree.root.total / tree.execution * whole));
  assertEquals(orders.x, join.x);
  assertEquals(hash.x, orders.x + orders.width);
  assertEquals(customers.x, hash.x);
  assert(Math.abs(hash.x + tree.nodes[2].total / tree.execution * whole - join.selfX) < 0.001);
});

Deno.test("the picture: who never ran has no bar, who was stopped is not blamed, a trigger has a row", () => {
  assertEquals(queryPlan(plans.never).layout.steps.map(({ bar }) => bar !== undefined), [true, true, false]);
  assertEquals(queryPlan(plans.cte).layout.steps[1].factor, "stopped early");
  const { steps } = queryPlan(plans.trigger).layout;
  assertEquals(steps.map(({ title, isSlowest }) => [title, isSlowest]), [
    ["Delete on customers", false],
    ["Index Scan on customers", false],
    ["Trigger orders_customer_id_fkey", true],
  ]);
});

for (const [name, plan] of Object.entries(plans)) {
  Deno.test(`the picture of "${name}": no text beyond the edge, none over another, the same each time`, () => {
    const { svg } = queryPlan(plan, { title: name });
    assertEquals(queryPlan(structuredClone(plan), { title: name }).svg, svg);
    const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/)!.map(Number);
    const boxes = textsOf(svg);
    for (const { text, left, right, y } of boxes) {
      assert(left >= 0 && right <= width - 10 && y <= height - 5, text);
      const over = boxes.find((other) =>
        other.text !== text && other.y === y && other.left < right - 0.5 && left < other.right - 0.5
      );
      assertEquals(over, undefined, `over "${text}"`);
    }
  });
}

function textsOf(svg: string) {
  const pattern = /<text x="(.+?)" y="(.+?)" font-size="(.+?)"( font-weight="700")?( text-anchor="(.+?)")?.*?>(.*?)</g;
  return [...svg.matchAll(pattern)].map(([, x, y, size, bold, , anchor = "start", text]) => {
    const width = textWidth(text.replaceAll(/&\w+;/g, "&"), Number(size), bold !== undefined);
    const left = Number(x) - width * { start: 0, middle: 0.5, end: 1 }[anchor]!;
    return { text, left, right: left + width, y: Number(y) };
  });
}

pictureTest(() => queryPlan(plans.seqScan));
