import { assertEquals } from "@std/assert";
import type { Measured } from "../compare.ts";
import { medianInterval } from "../median_interval.ts";
import { neededRounds, plannedRounds } from "./pilot.ts";

function measured(name: string, medians: number[]): Measured {
  return {
    name,
    samples: 1,
    p25: 0,
    median: 0,
    p75: 0,
    medians,
    ratio: 0,
    ratioLow: 0,
    ratioHigh: 0,
    interval: [0, 0],
  };
}

/** Ratios with the quantiles of a normal distribution, on a logarithmic scale. */
function normal(count: number, sigma: number): number[] {
  const uniform = Array.from({ length: count }, (_, index) => (index + 0.5) / count);
  // Tukey's lambda distribution with λ = 0.14 approximates the normal one
  return uniform.map((p) => Math.exp(sigma * 4.91 * (p ** 0.14 - (1 - p) ** 0.14)));
}

Deno.test("a quiet machine needs the fewest rounds, a busy one more", () => {
  const reference = measured("raw", Array(8).fill(1));
  assertEquals(neededRounds([reference, measured("same", Array(8).fill(2))]), 6);
  assertEquals(neededRounds([reference]), 6);
  const needed = [0.2, 0.4, 0.8].map((sigma) => neededRounds([reference, measured("other", normal(8, sigma))]));
  assertEquals(needed.map((rounds) => Math.round(rounds / needed[0])), [1, 4, 16], "by the square of the spread");
});

Deno.test("one slow round of the pilot does not count, the widest spread does", () => {
  const reference = measured("raw", Array(8).fill(1));
  const slow = measured("slow once", [1, 1, 1, 40, 1, 1, 1, 1]);
  const wide = measured("wide", normal(8, 0.2));
  assertEquals(neededRounds([reference, slow]), 6);
  assertEquals(neededRounds([reference, slow, wide]), neededRounds([reference, wide]));
});

Deno.test("after so many rounds the interval decides: it is as wide as the band of equality", () => {
  const rounds = neededRounds([measured("raw", Array(1000).fill(1)), measured("other", normal(1000, 0.1))]);
  const [low, high] = medianInterval(normal(rounds, 0.1));
  assertEquals([low > 0.945, high < 1.058], [true, true]);
});

Deno.test("no more rounds than are allowed, and than fit into the time; six in any case", () => {
  assertEquals(plannedRounds(50, 10, { rounds: 100, limit: 10_000 }), 50);
  assertEquals(plannedRounds(500, 10, { rounds: 100, limit: 10_000 }), 100);
  assertEquals(plannedRounds(50, 1000, { rounds: 100, limit: 10_000 }), 10);
  assertEquals(plannedRounds(50, 9000, { rounds: 100, limit: 10_000 }), 6);
});
