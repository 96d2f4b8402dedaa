/**
 * The result of a run as a file, and what moved between two of them.
 *
 * @module
 */
import { UsageError } from "../jupyter/errors.ts";
import { type Line, overlap } from "./summary.ts";

/** How a run was made. */
export interface RunSettings {
  /** Rounds at most; fewer where one took long. */
  readonly rounds: number;
  /** Milliseconds of a turn. */
  readonly milliseconds: number;
  /** Milliseconds of warming up. */
  readonly warmUp: number;
}

/** What came of an operation. */
export interface OperationResult {
  readonly name: string;
  readonly title: string;
  readonly reference: string;
  /** Milliseconds added to each round trip. */
  readonly delay: number;
  /** How often each contestant had its turn. */
  readonly rounds: number;
  readonly lines: readonly Line[];
  /** Waits for the server by contestant; absent where they were not counted. */
  readonly roundTrips?: Readonly<Record<string, number>>;
  /** Statements sent by contestant, BEGIN and COMMIT among them; absent where they were not counted. */
  readonly statements?: Readonly<Record<string, number>>;
  /** Megabytes that each contestant's process had at its peak above what it had before; only of a stream, on Linux. */
  readonly memory?: Readonly<Record<string, number>>;
}

/** A whole run. */
export interface RunResult {
  readonly format: 2;
  /** ISO 8601. */
  readonly made: string;
  readonly versions: readonly string[];
  /** Milliseconds of a round trip that asks for nothing, for each delay. */
  readonly network: readonly { readonly delay: number; readonly milliseconds: number }[];
  readonly settings: RunSettings;
  readonly notes: readonly string[];
  readonly operations: readonly OperationResult[];
}

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

/** Reads the file of an earlier run. @throws {UsageError} it is not there, or is none. */
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

/** Writes the file of a run. */
export async function writeRun(path: string, run: RunResult): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(run, null, 1) + "\n");
}
