/**
 * Confidence interval of a median.
 *
 * @module
 */

/** Lower and upper bound. */
export type Interval = readonly [low: number, high: number];

/**
 * Returns the interval between two of the sorted numbers that contains the population median with a confidence of at
 * least 95%, for any distribution (the sign test interval). With fewer than six numbers no interval reaches that
 * confidence: returns the smallest and the largest number.
 */
export function medianInterval(numbers: readonly number[]): Interval {
  const sorted = numbers.toSorted((a, b) => a - b);
  const n = sorted.length;
  let rank = 0;
  // probability that `rank` of the numbers lie below the median, and that at most so many do
  for (let exactly = 0.5 ** n, atMost = exactly;; rank++) {
    exactly *= (n - rank) / (rank + 1);
    atMost += exactly;
    if (atMost > 0.025) break;
  }
  return [sorted[rank], sorted[n - 1 - rank]];
}

/** Ratios within 5% of 1 count as equal. */
export const EQUAL: Interval = [0.95, 1.05];

/** What the interval of a ratio decides. */
export type Decision = "less" | "more" | "equal" | "open";

/**
 * Decides a comparison by the interval of its ratio: wholly below 1, wholly above it, or within {@linkcode EQUAL}. Any
 * other interval leaves the question open.
 */
export function decide([low, high]: Interval): Decision {
  if (high < 1) return "less";
  if (low > 1) return "more";
  return low >= EQUAL[0] && high <= EQUAL[1] ? "equal" : "open";
}

/**
 * Returns the interval of a ratio of two ratios to one reference, where nothing better was recorded: at least as wide as
 * that of their own ratio, round by round.
 */
export function quotient(a: Interval, b: Interval): Interval {
  return [a[0] / b[1], a[1] / b[0]];
}

/** True when two intervals share a number. */
export function overlap(a: Interval, b: Interval): boolean {
  return a[0] <= b[1] && b[0] <= a[1];
}
