import { assertEquals, assertThrows } from "@std/assert";
import { barChart } from "./bar_chart.ts";
import { MissingAltTextError } from "./chart.ts";
import { renderSvg } from "../render.ts";

const rows = [
  { label: "in a loop", group: "statements", value: 7 },
  { label: "in a loop", group: "rows", value: 1800 },
  { label: "joined", group: "statements", value: 1 },
  { label: "joined", group: "rows", value: 12 },
];

Deno.test("barChart() draws every figure, labels and groups in the order given", async () => {
  const svg = await renderSvg(barChart(rows, { title: "Six users", alt: "The loop sends 7." }).spec);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map(([, text]) => text);
  for (const figure of ["7", "1,800", "1", "12"]) assertEquals(texts.includes(figure), true, figure);
  const order = (names: string[]) => names.map((name) => texts.indexOf(name));
  assertEquals(order(["in a loop", "joined"]), order(["in a loop", "joined"]).toSorted((a, b) => a - b));
  assertEquals(order(["statements", "rows"]), order(["statements", "rows"]).toSorted((a, b) => a - b));
});

Deno.test("barChart() needs a sentence that stands for the picture", () => {
  assertThrows(() => barChart(rows, { title: "Six users", alt: "" }), MissingAltTextError);
});
