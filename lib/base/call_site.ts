/**
 * Call sites: where a connection was requested. Kept as an unformatted stack, which takes microseconds, and formatted
 * only when a message needs it.
 *
 * @module
 */

/** Substrings of stack frames that belong to the library, to packages or to the runtime. */
const INSIDE = [new URL("../", import.meta.url).href, "/node_modules/", "(<anonymous>)", "(index ", "ext:", "node:"];

/** Excludes the modules of a folder from call sites: those of a tool through which a program calls the library. */
export function passOver(folder: URL): void {
  INSIDE.push(folder.href);
}

/** The location in the caller's code that called the library. */
export class CallSite {
  readonly #here: { readonly stack?: string };

  /**
   * @ignore
   * @param stack the stack to read (default: the current one).
   */
  constructor(stack?: string) {
    this.#here = stack === undefined ? new Error() : { stack };
  }

  /** `loadUsers (file.ts:12:5)`, or `unknown` when the stack holds nothing but the library and packages. */
  toString(): string {
    return this.frames[0] ?? "unknown";
  }

  /** The frames outside the library, packages and the runtime, innermost first. */
  get frames(): string[] {
    return (this.#here.stack ?? "").split("\n").slice(1).map((line) => line.trim().replace(/^at (async )?/, ""))
      .filter((frame) => frame.includes("_test.ts:") || !INSIDE.some((part) => frame.includes(part)))
      .map((frame) => frame.replace(/(?:file|https?):\/\/\S*\/([^/\s()]+)/g, "$1"));
  }
}
