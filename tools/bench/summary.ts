/**
 * From what was measured to what may be said: ratios with intervals, and a winner only where nothing overlaps.
 *
 * @module
 */
import { type Measured, quantile } from "../../lib/workbook/compare.ts";

/** From, to. */
export type Interval = readonly [low: number, high: number];

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

/**
 * Compares what was measured with the reference, round by round.
 *
 * @param calls how many calls each sample held.
 * @throws {RangeError} when the reference was not measured.
 */
export function summarize(measured: readonly Measured[], reference: string, calls = 1): Line[] {
  const base = measured.find(({ name }) => name === reference);
  if (!base) throw new RangeError(`${reference} was not measured: there is nothing to refer to.`);
  return measured.map(({ name, samples, p25, median, p75, medians }) => {
    const ratios = medians.map((each, round) => each / base.medians[round]);
    return {
      contestant: name,
      samples: samples * calls,
      median: median / calls,
      half: [p25 / calls, p75 / calls],
      ratio: quantile(ratios, 0.5),
      interval: medianInterval(ratios),
    };
  });
}

/**
 * The interval between two of the sorted numbers that holds the median of what they are drawn from with a probability of
 * 95% at least, whatever the distribution (the interval of the sign test). With fewer than six numbers none is that sure:
 * it is then the smallest and the largest.
 */
export function medianInterval(numbers: readonly number[]): Interval {
  const sorted = numbers.toSorted((a, b) => a - b);
  const n = sorted.length;
  let rank = 0;
  // how probable it is that `rank` of the numbers lie below the median, and that at most so many do
  for (let exactly = 0.5 ** n, atMost = exactly;; rank++) {
    exactly *= (n - rank) / (rank + 1);
    atMost += exactly;
    if (atMost > 0.025) break;
  }
  return [sorted[rank], sorted[n - 1 - rank]];
}

/** True when two intervals share a number. */
export function overlap(a: Interval, b: Interval): boolean {
  return a[0] <= b[1] && b[0] <= a[1];
}

/** The contestants that may be the fastest: one alone where its interval lies below all others. */
export function fastest(lines: readonly Line[]): string[] {
  const best = lines.toSorted((a, b) => a.ratio - b.ratio)[0];
  return lines.filter((line) => overlap(line.interval, best.interval)).map(({ contestant }) => contestant);
}
