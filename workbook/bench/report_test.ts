import { assertEquals } from "@std/assert";
import { columns, comparisonText, deviations, digits, operationText, roundTripText } from "./report.ts";
import type { Line, OperationResult } from "../bench_record.ts";

const raw: Line = { contestant: "raw", samples: 90, median: 0.7, half: [0.65, 0.8], ratio: 1, interval: [1, 1] };
const ours: Line = {
  contestant: "ours",
  samples: 120,
  median: 0.35,
  half: [0.3, 0.4],
  ratio: 0.5,
  interval: [0.45, 0.55],
};
const get: OperationResult = {
  name: "get",
  title: "get by key",
  reference: "raw",
  delay: 0,
  rounds: 20,
  lines: [raw, ours],
};

Deno.test("an operation: the fastest first, with its times, its ratio and the interval of that", () => {
  assertEquals(
    operationText(get),
    `get by key   [get, 20 rounds]
        median, ms    middle half  ratio to raw (95% interval)        calls
  ours       0.350  0.300 – 0.400        0.500 (0.450 – 0.550)  less    120
  raw        0.700  0.650 – 0.800                            1           90
Fastest: ours.`,
  );
  const short = { ...get, needed: 45, lines: [raw, { ...ours, interval: [0.4, 1.2] as const }] };
  const [title, , first] = operationText(short).split("\n");
  assertEquals([title, first.includes("  open  ")], ["get by key   [get, 20 rounds of 45 needed]", true]);
});

Deno.test("a delay is named; memory is a column of its own, empty for whom it was not measured", () => {
  assertEquals(
    operationText({ ...get, delay: 1, memory: { ours: 42.4 } }).split("\n").slice(0, 4),
    [
      "get by key   [get, 1 ms of delay, 20 rounds]",
      "        median, ms    middle half  ratio to raw (95% interval)        calls  peak memory, MB more",
      "  ours       0.350  0.300 – 0.400        0.500 (0.450 – 0.550)  less    120                    42",
      "  raw        0.700  0.650 – 0.800                            1           90",
    ],
  );
});

Deno.test("a deviation that several share is one line", () => {
  const all = [{ name: "a", notes: ["blocks"] }, { name: "b", notes: ["builds", "blocks"] }, { name: "c", notes: [] }];
  assertEquals(deviations(all), ["a; b: blocks.", "b: builds."]);
});

Deno.test("where intervals overlap no winner is named", () => {
  const close = { ...get, lines: [raw, { ...ours, ratio: 0.9, interval: [0.8, 1.05] as const }] };
  assertEquals(
    operationText(close).split("\n").at(-1),
    "No fastest: the intervals of raw and ours overlap.",
  );
});

Deno.test("after fewer than six rounds no winner is named, however far apart they lie", () => {
  const last = (rounds: number) => operationText({ ...get, rounds }).split("\n").at(-1);
  assertEquals(last(5), "No fastest: 5 rounds are too few for an interval; at least 6 are needed.");
  assertEquals(last(6), "Fastest: ours.");
});

Deno.test("what takes less than ten microseconds is given in these", () => {
  const hit = { ...ours, median: 0.000_42, half: [0.000_4, 0.000_5] as const };
  assertEquals(operationText({ ...get, reference: "ours", lines: [hit] }).includes("0.420"), true);
  assertEquals(operationText({ ...get, reference: "ours", lines: [hit] }).includes("median, µs"), true);
});

Deno.test("round trips: a row for each operation, a column for each contestant", () => {
  const operations: OperationResult[] = [{
    ...get,
    roundTrips: { raw: 3, ours: 2 },
    statements: { raw: 3, ours: 3 },
  }, { ...get, name: "hit", roundTrips: { ours: 0 }, statements: { ours: 0 } }];
  assertEquals(roundTripText(operations).split("\n").slice(2), [
    "       raw  ours",
    "  get  3/3   2/3",
    "  hit        0/0",
  ]);
  assertEquals(roundTripText([get]), "");
});

Deno.test("what moved is shown with both intervals", () => {
  const after = { ...ours, ratio: 0.25, interval: [0.2, 0.3] as const };
  const text = comparisonText(
    { compared: 4, moves: [{ operation: "get", delay: 1, contestant: "ours", before: ours, after }] },
  );
  assertEquals(text.split("\n"), [
    "Of 4 ratios 1 moved (intervals that do not overlap):",
    "  operation           contestant           ratio before              ratio now  change",
    "  get, 1 ms of delay        ours  0.500 (0.450 – 0.550)  0.250 (0.200 – 0.300)    -50%",
  ]);
  assertEquals(comparisonText({ compared: 4, moves: [] }), "Of 4 ratios none moved: all intervals overlap.");
  assertEquals(comparisonText({ compared: 0, moves: [] }).startsWith("The earlier run shares no operation"), true);
});

Deno.test("numbers have three digits that count", () => {
  assertEquals([0.2136, 2.136, 21.36, 213.6, 2136].map(digits), ["0.214", "2.14", "21.4", "214", "2136"]);
  assertEquals(columns([["a", "b"], ["long", "1"]]), "  a     b\n  long  1");
});
