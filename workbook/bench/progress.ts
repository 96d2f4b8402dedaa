/**
 * One line that is rewritten on a terminal; elsewhere a line for each step.
 *
 * @module
 */

/** Tells on standard error how far a run has come; standard output is for results. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #step = "";

  /** Shows a message in place of the last one. */
  show(message: string): void {
    if (!this.#isTerminal) return;
    const { columns } = Deno.consoleSize();
    this.#write(`\r\u001b[K${message.slice(0, columns - 1)}`);
  }

  /** As `show()`; where nothing can be rewritten it is a line, and only the first message of a step. */
  step(step: string, message: string): void {
    if (this.#isTerminal) this.show(message);
    else if (step !== this.#step) this.#write(`${step}\n`);
    this.#step = step;
  }

  /** Takes the message away. */
  clear(): void {
    if (this.#isTerminal) this.#write("\r\u001b[K");
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
