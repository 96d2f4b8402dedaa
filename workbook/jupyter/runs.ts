/**
 * Runs notebooks in their variants and says what came of it: which cell failed, what each check answered.
 *
 * @module
 */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { execute } from "./execute.ts";
import { readVerdict, type Variant, type Verdict } from "./exercises.ts";
import { codeCells, type NotebookFile, type Output } from "./notebook.ts";
import { cleanOutputs, findLeak, withoutRun } from "./outputs.ts";
import { notebooksFolder, root } from "../paths.ts";

/** One notebook to run in one variant. */
export interface Job {
  readonly file: NotebookFile;
  readonly variant: Variant;
  /** As on a machine that many share (WORKBOOK_SHARED): what measures for long shows what was recorded. */
  readonly shared?: boolean;
}

/** Whether an exercise's check said what it must. */
export interface Proof {
  readonly id: string;
  /** The file of the answer that was checked; none where the exercise is still to do. */
  readonly answer?: string;
  readonly expected: Verdict;
  readonly said: Verdict | undefined;
}

/** How the run of one job went. */
export interface Report {
  readonly job: Job;
  readonly seconds: number;
  /** Why the run failed, as sentences that name the cell; empty when it went well. */
  readonly problems: string[];
  /** One per exercise. */
  readonly proofs: Proof[];
  /** The clean outputs of the code cells. */
  readonly outputs: Output[][];
  readonly languageInfo: unknown;
}

/** How to run jobs. */
export interface RunsOptions {
  readonly environment: Environment;
  /** How many notebooks run side by side (default 2). */
  readonly width?: number;
  /** Those that measure run beside the others: their checks hold then too, only the figures are not worth keeping. */
  readonly measuringToo?: boolean;
  /** The longest that one cell may take, in seconds. */
  readonly timeout?: number;
  /** The kernels' working folder. */
  readonly folder?: string;
  readonly onCell?: (job: Job, cell: number) => void;
  readonly onReport?: (report: Report) => void;
  /** Called with the run's number (WORKBOOK_RUN) when its kernel has ended: to remove what it left behind. */
  readonly cleanUp?: (run: string) => Promise<void>;
  readonly stop?: AbortSignal;
}

/** `01_engine (solutions)`. */
export function jobName({ file, variant }: Job): string {
  return `${file.name} (${variant.name})`;
}

/** Runs all jobs: those that may run side by side, then, one by one, those that measure (`alone`), which never meet. */
export async function runJobs(jobs: readonly Job[], options: RunsOptions): Promise<Report[]> {
  const reports = new Map<Job, Report>();
  const isAlone = ({ file, shared }: Job) =>
    file.notebook.metadata.workbook?.alone === true && !(options.measuringToo && shared);
  // Jupyter chooses ports for a kernel a moment before the kernel listens there: two that start at the same moment could
  // be given the same. So each starts when the one before has begun its first cell, or failed.
  let lastStarted = Promise.resolve();
  const runInTurn = async (job: Job) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = lastStarted;
    lastStarted = promise;
    await before;
    const onCell = (job: Job, cell: number) => {
      resolve();
      options.onCell?.(job, cell);
    };
    return await runJob(job, { ...options, onCell }).finally(resolve);
  };
  const work = async (queue: Job[]) => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const report = await runInTurn(job);
      reports.set(job, report);
      options.onReport?.(report);
    }
  };
  const [alone, others] = [jobs.filter(isAlone), jobs.filter((job) => !isAlone(job))];
  const width = options.width ?? 2;
  const first = options.measuringToo ? work(alone).then(() => work(others)) : work(others);
  await Promise.all([first, ...Array.from({ length: width - 1 }, () => work(others))]);
  await work(alone);
  return jobs.map((job) => reports.get(job)!);
}

async function runJob(job: Job, options: RunsOptions): Promise<Report> {
  const start = performance.now();
  const { variant } = job;
  const state = await Deno.makeTempDir();
  const run = runNumber();
  try {
    const execution = await execute({
      environment: options.environment,
      sources: variant.sources,
      folder: options.folder ?? notebooksFolder,
      timeout: options.timeout ?? 120,
      variables: {
        WORKBOOK_RUN: run,
        WORKBOOK_PROGRESS: join(state, "progress.json"),
        WORKBOOK_SHARED: job.shared ? "1" : "0",
      },
      onCell: (cell) => options.onCell?.(job, cell),
      stop: options.stop,
    });
    const outputs = execution.outputs.map((each) => withoutRun(cleanOutputs(each), run));
    const problems: string[] = [];
    if (execution.failure) problems.push(`${placeOf(job, execution.failure.cell)}: ${execution.failure.error}`);
    for (const [cell, each] of outputs.entries()) {
      const leak = findLeak(each, [root, homedir(), state]);
      if (leak) problems.push(`${placeOf(job, cell)}: ${leak}`);
    }
    const proofs = prove(job, outputs);
    const seconds = (performance.now() - start) / 1000;
    return { job, seconds, problems, proofs, outputs, languageInfo: execution.languageInfo };
  } finally {
    await Deno.remove(state, { recursive: true });
    await options.cleanUp?.(run);
  }
}

/** Digits, and enough of them to be nothing else where they show up in an output. */
function runNumber(): string {
  return String(1e9 + crypto.getRandomValues(new Uint32Array(1))[0]);
}

/** Names a cell so that it is found at once: its place among the code cells, and its first line. */
export function placeOf({ file, variant }: Job, cell: number): string {
  const first = variant.sources[cell].split("\n").find((line) => line.trim() !== "") ?? "";
  const text = first.length > 60 ? `${first.slice(0, 60)}…` : first;
  return `${file.name} (${variant.name}), code cell ${cell + 1} of ${variant.sources.length}, \`${text}\``;
}

function prove({ variant }: Job, outputs: readonly Output[][]): Proof[] {
  return variant.expected.map(({ id, cell, verdict }) => {
    return { id, answer: variant.answers.get(cell)?.file, expected: verdict, said: readVerdict(outputs[cell], id) };
  });
}

/** A sentence for a proof that failed. */
export function explainProof({ file, variant }: Job, { id, answer, expected, said }: Proof): string {
  const verdict = said === undefined ? "its check said nothing" : `its check said ${said}`;
  const place = `exercise ${id} in ${file.name} (${variant.name})${answer ? `, answer ${answer}` : ""}`;
  return `${place}: ${verdict}, but must say ${expected} ${id}`;
}

/** The cells whose committed outputs came from another source than theirs, or that were never run. */
export async function findStale(files: readonly NotebookFile[]): Promise<string[]> {
  const stale: string[] = [];
  for (const { name, notebook } of files) {
    for (const [index, cell] of codeCells(notebook).entries()) {
      if (cell.source.trim() === "" || cell.metadata.workbook?.ran === await digest(cell.source)) continue;
      stale.push(`${name}.ipynb, code cell ${index + 1}: its outputs are not of this source`);
    }
  }
  return stale;
}

/** Eight hexadecimal digits that stand for a source. */
export async function digest(source: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return new Uint8Array(bytes).toHex().slice(0, 8);
}
