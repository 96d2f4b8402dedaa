/**
 * Runs notebooks in their variants and reports which cell failed and the result of each check.
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
  /** Run as on a shared machine (WORKBOOK_SHARED): long measurements are replaced by recorded results. */
  readonly shared?: boolean;
}

/** Whether an exercise's check gave the expected result. */
export interface Proof {
  readonly id: string;
  /** The file of the answer checked; none if the exercise is unanswered. */
  readonly answer?: string;
  readonly expected: Verdict;
  readonly said: Verdict | undefined;
}

/** Report of one job. */
export interface Report {
  readonly job: Job;
  readonly seconds: number;
  /** Reasons for a failure, as sentences that name the cell; empty on success. */
  readonly problems: string[];
  /** One per exercise. */
  readonly proofs: Proof[];
  /** Cleaned outputs of the code cells. */
  readonly outputs: Output[][];
  readonly languageInfo: unknown;
}

/** Options for running jobs. */
export interface RunsOptions {
  readonly environment: Environment;
  /** Number of notebooks run in parallel (default 2). */
  readonly width?: number;
  /** Also run notebooks with measurements in parallel: their checks still hold, only the figures are useless. */
  readonly measuringToo?: boolean;
  /** Time limit per cell, in seconds. */
  readonly timeout?: number;
  /** Working directory of the kernels. */
  readonly folder?: string;
  readonly onCell?: (job: Job, cell: number) => void;
  readonly onReport?: (report: Report) => void;
  /** Called with the run's number (WORKBOOK_RUN) after its kernel has exited, to remove its leftovers. */
  readonly cleanUp?: (run: string) => Promise<void>;
  readonly stop?: AbortSignal;
}

/** Formats `01_engine (solutions)`. */
export function jobName({ file, variant }: Job): string {
  return `${file.name} (${variant.name})`;
}

/** Runs all jobs: first those that may run in parallel, then, one at a time, those with measurements (`alone`). */
export async function runJobs(jobs: readonly Job[], options: RunsOptions): Promise<Report[]> {
  const reports = new Map<Job, Report>();
  const isAlone = ({ file, shared }: Job) =>
    file.notebook.metadata.workbook?.alone === true && !(options.measuringToo && shared);
  // Jupyter chooses a kernel's ports a moment before the kernel listens on them, so two kernels starting at the same
  // moment could get the same. Each therefore starts after the previous one has begun its first cell, or failed.
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
        WORKBOOK_THEME: "light", // whatever the reader's own JupyterLab wears
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

/** Random digits, long enough not to match anything else in an output. */
function runNumber(): string {
  return String(1e9 + crypto.getRandomValues(new Uint32Array(1))[0]);
}

/** Describes a cell: its index among the code cells, and its first line. */
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

/** Describes a failed proof in a sentence. */
export function explainProof({ file, variant }: Job, { id, answer, expected, said }: Proof): string {
  const verdict = said === undefined ? "its check printed nothing" : `its check returned ${said}`;
  const place = `exercise ${id} in ${file.name} (${variant.name})${answer ? `, answer ${answer}` : ""}`;
  return `${place}: ${verdict}, but must return ${expected} ${id}`;
}

/** Finds cells whose committed outputs belong to another source, or that were never run. */
export async function findStale(files: readonly NotebookFile[]): Promise<string[]> {
  const stale: string[] = [];
  for (const { name, notebook } of files) {
    for (const [index, cell] of codeCells(notebook).entries()) {
      if (cell.source.trim() === "" || cell.metadata.workbook?.ran === await digest(cell.source)) continue;
      stale.push(`${name}.ipynb, code cell ${index + 1}: its outputs do not belong to this source`);
    }
  }
  return stale;
}

/** Returns eight hexadecimal digits that identify a source. */
export async function digest(source: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return new Uint8Array(bytes).toHex().slice(0, 8);
}
