/**
 * Collects every picture in the notebooks' outputs on one page, in both renderings, for visual review.
 *
 * @module
 */
import { join } from "node:path";
import { darkPaper } from "../workbook/show/dark.ts";
import { darkMime } from "../workbook/show/page_png.ts";
import { renderPng } from "../workbook/show/png.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { codeCells, type NotebookFile, readNotebooks } from "../workbook/jupyter/notebook.ts";
import { root } from "../workbook/paths.ts";

const command = newCommand(
  "deno run -A tools/contact_sheet.ts",
  "Collects every picture in the notebooks' outputs on one page, in the light and dark themes.",
  "Shows the stored PNG, which is light, and the drawing for a dark page stored beside it.",
)
  .argument("[NN...]", "only notebooks whose names start with this prefix")
  .option("--out <file>", "the page", join(root, ".data", "contact_sheet.html"));

/** A picture as rendered in each theme, as HTML fragments. */
interface Shown {
  readonly where: string;
  readonly light: string;
  readonly dark: string;
}

async function contactSheet(args: string[]): Promise<number> {
  const given = readArguments<{ out: string }>(command, args);
  if (!given) return 0;
  const { out } = given.options;
  const pictures = (await Promise.all((await readNotebooks(given.words)).map(picturesOf))).flat();
  await Deno.writeTextFile(out, page(pictures));
  console.log(`${pictures.length} pictures: ${out}`);
  return 0;
}

async function picturesOf({ name, notebook }: NotebookFile): Promise<Shown[]> {
  const found: Shown[] = [];
  for (const { id, outputs = [] } of codeCells(notebook)) {
    for (const output of outputs) {
      const data = ("data" in output ? output.data : {}) as Record<string, unknown>;
      if (data["image/png"] === undefined) continue;
      const png = image([data["image/png"]].flat().join(""));
      const dark = await renderPng(String(data[darkMime]), darkPaper);
      found.push({ where: `${name} · ${id}`, light: png, dark: image(dark.bytes.toBase64()) });
    }
  }
  return found;
}

/** Shows an image at half its width, as in the notebook. */
function image(base64: string): string {
  const width = new DataView(Uint8Array.fromBase64(base64.slice(0, 32)).buffer).getUint32(16) / 2;
  return `<img width="${Math.min(width, 800)}" src="data:image/png;base64,${base64}">`;
}

function page(pictures: readonly Shown[]): string {
  const rows = pictures.map(({ where, light, dark }) =>
    `<h2>${where}</h2><div class="row"><div class="light">${light}</div><div class="dark">${dark}</div></div>`
  );
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Contact sheet</title><style>
body { font: 14px system-ui, sans-serif; margin: 16px } h2 { font-size: 14px; margin: 16px 0 4px }
.row { display: flex; gap: 12px; align-items: flex-start } .row div { padding: 12px } img { display: block }
.light { background: #fff; border: 1px solid #ddd } .dark { background: #111 }
</style></head><body>${rows.join("\n")}</body></html>`;
}

if (import.meta.main) await runTask(contactSheet);
