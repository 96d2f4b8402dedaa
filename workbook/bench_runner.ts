/**
 * Runs `deno task bench` from a notebook.
 *
 * @module
 */
import type { RunResult } from "./bench_record.ts";
import { type MeasuringOptions, runMeasuringTask } from "./measuring_task.ts";

/** The benchmark failed or timed out. */
export class BenchmarkError extends Error {
  override readonly name = "BenchmarkError";
}

/**
 * Runs a benchmark; on a shared machine the recorded result is returned.
 *
 * ```ts ignore
 * const { operations } = await runBenchmark(["--quick", "--only", "get-commit"]);
 * ```
 *
 * @param args options of `deno task bench`, without `--json`.
 * @throws {BenchmarkError} with what it said last.
 */
export function runBenchmark(args: readonly string[], options: MeasuringOptions = {}): Promise<RunResult> {
  const failure = (what: string) => new BenchmarkError(`The benchmark ${what}`);
  return runMeasuringTask(
    { script: "workbook/bench/main.ts", recorded: "notebooks/recorded/bench.json", failure },
    args,
    options,
  );
}
