/**
 * How an object shows itself: as pictures and Markdown in a notebook, as one line of text elsewhere.
 *
 * @module
 */

/** The symbol under which the Deno kernel looks for an object's own display function (it may be async). */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** One output in several forms, by MIME type. A notebook shows the richest form that it knows. */
export type MimeBundle = { readonly "text/plain": string; readonly [mimeType: string]: unknown };

/** Hints for the notebook, by MIME type: for example the width at which an image is shown. */
export type MimeMetadata = { readonly [mimeType: string]: { readonly [key: string]: unknown } };

/** Something that shows itself when it is the last value of a notebook cell, or is given to {@linkcode show}. */
export interface Displayable {
  /** The forms in which the object can be shown. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
  /** Hints for the notebook that go with these forms. */
  readonly displayMetadata?: MimeMetadata;
}

/** The part of the kernel's own interface that is used here. */
export interface Kernel {
  broadcast(
    type: "display_data" | "update_display_data",
    content: { data: MimeBundle; metadata: MimeMetadata; transient: object },
  ): Promise<void>;
}

/**
 * Shows something at once: in a notebook below the running cell, elsewhere as one text on the console.
 *
 * A chart is also shown when it is the last value of a cell. The kernel sends no metadata then, and where only the PNG
 * is drawn (GitHub) it has twice its size: so show pictures that are to be read on GitHub with this function.
 *
 * @example
 * ```ts ignore
 * await show(table([{ driver: "pg", ms: 0.21 }]));
 * ```
 */
export async function show(displayable: Displayable): Promise<void> {
  const data = await displayable[displaySymbol]();
  await showBundle(data, displayable.displayMetadata);
}

/** Shows an output that is there already: see {@linkcode show}. */
export async function showBundle(data: MimeBundle, metadata: MimeMetadata = {}): Promise<void> {
  const kernel = runningKernel();
  if (kernel === undefined) console.log(data["text/plain"]);
  else await kernel.broadcast("display_data", { data, metadata, transient: {} });
}

/** A line that says how far something is: in a notebook each text takes the place of the one before. */
export interface LiveText {
  /** Shows a text; on the console each is a line of its own. */
  update(text: string): Promise<void>;
}

/** A line below the running cell. @param kernel for tests; the one that this runs in if left out. */
export function liveText(kernel: Kernel | undefined = runningKernel()): LiveText {
  const transient = { display_id: crypto.randomUUID() };
  let isShown = false;
  return {
    async update(text) {
      if (kernel === undefined) return console.log(text);
      const type = isShown ? "update_display_data" : "display_data";
      isShown = true;
      await kernel.broadcast(type, { data: { "text/plain": text }, metadata: {}, transient });
    },
  };
}

/** The kernel this code runs in, or undefined: outside of a notebook `Deno.jupyter` throws or is not there. */
function runningKernel(): Kernel | undefined {
  try {
    const kernel = (Deno as unknown as { jupyter?: Partial<Kernel> }).jupyter;
    return typeof kernel?.broadcast === "function" ? kernel as Kernel : undefined;
  } catch {
    return undefined;
  }
}
