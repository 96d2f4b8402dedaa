import { assertEquals, assertThrows } from "@std/assert";
import { intervalChart, IntervalRowError, logTicks } from "./interval_chart.ts";
import { renderSvg } from "../render.ts";

const rows = [
  { label: "one row by key", group: "pg", low: 0.18, mid: 0.19, high: 0.22 },
  { label: "one row by key", group: "postgres", low: 0.15, mid: 0.16, high: 0.19 },
];
const options = { title: "One row", unit: "ms" };

Deno.test("intervalChart() names every value in its alternative text", () => {
  assertEquals(
    intervalChart(rows, options).alt,
    "One row: one row by key (pg) 0.19 ms, one row by key (postgres) 0.16 ms.",
  );
});

Deno.test("intervalChart() keeps the alternative text short", () => {
  const many = Array.from({ length: 10 }, (_, index) => ({ label: `row ${index}`, low: 1, mid: 2, high: 3 }));
  assertEquals(intervalChart(many, options).alt.endsWith("row 7 2 ms, and 2 more."), true);
});

Deno.test("intervalChart() draws the rows in the order given, every label in full", async () => {
  const long = "a label that is much longer than what has room beside the plot of a chart";
  const svg = await renderSvg(
    intervalChart([{ label: "z", low: 1, mid: 2, high: 3 }, { label: long, low: 1, mid: 2, high: 3 }], options).spec,
  );
  const texts = [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map((match) => match[1]);
  const drawn = texts.join(" ");
  assertEquals(drawn.includes(long), true, drawn);
  assertEquals(texts.indexOf("z") < texts.findIndex((text) => text.startsWith("a label")), true, drawn);
});

Deno.test("intervalChart() refuses what cannot be drawn", () => {
  assertThrows(() => intervalChart([], options), IntervalRowError, "no rows");
  assertThrows(
    () => intervalChart([{ label: "a", low: 0, mid: NaN, high: 2 }], options),
    IntervalRowError,
    'The row "a" cannot be drawn: its mid is NaN, not a number.',
  );
  assertThrows(
    () => intervalChart([{ label: "a", low: 0, mid: 1, high: 2 }], { ...options, log: true }),
    IntervalRowError,
    "its low is 0, not a number above 0",
  );
});

Deno.test("logTicks() surrounds all values with 1, 2, 5, 10, …", () => {
  assertEquals(logTicks([{ low: 0.18, high: 0.9 }]), [0.1, 0.2, 0.5, 1]);
  assertEquals(logTicks([{ low: 1, high: 1 }]), [1, 2]);
  assertEquals(logTicks([{ low: 0.002, high: 2100 }]), [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000]);
});
