/**
 * Fair comparisons: every round measures each contestant for a moment, so that whatever slows the machine down for a
 * while slows them all. The measuring itself is mitata's `measure()`.
 *
 * @module
 */
import { measure } from "mitata";
import { type Interval, medianInterval } from "./median_interval.ts";

/**
 * Where it cannot collect garbage mitata allocates a gibibyte before each measurement to provoke a collection, which
 * disturbs the calls that follow. Calls of less than 65 µs it times together, 4,096 at once: a turn would take seconds.
 */
const UNDISTURBED = { gc: false, batch_samples: 64 } as const;

/** With fewer rounds no interval holds the median of what they are drawn from with 95% certainty. */
export const FEWEST_ROUNDS = 6;

/** How long a contestant is measured when it is its turn. */
export interface Turn {
  /** Milliseconds of calls. */
  readonly milliseconds: number;
  /** Calls that are timed at least, however long they take. */
  readonly leastSamples: number;
}

/** What is compared: a function that is timed here, or something elsewhere that times itself. */
export type Contestant = (() => Promise<unknown>) | {
  /**
   * Takes its turn.
   * @returns milliseconds of each call.
   */
  sample(turn: Turn): Promise<readonly number[]>;
};

/** How long to compare. */
export interface CompareOptions extends Partial<Turn> {
  /** Rounds; each measures every contestant once (default 30). */
  readonly rounds?: number;
  /** Milliseconds for each contestant in each round (default 20). */
  readonly milliseconds?: number;
  /** Calls of each contestant in each round at least (default 3). */
  readonly leastSamples?: number;
  /** Milliseconds after which no further round is begun, once there were six (default: none). */
  readonly limit?: number;
  /** Told after each round. */
  readonly onRound?: (done: number, rounds: number) => void;
}

/** What was measured of one contestant; times are milliseconds for one call. */
export interface Measured {
  readonly name: string;
  /** Calls that were timed. */
  readonly samples: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  /** The median of each round. */
  readonly medians: readonly number[];
  /** The median of each round divided by that of the first contestant in the same round: the middle of these. */
  readonly ratio: number;
  /** The middle half of these ratios, from the 25th to the 75th percentile. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** Holds the true ratio with 95% certainty. */
  readonly interval: Interval;
}

/**
 * Calls a function for the length of a turn.
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
 * @param contestants by name; the first is the one that the ratios refer to.
 * @returns one entry each, in the order given.
 * @throws {RangeError} when there is nothing to measure.
 */
export async function compare(
  contestants: Readonly<Record<string, Contestant>>,
  { rounds = 30, milliseconds = 20, leastSamples = 3, limit = Infinity, onRound }: CompareOptions = {},
): Promise<Measured[]> {
  const names = Object.keys(contestants);
  if (names.length === 0 || !(rounds >= 1)) throw new RangeError("compare: give a contestant and at least one round.");
  const samples = new Map<string, number[][]>(names.map((name) => [name, []]));
  for (const contestant of Object.values(contestants)) {
    if (typeof contestant === "function") await contestant(); // connecting and the first prepare are not compared
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

/** The order of a round: each begins with another contestant, so that nobody always runs first. */
export function turns<T>(all: readonly T[], round: number): T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Samples by contestant and round to quartiles and ratios. */
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
 * The value below which the share `q` of the numbers lies, linear between neighbours
 * (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, type 7).
 */
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  return below + (sorted[Math.ceil(position)] - below) * (position - Math.floor(position));
}
