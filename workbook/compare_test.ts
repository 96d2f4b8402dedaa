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
  assertEquals([second.ratioLow, second.ratioHigh, ...second.interval], [2, 2, 2, 2]);
  assertEquals([second.samples, second.median, second.medians], [4, 11, [2, 20]]);
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

Deno.test("a contestant may time itself: it is told how long, and is not warmed up", async () => {
  const turns: unknown[] = [];
  const elsewhere = { sample: (turn: unknown) => (turns.push(turn), Promise.resolve([3, 1, 2])) };
  const [measured] = await compare({ elsewhere }, { rounds: 2, milliseconds: 5, leastSamples: 1 });
  assertEquals(turns, [{ milliseconds: 5, leastSamples: 1 }, { milliseconds: 5, leastSamples: 1 }]);
  assertEquals([measured.samples, measured.medians], [6, [2, 2]]);
});

Deno.test("a limit of time is kept once there were six rounds", async () => {
  const elsewhere = { sample: () => Promise.resolve([1]) };
  const [measured] = await compare({ elsewhere }, { rounds: 100, limit: 0 });
  assertEquals(measured.medians.length, 6);
});

Deno.test("nothing to compare is refused", async () => {
  await assertRejects(() => compare({}), RangeError);
});
