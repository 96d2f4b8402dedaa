import { assertEquals } from "@std/assert";
import { codeCells, readNotebooks } from "./notebook.ts";

/** Lines of code that 700 pixels hold, in a window of 1280 × 800 pixels: 18.2 each, with 10 for the frame. */
const LINES = 37;

Deno.test("no cell is taller than the window: chart code belongs into workbook/show/, a long cell is two", async () => {
  const tall = (await readNotebooks()).flatMap(({ name, notebook }) =>
    codeCells(notebook)
      .map(({ id, source }) => ({ cell: `${name}: ${id}`, lines: source.split("\n").length }))
      .filter(({ lines }) => lines > LINES)
  );
  assertEquals(tall, []);
});
