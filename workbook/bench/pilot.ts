/**
 * Fixes the number of rounds before a comparison, from a short pilot that is not counted: to go on until an interval
 * suits, or to stop when time is over, would let the result choose its own sample.
 *
 * @module
 */
import { FEWEST_ROUNDS, type Measured, quantile } from "../compare.ts";
import { EQUAL } from "../median_interval.ts";

/** Rounds of the pilot. */
export const PILOT_ROUNDS = 8;

/** Half the width of an interval that decides, on a logarithmic scale. */
const HALF_WIDTH = Math.log(EQUAL[1]);

/**
 * Returns the number of rounds after which the interval of every ratio is expected to be narrow enough to decide.
 *
 * The median of n values that spread by σ has a standard error of about 1.2533 σ/√n (of a normal distribution), and
 * 1.96 of these on each side make its 95% interval.
 * @param pilot ratios refer to the first contestant.
 */
export function neededRounds(pilot: readonly Measured[]): number {
  const [reference, ...others] = pilot;
  const spreads = others.map(({ medians }) =>
    spreadOf(medians.map((median, round) => Math.log(median / reference.medians[round])))
  );
  return Math.max(FEWEST_ROUNDS, Math.ceil((1.96 * 1.2533 * Math.max(0, ...spreads) / HALF_WIDTH) ** 2));
}

/** Returns σ, estimated by the median distance from the median: a single slow round does not count. */
function spreadOf(numbers: readonly number[]): number {
  const middle = quantile(numbers, 0.5);
  return 1.4826 * quantile(numbers.map((number) => Math.abs(number - middle)), 0.5);
}

/**
 * Returns the number of rounds to measure: as many as needed, but no more than fit.
 * @param roundTime duration of a round, in milliseconds.
 */
export function plannedRounds(
  needed: number,
  roundTime: number,
  { rounds, limit }: { readonly rounds: number; readonly limit: number },
): number {
  return Math.max(FEWEST_ROUNDS, Math.min(needed, rounds, Math.floor(limit / roundTime)));
}
