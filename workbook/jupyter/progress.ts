/**
 * Progress of notebook runs: one line that is overwritten on a terminal, otherwise an occasional line.
 *
 * @module
 */
import { explainProof, type Job, jobName, type Report } from "./runs.ts";

const quietMilliseconds = 10_000;

/** Follows runs of notebooks and prints their progress. */
export class CellProgress {
  readonly #print: (line: string) => void;
  readonly #isTerminal = Deno.stdout.isTerminal();
  readonly #running = new Map<Job, { cell: number; start: number; told: number }>();

  /** @param print receives whole lines. */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Listeners for `runJobs`. */
  readonly listeners = {
    onCell: (job: Job, cell: number) => this.#cell(job, cell),
    onReport: (report: Report) => this.#report(report),
  };

  #cell(job: Job, cell: number): void {
    const now = performance.now();
    const state = this.#running.get(job) ?? { cell, start: now, told: now };
    this.#running.set(job, { ...state, cell });
    if (this.#isTerminal) return this.#draw();
    if (now - state.told < quietMilliseconds) return;
    state.told = now;
    this.#running.set(job, { ...state, cell });
    this.#print(`  ${this.#state(job)}`);
  }

  #report(report: Report): void {
    this.#running.delete(report.job);
    this.#erase();
    const { problems, proofs, seconds, job } = report;
    const sentences = [
      ...problems,
      ...proofs.filter(({ expected, said }) => expected !== said).map((each) => explainProof(job, each)),
    ];
    const proved = proofs.length > 0 ? `, ${proofs.length} exercises` : "";
    const what = `${jobName(job)}: ${job.variant.sources.length} cells${proved}, ${seconds.toFixed(1)} s`;
    this.#print(`${sentences.length > 0 ? "FAILED " : "ok     "}${what}`);
    for (const sentence of sentences) this.#print(`  ${sentence.replaceAll("\n", "\n    ")}`);
    if (this.#isTerminal) this.#draw();
  }

  #state(job: Job): string {
    const { cell, start } = this.#running.get(job)!;
    const seconds = Math.round((performance.now() - start) / 1000);
    return `${jobName(job)}: cell ${cell + 1} of ${job.variant.sources.length}, ${seconds} s`;
  }

  #draw(): void {
    this.#erase();
    const text = [...this.#running.keys()].map((job) => this.#state(job)).join("  |  ");
    const { columns } = Deno.consoleSize();
    Deno.stdout.writeSync(new TextEncoder().encode(text.slice(0, columns - 1)));
  }

  #erase(): void {
    if (this.#isTerminal) Deno.stdout.writeSync(new TextEncoder().encode("\r\u001b[K"));
  }
}
