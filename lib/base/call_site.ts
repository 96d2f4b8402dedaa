/**
 * Who asked for a connection: kept as an unformatted stack (microseconds), read only when a message needs it.
 *
 * @module
 */

/** What the frames of the library, of packages and of the runtime have in them. */
const INSIDE = [new URL("../", import.meta.url).href, "/node_modules/", "(<anonymous>)", "(index ", "ext:", "node:"];

/** Leaves out the modules of a folder, too: those of a tool through which a program calls the library. */
export function passOver(folder: URL): void {
  INSIDE.push(folder.href);
}

/** The place in the caller's code from which the library was called. */
export class CallSite {
  readonly #here: { readonly stack?: string };

  /** @param stack default: that of this moment. */
  constructor(stack?: string) {
    this.#here = stack === undefined ? new Error() : { stack };
  }

  /** `loadUsers (file.ts:12:5)`, or `unknown` when the stack holds nothing but the library and packages. */
  toString(): string {
    return this.frames[0] ?? "unknown";
  }

  /** Everyone on the stack but the library, packages and the runtime, the innermost first. */
  get frames(): string[] {
    return (this.#here.stack ?? "").split("\n").slice(1).map((line) => line.trim().replace(/^at (async )?/, ""))
      .filter((frame) => frame.includes("_test.ts:") || !INSIDE.some((part) => frame.includes(part)))
      .map((frame) => frame.replace(/(?:file|https?):\/\/\S*\/([^/\s()]+)/g, "$1"));
  }
}
