/**
 * Which known name somebody meant.
 *
 * @module
 */

/** How many letters may be wrong, missing or too many. */
const MOST_MISTAKES = 2;

/**
 * The known name that a misspelt one is closest to.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(closest("poolsize", ["poolSize", "poolTimeout"]), "poolSize");
 * assertEquals(closest("port", ["poolSize", "poolTimeout"]), undefined);
 * ```
 *
 * @returns `undefined` when none is near; upper and lower case and underscores make no difference.
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_\s-]/g, "");
  const ranked = known.map((candidate) => ({ candidate, mistakes: distance(plain(name), plain(candidate)) }));
  const [best] = ranked.toSorted((a, b) => a.mistakes - b.mistakes);
  return best && best.mistakes <= Math.min(MOST_MISTAKES, name.length / 3) ? best.candidate : undefined;
}

/** The letters to insert, leave out or replace to make one text of the other (Levenshtein's distance). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
