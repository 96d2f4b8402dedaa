/**
 * The result of a run as a file, and what moved between two of them.
 *
 * @module
 */
import type { Line, RunResult } from "../bench_record.ts";
import { UsageError } from "../errors.ts";
import { overlap } from "../median_interval.ts";

/** A ratio that is another than it was: the two intervals do not overlap. */
export interface Move {
  readonly operation: string;
  readonly delay: number;
  readonly contestant: string;
  readonly before: Line;
  readonly after: Line;
}

/** What differs between two runs, and how much could be compared. */
export interface Comparison {
  readonly moves: readonly Move[];
  /** Ratios that both runs have. */
  readonly compared: number;
}

/**
 * Compares ratios, not times: the machine may have been busier.
 *
 * @param before an earlier run; what only one of the two has is left out, and the references, which are always 1.
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
 * @throws {UsageError} it is not there, or is none.
 */
export async function readRun(path: string): Promise<RunResult> {
  const text = await Deno.readTextFile(path).catch(() => {
    throw new UsageError(`${path} cannot be read. Make one with: deno task bench --json ${path}`);
  });
  try {
    const run = JSON.parse(text) as RunResult;
    if (run.format === 2) return run;
  } catch {
    // said below
  }
  throw new UsageError(`${path} is no result of this benchmark. Make one with: deno task bench --json ${path}`);
}

/** Writes the file of a run: four digits of each number, an interval in a line. */
export async function writeRun(path: string, run: RunResult): Promise<void> {
  const short = (_: string, value: unknown) => typeof value === "number" ? Number(value.toPrecision(4)) : value;
  const text = JSON.stringify(run, short, 1).replaceAll(/\[\s+([\d.e-]+),\s+([\d.e-]+)\s+\]/g, "[$1, $2]");
  await Deno.writeTextFile(path, text + "\n");
}
