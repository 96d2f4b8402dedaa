/** One line that is rewritten on a terminal; nothing elsewhere. @module */

/** Tells on standard error how far a run has come; standard output is for results. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();

  /** Shows a message in place of the last one. */
  show(message: string): void {
    if (!this.#isTerminal) return;
    const { columns } = Deno.consoleSize();
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\u001b[K${message.slice(0, columns - 1)}`));
  }

  /** Takes the message away. */
  clear(): void {
    if (this.#isTerminal) Deno.stderr.writeSync(new TextEncoder().encode("\r\u001b[K"));
  }
}
