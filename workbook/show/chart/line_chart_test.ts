import { assertEquals, assertThrows } from "@std/assert";
import { lineChart, LinePointError } from "./line_chart.ts";
import { renderSvg } from "../render.ts";

const axes = { x: { title: "page", log: true }, y: { title: "rows", log: true } };
const options = { title: "Rows read", alt: "With offset they grow.", ...axes };
const points = [1, 10, 100].flatMap((x) => [
  { group: "offset", x, y: 20 * x },
  { group: "keyset", x, y: 20 },
]);

/** The texts of legends; vega names their group. */
const legends = (svg: string) =>
  [...svg.matchAll(/role-legend-label[^]*?<text[^>]*>([^<]*)</g)].map(([, text]) => text);

Deno.test("lineChart() has one legend, in the order of the points", async () => {
  assertEquals(legends(await renderSvg(lineChart(points, options).spec)), ["offset", "keyset"]);
});

Deno.test("lineChart() gives colour, shape and legend in one layer: older renderers merge only those", () => {
  const layers = lineChart(points, options).spec.layer as { encoding: Record<string, { legend?: unknown }> }[];
  const withLegend = layers.map(({ encoding }) =>
    Object.entries(encoding).filter(([, { legend }]) => legend !== null && legend !== undefined).map(([name]) => name)
  );
  assertEquals(withLegend, [[], [], ["color", "shape"]]);
});

Deno.test("lineChart() draws panels in the order of the points, spreads, and marked points", async () => {
  const panels = points.flatMap((point) => [
    { ...point, column: "5 ms", low: point.y / 2, high: point.y * 2 },
    { ...point, column: "0 ms", isMarked: point.x === 100 },
  ]);
  const svg = await renderSvg(lineChart(panels, options).spec);
  assertEquals([...svg.matchAll(/<text[^>]*>([05] ms)</g)].map(([, text]) => text), ["5 ms", "0 ms"]);
  assertEquals(legends(svg), ["offset", "keyset"]);
});

Deno.test("lineChart() refuses what has no place on its axis", () => {
  assertThrows(() => lineChart([], options), LinePointError, "got no points");
  assertThrows(
    () => lineChart([{ group: "offset", x: 0, y: 1 }], options),
    LinePointError,
    'A point of "offset" cannot be drawn: its x is 0, not a number above 0',
  );
});
