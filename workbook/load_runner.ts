/**
 * Runs `deno task load` from a notebook.
 *
 * @module
 */
import { type MeasuringOptions, runMeasuringTask } from "./measuring_task.ts";

/** Measurements of one load on one application; part of the output of `deno task load --json`. */
export interface LoadRun {
  /** The application's driver. */
  readonly driver: string;
  readonly round: number;
  readonly load: { readonly loop: "closed"; readonly users: number } | { readonly loop: "open"; readonly rate: number };
  /** Delay added to each round trip between application and database, in milliseconds. */
  readonly delay: number;
  readonly requestsPerSecond: number;
  /** Latencies in milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  /** Number of requests by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Cores in use. */
  readonly cores: { readonly generator: number; readonly application: number | null; readonly postgres: number | null };
  /** True if the generator was near its limit: the figures are its limit. */
  readonly isGeneratorLimit: boolean;
}

/** Output of a load test with `--json`. */
export interface LoadRecord {
  /** ISO 8601 timestamp. */
  readonly started: string;
  readonly machine: { readonly os: string; readonly cores: number; readonly deno: string };
  readonly postgres: string;
  readonly settings: {
    readonly rounds: number;
    readonly seconds: number;
    readonly workers: number;
    readonly pool: number;
  };
  readonly runs: readonly LoadRun[];
}

/** The load test failed or timed out. */
export class LoadTestError extends Error {
  override readonly name = "LoadTestError";
}

/**
 * Runs a load test; on a shared machine the recorded result is returned.
 *
 * ```ts ignore
 * const { runs } = await runLoadTest(["--users", "1,16", "--seconds", "1"]);
 * ```
 *
 * @param args options of `deno task load`, without `--json`.
 * @throws {LoadTestError} with what it said last.
 */
export function runLoadTest(args: readonly string[], options: MeasuringOptions = {}): Promise<LoadRecord> {
  const failure = (what: string) => new LoadTestError(`The load test ${what}`);
  return runMeasuringTask(
    { script: "workbook/load/main.ts", recorded: "notebooks/recorded/load.json", failure },
    args,
    options,
  );
}
