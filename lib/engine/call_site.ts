/** Who asked for a connection: kept as an unformatted stack (microseconds), read only when a message needs it. @module */

const LIBRARY = new URL("../", import.meta.url).href;

/** The place in the caller's code from which the library was called. */
export class CallSite {
  readonly #stack = new Error();

  /** `loadUsers (file.ts:12:5)`, or `unknown` when the stack holds nothing but the library. */
  toString(): string {
    const frames = (this.#stack.stack ?? "").split("\n").slice(1).map((line) => line.trim().replace(/^at /, ""));
    const outside = frames.find((frame) => !frame.includes(LIBRARY) || frame.includes("_test.ts:"));
    return outside?.replace(/(?:file|https?):\/\/[^\s()]*\/([^/\s()]+)/g, "$1") ?? "unknown";
  }
}
