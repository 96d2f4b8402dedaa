/**
 * What a comparison says of one of its contestants, against the others.
 *
 * @module
 */
import { type Measured, quantile } from "./compare.ts";
import { decide, type Decision, medianInterval } from "./median_interval.ts";

/** A contestant against the reference; a row of `ratioChart()`, once it has a group. */
export interface Relative {
  readonly label: string;
  /** Median of the rounds' ratios. */
  readonly ratio: number;
  /** Confidence interval (95%) of the ratio. */
  readonly low: number;
  readonly high: number;
  readonly decision: Decision;
}

/** A name that no contestant of the comparison has. */
export class UnknownContestantError extends Error {
  override readonly name = "UnknownContestantError";
}

/**
 * Returns every other contestant's time relative to that of the reference, by the ratios of each round.
 *
 * @param measured what `compare()` returned
 * @throws {UnknownContestantError} if no contestant is called `reference`
 */
export function relativeTo(measured: readonly Measured[], reference: string): Relative[] {
  const own = measured.find(({ name }) => name === reference);
  if (!own) {
    const names = measured.map(({ name }) => `"${name}"`).join(", ");
    throw new UnknownContestantError(`"${reference}" was not measured; choose one of ${names}.`);
  }
  return measured.filter((each) => each !== own).map(({ name, medians }) => {
    const ratios = medians.map((median, round) => median / own.medians[round]);
    const [low, high] = medianInterval(ratios);
    return { label: name, ratio: quantile(ratios, 0.5), low, high, decision: decide([low, high]) };
  });
}
