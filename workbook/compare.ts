/**
 * Fair comparisons: every round measures each contestant briefly, so that a temporary slowdown of the machine affects
 * all of them. Timing is done by mitata's `measure()`.
 *
 * @module
 */
import { measure } from "mitata";
import { type Interval, medianInterval } from "./median_interval.ts";

/**
 * If it cannot trigger garbage collection, mitata allocates a gibibyte before each measurement to provoke one, which
 * disturbs the following calls. It batches 4,096 calls of less than 65 µs, so that a turn would take seconds.
 */
const UNDISTURBED = { gc: false, batch_samples: 64 } as const;

/** With fewer rounds no interval contains the population median with 95% confidence. */
export const FEWEST_ROUNDS = 6;

/** Duration of a contestant's turn. */
export interface Turn {
  /** Milliseconds of calls. */
  readonly milliseconds: number;
  /** Minimum number of timed calls, regardless of duration. */
  readonly leastSamples: number;
}

/** A function to time, or an external contestant that times itself. */
export type Contestant = (() => Promise<unknown>) | {
  /**
   * Takes a turn.
   * @returns milliseconds of each call.
   */
  sample(turn: Turn): Promise<readonly number[]>;
};

/** Options of a comparison. */
export interface CompareOptions extends Partial<Turn> {
  /** Number of rounds, each of which measures every contestant once (default 30). */
  readonly rounds?: number;
  /** Duration of a turn, in milliseconds (default 20). */
  readonly milliseconds?: number;
  /** Minimum number of calls per turn (default 3). */
  readonly leastSamples?: number;
  /** Time after which no further round starts, in milliseconds, provided that six have run (default: none). */
  readonly limit?: number;
  /** Called after each round. */
  readonly onRound?: (done: number, rounds: number) => void;
}

/** Measurements of one contestant; times are milliseconds per call. */
export interface Measured {
  readonly name: string;
  /** Number of timed calls. */
  readonly samples: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  /** Median of each round. */
  readonly medians: readonly number[];
  /** Median over the rounds of the ratio to the first contestant in the same round. */
  readonly ratio: number;
  /** Interquartile range of these ratios, from the 25th to the 75th percentile. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** Confidence interval (95%) of the ratio. */
  readonly interval: Interval;
}

/**
 * Calls a function for the duration of a turn.
 * @returns milliseconds of each call, sorted.
 */
export async function sample(call: () => Promise<unknown>, { milliseconds, leastSamples }: Turn): Promise<number[]> {
  const stats = await measure(call, { ...UNDISTURBED, min_cpu_time: milliseconds * 1e6, min_samples: leastSamples });
  return stats.samples.map((nanoseconds) => nanoseconds / 1e6);
}

/**
 * Measures the contestants in turns.
 *
 * ```ts ignore
 * await compare({ "raw pg": () => client.query("SELECT 1"), "engine": () => connection.execute("SELECT 1") });
 * ```
 *
 * @param contestants by name; ratios refer to the first one.
 * @returns one entry per contestant, in the order given.
 * @throws {RangeError} if there is nothing to measure.
 */
export async function compare(
  contestants: Readonly<Record<string, Contestant>>,
  { rounds = 30, milliseconds = 20, leastSamples = 3, limit = Infinity, onRound }: CompareOptions = {},
): Promise<Measured[]> {
  const names = Object.keys(contestants);
  if (names.length === 0 || !(rounds >= 1)) throw new RangeError("compare: give a contestant and at least one round.");
  const samples = new Map<string, number[][]>(names.map((name) => [name, []]));
  for (const contestant of Object.values(contestants)) {
    if (typeof contestant === "function") await contestant(); // exclude connecting and the first prepare
  }
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= FEWEST_ROUNDS && performance.now() - started > limit) break;
    for (const name of turns(names, round)) {
      const contestant = contestants[name];
      const turn = { milliseconds, leastSamples };
      const times = await (typeof contestant === "function" ? sample(contestant, turn) : contestant.sample(turn));
      samples.get(name)!.push([...times]);
    }
    onRound?.(round + 1, rounds);
  }
  return summarize(samples);
}

/** Returns the order of a round: each round starts with another contestant. */
export function turns<T>(all: readonly T[], round: number): T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Summarizes samples by contestant and round as quartiles and ratios. */
export function summarize(samples: ReadonlyMap<string, readonly (readonly number[])[]>): Measured[] {
  const medians = [...samples.values()].map((rounds) => rounds.map((round) => quantile(round, 0.5)));
  return [...samples].map(([name, rounds], contestant) => {
    const all = rounds.flat();
    const ratios = medians[contestant].map((median, round) => median / medians[0][round]);
    return {
      name,
      samples: all.length,
      p25: quantile(all, 0.25),
      median: quantile(all, 0.5),
      p75: quantile(all, 0.75),
      medians: medians[contestant],
      ratio: quantile(ratios, 0.5),
      ratioLow: quantile(ratios, 0.25),
      ratioHigh: quantile(ratios, 0.75),
      interval: medianInterval(ratios),
    };
  });
}

/**
 * Returns the quantile `q` of the numbers, linearly interpolated (Hyndman and Fan, "Sample Quantiles in Statistical
 * Packages", 1996, type 7).
 */
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  return below + (sorted[Math.ceil(position)] - below) * (position - Math.floor(position));
}
