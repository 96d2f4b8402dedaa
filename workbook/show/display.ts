/**
 * Displaying objects: as pictures and Markdown in a notebook, as text elsewhere.
 *
 * @module
 */

/** The symbol under which the Deno kernel looks up an object's display function (which may be async). */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** An output in several formats, by MIME type. A notebook shows the richest one it supports. */
export type MimeBundle = { readonly "text/plain": string; readonly [mimeType: string]: unknown };

/** Display metadata by MIME type, such as the width of an image. */
export type MimeMetadata = { readonly [mimeType: string]: { readonly [key: string]: unknown } };

/** An object that can be displayed as the last value of a notebook cell, or with {@linkcode show}. */
export interface Displayable {
  /** Returns the object in each format. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
  /** Display metadata for these formats. */
  readonly displayMetadata?: MimeMetadata;
}

/** The part of the kernel's interface used here. */
export interface Kernel {
  broadcast(
    type: "display_data" | "update_display_data",
    content: { data: MimeBundle; metadata: MimeMetadata; transient: object },
  ): Promise<void>;
}

/**
 * Displays an object immediately: below the running cell in a notebook, otherwise as text on the console.
 *
 * A chart is also displayed as the last value of a cell, but the kernel then sends no metadata, so that where only the PNG
 * is rendered (GitHub) it appears at twice its size. Use this function for pictures to be read on GitHub.
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

/** Displays an existing output; see {@linkcode show}. */
export async function showBundle(data: MimeBundle, metadata: MimeMetadata = {}): Promise<void> {
  const kernel = runningKernel();
  if (kernel === undefined) console.log(data["text/plain"]);
  else await kernel.broadcast("display_data", { data, metadata, transient: {} });
}

/** A status line; in a notebook each update replaces the previous text. */
export interface LiveText {
  /** Shows a text; on the console each one is a separate line. */
  update(text: string): Promise<void>;
}

/**
 * Creates a status line below the running cell.
 * @param kernel for tests (default: the running kernel).
 */
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

/** Returns the running kernel, or undefined: outside a notebook `Deno.jupyter` throws or is missing. */
export function runningKernel(): Kernel | undefined {
  try {
    const kernel = (Deno as unknown as { jupyter?: Partial<Kernel> }).jupyter;
    return typeof kernel?.broadcast === "function" ? kernel as Kernel : undefined;
  } catch {
    return undefined;
  }
}
