import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ratioChart, RatioRowError } from "./ratio_chart.ts";
import { renderSvg } from "../render.ts";

const rows = [
  { label: "slow one", group: "theirs", ratio: 3, low: 2.5, high: 3.5 },
  { label: "raw", group: "raw", ratio: 1, low: 1, high: 1 },
  { label: "quick one", group: "ours", ratio: 0.5, low: 0.4, high: 0.6 },
];
const options = { title: "One row", reference: "raw" };

Deno.test("ratioChart() sorts by group, then by ratio, in the picture and in its alternative text", async () => {
  const picture = ratioChart([...rows, { ...rows[0], label: "slower one", ratio: 4 }].toReversed(), options);
  assertEquals(
    picture.alt,
    "One row: time relative to “raw”. slow one: 3.0; slower one: 4.0; quick one: 0.50; raw: 1.0.",
  );
  const svg = await renderSvg(picture.spec);
  const labels = [...svg.matchAll(/<text[^>]*>(quick one|raw|slow one|slower one)</g)].map((match) => match[1]);
  assertEquals(labels.slice(0, 4), ["slow one", "slower one", "quick one", "raw"]);
  assertStringIncludes(svg, ">time relative to “raw” (left of the line: faster, right: slower)<");
});

Deno.test("ratioChart() draws a row for each, where two groups share a label", async () => {
  const picture = ratioChart([rows[0], { ...rows[2], label: "slow one" }], options);
  const svg = await renderSvg(picture.spec);
  assertEquals([...svg.matchAll(/<text[^>]*>slow one</g)].length, 2);
  assertStringIncludes(picture.alt, "slow one (theirs): 3.0; slow one (ours): 0.50.");
});

Deno.test("ratioChart() keeps the line at 1 inside, also where all took more", async () => {
  const svg = await renderSvg(ratioChart([rows[0]], options).spec);
  const ticks = [...svg.matchAll(/<text[^>]*>([\d.]+)</g)].map((match) => Number(match[1]));
  assertEquals([Math.min(...ticks) < 1, ticks.includes(1), Math.max(...ticks) > 3.5], [true, true, true]);
});

Deno.test("ratioChart() refuses what has no place on a logarithmic axis", () => {
  assertThrows(() => ratioChart([], options), RatioRowError, "No data to draw");
  assertThrows(() => ratioChart([{ ...rows[0], low: 0 }], options), RatioRowError, 'The row "slow one"');
});
