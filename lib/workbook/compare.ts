/**
 * Fair comparisons: every round measures each contestant for a moment, so that whatever slows the machine down for a
 * while slows them all. The measuring itself is mitata's `measure()`.
 *
 * @module
 */
import { measure } from "mitata";

/**
 * Where it cannot collect garbage mitata allocates a gibibyte before each measurement to provoke a collection, which
 * disturbs the calls that follow.
 */
const UNDISTURBED = { gc: false } as const;

/** How long to compare. */
export interface CompareOptions {
  /** Rounds; each measures every contestant once (default 30). */
  readonly rounds?: number;
  /** Milliseconds for each contestant in each round (default 20). */
  readonly milliseconds?: number;
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
  /** The median of each round divided by that of the first contestant in the same round: the middle of these. */
  readonly ratio: number;
  /** The middle half of these ratios, from the 25th to the 75th percentile. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
}

/**
 * Measures the contestants in turns.
 *
 * ```ts ignore
 * await compare({ "raw pg": () => client.query("SELECT 1"), "engine": () => connection.execute("SELECT 1") });
 * ```
 *
 * @param contestants functions by name; the first is the one that the ratios refer to.
 * @returns one entry each, in the order given.
 * @throws {RangeError} when there is nothing to measure.
 */
export async function compare(
  contestants: Readonly<Record<string, () => Promise<unknown>>>,
  { rounds = 30, milliseconds = 20, onRound }: CompareOptions = {},
): Promise<Measured[]> {
  const names = Object.keys(contestants);
  if (names.length === 0 || !(rounds >= 1)) throw new RangeError("compare: give a contestant and at least one round.");
  const samples = new Map<string, number[][]>(names.map((name) => [name, []]));
  for (const name of names) await contestants[name](); // connecting and the first prepare are not what is compared
  for (let round = 0; round < rounds; round++) {
    // each round begins with another contestant: nobody always runs first
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const stats = await measure(contestants[name], {
        ...UNDISTURBED,
        min_cpu_time: milliseconds * 1e6,
        min_samples: 3,
      });
      samples.get(name)!.push(stats.samples.map((nanoseconds) => nanoseconds / 1e6));
    }
    onRound?.(round + 1, rounds);
  }
  return summarize(samples);
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
      ratio: quantile(ratios, 0.5),
      ratioLow: quantile(ratios, 0.25),
      ratioHigh: quantile(ratios, 0.75),
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
