/**
 * The pictures in the notebooks' outputs, as a reader gets them: on GitHub, in JupyterLab, and where nobody sees them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { codeCells, readNotebooks } from "./notebook.ts";

const files = await readNotebooks();

/** The pictures of all notebooks, with their cell. */
const pictures = files.flatMap(({ name, notebook }) =>
  codeCells(notebook).flatMap(({ id, outputs = [] }) =>
    outputs.flatMap((output) =>
      "data" in output && "image/png" in output.data ? [{ where: `${name}: ${id}`, ...output }] : []
    )
  )
);

Deno.test("every picture has an alternative text, a width, and a drawing for a dark page", () => {
  assert(pictures.length > 50);
  const lacking = pictures.filter(({ data, metadata }) => {
    const { alt, width } = (metadata["image/png"] ?? {}) as { alt?: string; width?: number };
    return !alt || !width || !String(data["image/svg+xml;theme=dark"] ?? "").startsWith("<svg");
  });
  assertEquals(lacking.map(({ where }) => where), []);
});
