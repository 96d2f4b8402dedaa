/**
 * Values that an answer cannot know without doing its work: one that only returns what a check is known to expect does
 * not pass.
 *
 * @module
 */

/** Returns a whole number from `low` to `high`. Leave out what a text or an example says: a guess passes by chance. */
export function anyNumber(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

/** Returns a name that begins with this one: `sandy 4711`. */
export function anyName(name: string): string {
  return `${name} ${anyNumber(1000, 9999)}`;
}
