/**
 * Statistics of a measurement: ratios with confidence intervals, and a winner only if no intervals overlap.
 *
 * @module
 */
import type { Line } from "../bench_record.ts";
import { type Measured, quantile } from "../compare.ts";
import { medianInterval, overlap } from "../median_interval.ts";

/** The contestant that the others are also compared with directly. */
const LIBRARY = "ours on pg";

/**
 * Compares the contestants with the reference, round by round.
 * @param calls number of calls per sample.
 * @throws {RangeError} if the reference was not measured.
 */
export function summarize(
  measured: readonly Measured[],
  reference: string,
  calls = 1,
): Line[] {
  const base = measured.find(({ name }) => name === reference);
  if (!base) throw new RangeError(`${reference} was not measured, so ratios cannot be computed.`);
  const library = measured.find(({ name }) => name === LIBRARY);
  return measured.map(({ name, samples, p25, median, p75, medians }) => {
    const ratiosTo = (other: Measured) => medians.map((each, round) => each / other.medians[round]);
    const ratios = ratiosTo(base);
    return {
      contestant: name,
      samples: samples * calls,
      median: median / calls,
      half: [p25 / calls, p75 / calls],
      ratio: quantile(ratios, 0.5),
      interval: medianInterval(ratios),
      ...(library ? { toLibrary: medianInterval(ratiosTo(library)) } : {}),
    };
  });
}

/** Returns the contestants that may be the fastest: a single one if its interval lies below all others. */
export function fastest(lines: readonly Line[]): string[] {
  const best = lines.toSorted((a, b) => a.ratio - b.ratio)[0];
  return lines.filter((line) => overlap(line.interval, best.interval)).map(({ contestant }) => contestant);
}
