/**
 * From what was measured to what may be said: ratios with intervals, and a winner only where nothing overlaps.
 *
 * @module
 */
import type { Line } from "../bench_record.ts";
import { type Measured, quantile } from "../compare.ts";
import { medianInterval, overlap } from "../median_interval.ts";

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

/** The contestants that may be the fastest: one alone where its interval lies below all others. */
export function fastest(lines: readonly Line[]): string[] {
  const best = lines.toSorted((a, b) => a.ratio - b.ratio)[0];
  return lines.filter((line) => overlap(line.interval, best.interval)).map(({ contestant }) => contestant);
}
