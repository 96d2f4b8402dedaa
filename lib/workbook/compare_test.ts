import { assertEquals, assertRejects } from "@std/assert";
import { compare, quantile, summarize } from "./compare.ts";

Deno.test("a quantile lies between its neighbours", () => {
  assertEquals(quantile([4, 1, 3, 2], 0.5), 2.5);
  assertEquals(quantile([1, 2, 3], 0), 1);
  assertEquals(quantile([7], 0.75), 7);
});

Deno.test("ratios are taken within a round: a slow round does not favour anyone", () => {
  const [first, second] = summarize(new Map([["first", [[1, 1], [10, 10]]], ["second", [[2, 2], [20, 20]]]]));
  assertEquals([first.ratio, second.ratio], [1, 2]);
  assertEquals([second.ratioLow, second.ratioHigh], [2, 2]);
  assertEquals([second.samples, second.median], [4, 11]);
});

Deno.test("every contestant is measured in every round, none always first", async () => {
  const order: string[] = [];
  const contestant = (name: string) => () => {
    if (order.at(-1) !== name) order.push(name);
    return Promise.resolve();
  };
  const rounds: number[] = [];
  const measured = await compare({ a: contestant("a"), b: contestant("b") }, {
    rounds: 2,
    milliseconds: 1,
    onRound: (done) => rounds.push(done),
  });
  assertEquals(order, ["a", "b", "a", "b", "a"]); // the warm-up, then a b, then b a
  assertEquals(rounds, [1, 2]);
  assertEquals(measured.map(({ name }) => name), ["a", "b"]);
});

Deno.test("nothing to compare is refused", async () => {
  await assertRejects(() => compare({}), RangeError);
});
