/**
 * The result of a benchmark: the file written by `deno task bench --json`.
 *
 * @module
 */

import type { Interval } from "./median_interval.ts";

/** One contestant in one operation. */
export interface Line {
  readonly contestant: string;
  /** Number of timed calls. */
  readonly samples: number;
  /** Time per call in milliseconds: the median, and the interquartile range. */
  readonly median: number;
  readonly half: Interval;
  /** Ratio to the reference: the median of the rounds' ratios, with its 95% confidence interval. */
  readonly ratio: number;
  readonly interval: Interval;
  /** Interval of the ratio to `ours on pg` in the same round, where that was measured. */
  readonly toLibrary?: Interval;
}

/** Settings of a run. */
export interface RunSettings {
  /** Maximum number of rounds. */
  readonly rounds: number;
  /** Duration of a turn, in milliseconds. */
  readonly milliseconds: number;
  /** Duration of the warm-up, in milliseconds. */
  readonly warmUp: number;
}

/** Result of an operation. */
export interface OperationResult {
  readonly name: string;
  readonly title: string;
  readonly reference: string;
  /** Delay added to each round trip, in milliseconds. */
  readonly delay: number;
  /** Number of turns of each contestant, fixed beforehand by a pilot. */
  readonly rounds: number;
  /** Number of rounds that the pilot found necessary; more than `rounds` where they would take too long. */
  readonly needed?: number;
  readonly lines: readonly Line[];
  /** Round trips by contestant; absent if not counted. */
  readonly roundTrips?: Readonly<Record<string, number>>;
  /** Statements sent by contestant, including BEGIN and COMMIT; absent if not counted. */
  readonly statements?: Readonly<Record<string, number>>;
  /** Peak memory of each contestant's process above its initial memory, in megabytes; only for streams, on Linux. */
  readonly memory?: Readonly<Record<string, number>>;
}

/** Result of a whole run. */
export interface RunResult {
  readonly format: 2;
  /** ISO 8601 timestamp. */
  readonly made: string;
  readonly versions: readonly string[];
  /** Round-trip time of an empty query by added delay, in milliseconds. */
  readonly network: readonly { readonly delay: number; readonly milliseconds: number }[];
  readonly settings: RunSettings;
  readonly notes: readonly string[];
  readonly operations: readonly OperationResult[];
}
