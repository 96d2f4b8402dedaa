/**
 * Progress output: one line that is overwritten on a terminal, otherwise a line per step.
 *
 * @module
 */

/** Reports progress on standard error; standard output is for results. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #step = "";

  /** Replaces the current message. */
  show(message: string): void {
    if (!this.#isTerminal) return;
    const { columns } = Deno.consoleSize();
    this.#write(`\r\u001b[K${message.slice(0, columns - 1)}`);
  }

  /** Like `show()`; where a line cannot be overwritten, prints only the first message of a step. */
  step(step: string, message: string): void {
    if (this.#isTerminal) this.show(message);
    else if (step !== this.#step) this.#write(`${step}\n`);
    this.#step = step;
  }

  /** Removes the message. */
  clear(): void {
    if (this.#isTerminal) this.#write("\r\u001b[K");
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
