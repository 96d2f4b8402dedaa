import { assertEquals, assertThrows } from "@std/assert";
import type { Measured } from "../compare.ts";
import type { Line } from "../bench_record.ts";
import type { Interval } from "../median_interval.ts";
import { fastest, summarize } from "./summary.ts";

Deno.test("ratios are those of the rounds; times are those of one call", () => {
  const [raw, other] = summarize([measured("raw", [2, 20, 200]), measured("other", [4, 40, 400])], "raw", 10);
  assertEquals([raw.ratio, raw.interval], [1, [1, 1]]);
  assertEquals([other.ratio, other.interval], [2, [2, 2]]);
  assertEquals([other.median, other.half, other.samples], [4, [0.4, 40], 30]);
});

Deno.test("the ratio to this library is that of the same rounds, which its quotient only encloses", () => {
  const rounds = [1, 2, 3, 4, 5, 6];
  const lines = summarize(
    [measured("raw", rounds), measured("ours on pg", rounds.toReversed()), measured("orm", rounds.toReversed())],
    "raw",
  );
  assertEquals(lines.map(({ toLibrary }) => toLibrary), [[1 / 6, 6], [1, 1], [1, 1]]);
  assertEquals(summarize([measured("raw", [1])], "raw")[0].toLibrary, undefined);
});

Deno.test("without the reference there is nothing to say", () => {
  assertThrows(() => summarize([measured("raw", [1])], "other"), RangeError, "other was not measured");
});

Deno.test("a fastest is named alone only where no interval reaches into its own", () => {
  assertEquals(fastest([line("a", 1, [1, 1]), line("b", 0.5, [0.4, 0.6])]), ["b"]);
  assertEquals(fastest([line("a", 1, [1, 1]), line("b", 0.9, [0.7, 1.1]), line("c", 3, [2, 4])]), ["a", "b"]);
});

function measured(name: string, medians: number[]): Measured {
  const [p25, median, p75] = medians;
  return { name, samples: 3, p25, median: median, p75, medians, ratio: 0, ratioLow: 0, ratioHigh: 0, interval: [0, 0] };
}

function line(contestant: string, ratio: number, interval: Interval): Line {
  return { contestant, samples: 1, median: ratio, half: interval, ratio, interval };
}
