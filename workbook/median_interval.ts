/**
 * What may be said about a median.
 *
 * @module
 */

/** From, to. */
export type Interval = readonly [low: number, high: number];

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
