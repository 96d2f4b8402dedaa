/** Prints progress events on the console. @module */
import type { MigrationProgress } from "./progress.ts";
import { progressLine } from "./report.ts";

/** Interval in which a running step is printed to a file or pipe, in milliseconds. */
const LONG = 10_000;

/**
 * Prints progress events. On a terminal, updates the line of the running step with the elapsed seconds. To a file or
 * pipe, prints a line per event, and one for a running step only if it takes long.
 */
export class ConsoleProgress implements Disposable {
  readonly #isTerminal: boolean;
  readonly #write: (text: string) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param isTerminal whether lines can be overwritten
   * @param write writes text to the console
   */
  constructor(
    isTerminal: boolean = Deno.stdout.isTerminal(),
    write: (text: string) => void = (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
  ) {
    this.#isTerminal = isTerminal;
    this.#write = write;
  }

  /** Prints an event. */
  readonly show = (progress: MigrationProgress): void => {
    this.#stop();
    const line = progressLine(progress);
    if (progress.type !== "running") return this.#write(`${line}\n`);
    const start = Date.now();
    if (this.#isTerminal) this.#write(line);
    const again = this.#isTerminal
      ? () => this.#write(`${CLEAR}${line}  ${seconds(start)}`)
      : () => this.#write(`${line}  ${seconds(start)}\n`);
    this.#timer = setInterval(again, this.#isTerminal ? 1000 : LONG);
  };

  /** Clears the line of a running step. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  #stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isTerminal) this.#write(CLEAR);
  }
}

/** Returns to the start of the line and clears it. */
const CLEAR = "\r\x1b[K";

function seconds(start: number): string {
  return `${Math.round((Date.now() - start) / 1000)} s`;
}
