/** Shows on the console what a run tells. @module */
import type { MigrationProgress } from "./progress.ts";
import { progressLine } from "./report.ts";

/** Milliseconds after which a file or a pipe, too, is told which revision is running. */
const LONG = 10_000;

/**
 * On a terminal the running step has a line with its seconds, written over when the step is done. Elsewhere each event
 * has a line of its own, that of a running step only when the step takes long.
 */
export class ConsoleProgress implements Disposable {
  readonly #isTerminal: boolean;
  readonly #write: (text: string) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param isTerminal whether lines can be written over. @param write puts text on the console. */
  constructor(
    isTerminal: boolean = Deno.stdout.isTerminal(),
    write: (text: string) => void = (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
  ) {
    this.#isTerminal = isTerminal;
    this.#write = write;
  }

  /** Shows an event. */
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

  /** Takes away the line of a running step. */
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

/** Goes back to the beginning of the line and empties it. */
const CLEAR = "\r\x1b[K";

function seconds(start: number): string {
  return `${Math.round((Date.now() - start) / 1000)} s`;
}
