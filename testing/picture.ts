/**
 * Registers the test that every picture passes: a notebook gets a PNG, its width, an alternative text, and the drawing
 * for a dark page.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { displaySymbol } from "../workbook/show/display.ts";
import type { Picture } from "../workbook/show/picture.ts";
import { permittedTest } from "./permitted.ts";

/** Registers the test of a picture. Rendering loads a native library. */
export function pictureTest(draw: () => Picture<unknown>): void {
  permittedTest("ffi", "a notebook gets a PNG with its width and a sentence", async () => {
    const picture = draw();
    const bundle = await picture[displaySymbol]();
    assertEquals(Object.keys(bundle), ["image/png", "image/svg+xml;theme=dark", "text/plain"]);
    assertEquals(bundle["text/plain"], picture.text);
    const width = new DataView(Uint8Array.fromBase64(bundle["image/png"] as string).buffer).getUint32(16);
    assertEquals(picture.displayMetadata, { "image/png": { alt: picture.alt, width: width / 2 } });
  });
}
