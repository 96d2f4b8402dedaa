/**
 * Progress output of the load test: one line that is overwritten on a terminal, otherwise a line per run. Written to
 * standard error, so that standard output contains only the table.
 *
 * @module
 */

/** Progress of a number of runs of similar duration. */
export class RunProgress implements Disposable {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #total: number;
  readonly #secondsEach: number;

  /** @param secondsEach minimum duration of a run. */
  constructor(total: number, secondsEach: number) {
    this.#total = total;
    this.#secondsEach = secondsEach;
  }

  /** @param left number of runs left, including the one that starts. */
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
