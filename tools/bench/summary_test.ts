import { assertEquals, assertThrows } from "@std/assert";
import type { Measured } from "../../lib/workbook/compare.ts";
import { fastest, type Interval, type Line, medianInterval, overlap, summarize } from "./summary.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1).toReversed();

Deno.test("the interval of a median has the ranks of the sign test", () => {
  // from the table of the binomial distribution: 2 · P(at most rank - 1 of n) is 5% at most
  assertEquals(medianInterval(numbers(6)), [1, 6]);
  assertEquals(medianInterval(numbers(8)), [1, 8]);
  assertEquals(medianInterval(numbers(9)), [2, 8]);
  assertEquals(medianInterval(numbers(12)), [3, 10]);
  assertEquals(medianInterval(numbers(20)), [6, 15]);
  assertEquals(medianInterval(numbers(30)), [10, 21]);
});

Deno.test("fewer than six rounds allow no such interval: it is the whole range", () => {
  assertEquals(medianInterval([5]), [5, 5]);
  assertEquals(medianInterval(numbers(5)), [1, 5]);
});

Deno.test("ratios are those of the rounds; times are those of one call", () => {
  const [raw, other] = summarize([measured("raw", [2, 20, 200]), measured("other", [4, 40, 400])], "raw", 10);
  assertEquals([raw.ratio, raw.interval], [1, [1, 1]]);
  assertEquals([other.ratio, other.interval], [2, [2, 2]]);
  assertEquals([other.median, other.half, other.samples], [4, [0.4, 40], 30]);
});

Deno.test("without the reference there is nothing to say", () => {
  assertThrows(() => summarize([measured("raw", [1])], "other"), RangeError, "other was not measured");
});

Deno.test("intervals that touch overlap", () => {
  assertEquals(overlap([1, 2], [2, 3]), true);
  assertEquals(overlap([2, 3], [1, 2]), true);
  assertEquals(overlap([1, 2], [2.1, 3]), false);
});

Deno.test("a fastest is named alone only where no interval reaches into its own", () => {
  assertEquals(fastest([line("a", 1, [1, 1]), line("b", 0.5, [0.4, 0.6])]), ["b"]);
  assertEquals(fastest([line("a", 1, [1, 1]), line("b", 0.9, [0.7, 1.1]), line("c", 3, [2, 4])]), ["a", "b"]);
});

function measured(name: string, medians: number[]): Measured {
  const [p25, median, p75] = medians;
  return { name, samples: 3, p25, median: median, p75, medians, ratio: 0, ratioLow: 0, ratioHigh: 0 };
}

function line(contestant: string, ratio: number, interval: Interval): Line {
  return { contestant, samples: 1, median: ratio, half: interval, ratio, interval };
}
