import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chart, MissingAltTextError } from "./chart.ts";
import { displaySymbol } from "../display.ts";
import { renderSvg } from "../render.ts";
import { textWidth } from "../text_width.ts";
import { permittedTest } from "../../../testing/permitted.ts";

const bars = {
  data: { values: [{ driver: "pg", ms: 0.21 }, { driver: "postgres", ms: 0.19 }] },
  mark: "bar",
  encoding: { x: { field: "ms", type: "quantitative" }, y: { field: "driver", type: "nominal" } },
};

Deno.test("chart() needs a sentence that stands for the picture", () => {
  assertThrows(() => chart(bars, " "), MissingAltTextError, "alternative text");
});

Deno.test("chart() keeps the sentence as the description of the spec", () => {
  assertEquals(chart(bars, "Both take 0.2 ms.").spec.description, "Both take 0.2 ms.");
});

Deno.test("chart() lets the spec overrule the look", () => {
  const { spec } = chart({ ...bars, width: 100, config: { axis: { grid: false }, background: "pink" } }, "Two bars.");
  const config = spec.config as { axis: { grid: boolean; labelFontSize: number }; background: string };
  assertEquals([spec.width, config.axis.grid, config.axis.labelFontSize, config.background], [100, false, 13, "pink"]);
});

Deno.test("chart() names its background and every ink, so that JupyterLab's dark theme changes none", () => {
  const { background, title, style, axis } = chart(bars, "Two bars.").spec.config as Record<string, object>;
  assertEquals(background as unknown, "white");
  // what vega-embed's theme "dark" would set
  const inks = { ...title, ...axis, ...style } as Record<string, unknown>;
  for (
    const name of ["color", "subtitleColor", "domainColor", "gridColor", "tickColor", "guide-label", "guide-title"]
  ) {
    assert(inks[name] !== undefined, name);
  }
});

Deno.test("renderSvg() draws the same text from the same spec", async () => {
  const first = await renderSvg(chart(bars, "Two bars.").spec);
  assertStringIncludes(first, "IBM Plex Sans");
  assertEquals(await renderSvg(chart(bars, "Two bars.").spec), first);
});

permittedTest("ffi", "chart() shows itself as Vega-Lite 5, PNG and text", async () => {
  const drawn = chart(bars, "Both take 0.2 ms.");
  const bundle = await drawn[displaySymbol]();
  assertEquals(Object.keys(bundle), [
    "application/vnd.vegalite.v5+json",
    "image/png",
    "image/svg+xml;theme=dark",
    "text/plain",
  ]);
  assertEquals((bundle["application/vnd.vegalite.v5+json"] as { $schema: string }).$schema.includes("/v5"), true);
  assertEquals(bundle["text/plain"], "Both take 0.2 ms.");
  const png = Uint8Array.fromBase64(bundle["image/png"] as string);
  const width = new DataView(png.buffer).getUint32(16);
  assertEquals(drawn.displayMetadata, { "image/png": { alt: "Both take 0.2 ms.", width: Math.round(width / 2) } });
  assertEquals(await chart(bars, "Both take 0.2 ms.").png(), png, "the same spec gives the same bytes");
});

permittedTest("ffi", "the PNG has the font that the text widths were measured with", async () => {
  const { fontOptions } = await import("../png.ts");
  const { Resvg } = await import("@resvg/resvg-js");
  const text = "select * from heroes where name = 'Æsir' MWil";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="40"><text x="0" y="30" font-size="20"` +
    ` font-family="IBM Plex Sans">${text}</text></svg>`;
  const drawn = new Resvg(svg, { font: fontOptions() }).getBBox()!.width;
  assert(Math.abs(drawn - textWidth(text, 20)) < 20, `drawn ${drawn}, estimated ${textWidth(text, 20)}`);
});
