/**
 * Stores the result of a run in a file, and compares two runs.
 *
 * @module
 */
import type { Line, RunResult } from "../bench_record.ts";
import { UsageError } from "../errors.ts";
import { overlap } from "../median_interval.ts";

/** A ratio that changed: the two intervals do not overlap. */
export interface Move {
  readonly operation: string;
  readonly delay: number;
  readonly contestant: string;
  readonly before: Line;
  readonly after: Line;
}

/** Differences between two runs, and the number of ratios compared. */
export interface Comparison {
  readonly moves: readonly Move[];
  /** Number of ratios present in both runs. */
  readonly compared: number;
}

/**
 * Compares ratios rather than times, because the load of the machine may differ.
 * @param before an earlier run; ratios present in only one run, and those of the references, which are always 1, are
 * ignored.
 */
export function compareRuns(before: RunResult, after: RunResult): Comparison {
  const moves: Move[] = [];
  let compared = 0;
  for (const { name, reference, delay, lines } of after.operations) {
    const earlier = before.operations.find((each) =>
      each.name === name && each.reference === reference && each.delay === delay
    );
    for (const line of lines) {
      const was = earlier?.lines.find(({ contestant }) => contestant === line.contestant);
      if (!was || line.contestant === reference) continue;
      compared++;
      if (!overlap(was.interval, line.interval)) {
        moves.push({ operation: name, delay, contestant: line.contestant, before: was, after: line });
      }
    }
  }
  return { moves, compared };
}

/**
 * Reads the file of an earlier run.
 * @throws {UsageError} if it cannot be read or is not a result.
 */
export async function readRun(path: string): Promise<RunResult> {
  const text = await Deno.readTextFile(path).catch(() => {
    throw new UsageError(`${path} cannot be read. Create one with: deno task bench --json ${path}`);
  });
  try {
    const run = JSON.parse(text) as RunResult;
    if (run.format === 2) return run;
  } catch {
    // reported below
  }
  throw new UsageError(`${path} is not a result of this benchmark. Create one with: deno task bench --json ${path}`);
}

/** Writes the file of a run, with four significant digits and each interval on one line. */
export async function writeRun(path: string, run: RunResult): Promise<void> {
  const short = (_: string, value: unknown) => typeof value === "number" ? Number(value.toPrecision(4)) : value;
  const text = JSON.stringify(run, short, 1).replaceAll(/\[\s+([\d.e-]+),\s+([\d.e-]+)\s+\]/g, "[$1, $2]");
  await Deno.writeTextFile(path, text + "\n");
}
