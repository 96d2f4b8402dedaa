/**
 * What a benchmark has found: the file that `deno task bench --json` writes.
 *
 * @module
 */

import type { Interval } from "./median_interval.ts";

/** One contestant in one operation. */
export interface Line {
  readonly contestant: string;
  /** Calls that were timed. */
  readonly samples: number;
  /** Milliseconds of one call: the median, and the middle half of the calls. */
  readonly median: number;
  readonly half: Interval;
  /** To the reference: the median of the rounds' ratios, and an interval that holds the true median in 95 of 100 runs. */
  readonly ratio: number;
  readonly interval: Interval;
}

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
