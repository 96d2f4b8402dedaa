import { assertEquals, assertThrows } from "@std/assert";
import { summarize } from "./compare.ts";
import { relativeTo, UnknownContestantError } from "./relative_to.ts";

const rounds = (...medians: number[]) => medians.map((median) => [median]);
const measured = summarize(
  new Map([
    ["a", rounds(1, 10, 1, 10, 1, 10)],
    ["b", rounds(2, 20, 2, 20, 2, 20)],
    ["c", rounds(1, 40, 1, 40, 4, 10)],
  ]),
);

Deno.test("any contestant may be the reference; ratios are taken within a round", () => {
  assertEquals(relativeTo(measured, "b"), [
    { label: "a", ratio: 0.5, low: 0.5, high: 0.5, decision: "less" },
    { label: "c", ratio: 1.25, low: 0.5, high: 2, decision: "open" },
  ]);
  assertEquals(relativeTo(measured, "a").map(({ label, decision }) => [label, decision]), [
    ["b", "more"],
    ["c", "open"],
  ]);
});

Deno.test("a name that was not measured is refused, with those that were", () => {
  assertThrows(() => relativeTo(measured, "d"), UnknownContestantError, 'choose one of "a", "b", "c"');
});
