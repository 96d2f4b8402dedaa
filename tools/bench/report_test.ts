import { assertEquals } from "@std/assert";
import { columns, comparisonText, digits, operationText, roundTripText } from "./report.ts";
import type { OperationResult, RunSettings } from "./result_file.ts";
import type { Line } from "./summary.ts";

const settings: RunSettings = { rounds: 30, milliseconds: 15, warmUp: 500, delay: 0 };
const raw: Line = { contestant: "raw", samples: 90, median: 0.7, half: [0.65, 0.8], ratio: 1, interval: [1, 1] };
const ours: Line = {
  contestant: "ours",
  samples: 120,
  median: 0.35,
  half: [0.3, 0.4],
  ratio: 0.5,
  interval: [0.45, 0.55],
};
const get: OperationResult = { name: "get", title: "get by key", reference: "raw", lines: [raw, ours] };

Deno.test("an operation: the fastest first, with its times, its ratio and the interval of that", () => {
  assertEquals(
    operationText(get),
    `get by key   [get]
        median, ms    middle half  ratio to raw (95% interval)  calls
  ours       0.350  0.300 – 0.400        0.500 (0.450 – 0.550)    120
  raw        0.700  0.650 – 0.800                            1     90
Fastest: ours.`,
  );
});

Deno.test("where intervals overlap no winner is named", () => {
  const close = { ...get, lines: [raw, { ...ours, ratio: 0.9, interval: [0.8, 1.05] as const }] };
  assertEquals(
    operationText(close).split("\n").at(-1),
    "No fastest: the intervals of raw and ours overlap.",
  );
});

Deno.test("what takes less than ten microseconds is given in these", () => {
  const hit = { ...ours, median: 0.000_42, half: [0.000_4, 0.000_5] as const };
  assertEquals(operationText({ ...get, reference: "ours", lines: [hit] }).includes("0.420"), true);
  assertEquals(operationText({ ...get, reference: "ours", lines: [hit] }).includes("median, µs"), true);
});

Deno.test("round trips: a row for each operation, a column for each contestant", () => {
  const operations: OperationResult[] = [{ ...get, roundTrips: { raw: 3, ours: 2 } }, {
    ...get,
    name: "hit",
    roundTrips: { ours: 0 },
  }];
  assertEquals(roundTripText(operations).split("\n").slice(1), [
    "       raw  ours",
    "  get    3     2",
    "  hit          0",
  ]);
  assertEquals(roundTripText([get]), "");
});

Deno.test("what moved is shown with both intervals", () => {
  const after = { ...ours, ratio: 0.25, interval: [0.2, 0.3] as const };
  const text = comparisonText(
    { compared: 4, moves: [{ operation: "get", contestant: "ours", before: ours, after }] },
    settings,
    { ...settings, delay: 1 },
  );
  assertEquals(text.split("\n"), [
    "The earlier run had 0 ms of delay, this one 1 ms: that alone moves much.",
    "Of 4 ratios 1 moved (intervals that do not overlap):",
    "  operation  contestant           ratio before              ratio now  change",
    "  get              ours  0.500 (0.450 – 0.550)  0.250 (0.200 – 0.300)    -50%",
  ]);
  assertEquals(
    comparisonText({ compared: 4, moves: [] }, settings, settings),
    "Of 4 ratios none moved: all intervals overlap.",
  );
});

Deno.test("numbers have three digits that count", () => {
  assertEquals([0.2136, 2.136, 21.36, 213.6, 2136].map(digits), ["0.214", "2.14", "21.4", "214", "2136"]);
  assertEquals(columns([["a", "b"], ["long", "1"]]), "  a     b\n  long  1");
});
