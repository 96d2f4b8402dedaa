/** Who asked for a connection: kept as an unformatted stack (microseconds), read only when a message needs it. @module */

const LIBRARY = new URL("../", import.meta.url).href;

/** The place in the caller's code from which the library was called. */
export class CallSite {
  readonly #stack: () => string | undefined;

  /** @param stack default: that of this moment. */
  constructor(stack?: string) {
    const here = stack === undefined ? new Error() : { stack };
    this.#stack = () => here.stack;
  }

  /** `loadUsers (file.ts:12:5)`, or `unknown` when the stack holds nothing but the library and packages. */
  toString(): string {
    const frames = (this.#stack() ?? "").split("\n").slice(1).map((line) => line.trim().replace(/^at (async )?/, ""));
    const outside = frames.find((frame) => !isInside(frame) || frame.includes("_test.ts:"));
    return outside?.replace(/(?:file|https?):\/\/[^\s()]*\/([^/\s()]+)/g, "$1") ?? "unknown";
  }
}

function isInside(frame: string): boolean {
  return frame.includes(LIBRARY) || frame.includes("/node_modules/");
}
