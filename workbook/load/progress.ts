/**
 * Tells how far the load test has come: one line that is rewritten on a terminal, a line for each run elsewhere. It goes
 * to standard error, so that standard output has the table alone.
 *
 * @module
 */

/** The progress of a number of runs that take about the same time. */
export class RunProgress implements Disposable {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #total: number;
  readonly #secondsEach: number;

  /** @param secondsEach what a run takes at least. */
  constructor(total: number, secondsEach: number) {
    this.#total = total;
    this.#secondsEach = secondsEach;
  }

  /** @param left runs that are not done, the one that begins included. */
  readonly tell = (what: string, left: number): void => {
    const text = `[${this.#total - left + 1} of ${this.#total}] ${what}, ${duration(left * this.#secondsEach)} left`;
    if (!this.#isTerminal) return write(`${text}\n`);
    const { columns } = Deno.consoleSize();
    write(`\r\u001b[K${text.slice(0, columns - 1)}`);
  };

  [Symbol.dispose](): void {
    if (this.#isTerminal) write("\r\u001b[K");
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

function duration(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
