/**
 * Suggestions for misspelt names.
 *
 * @module
 */

/** Maximum edit distance of a suggestion. */
const MOST_MISTAKES = 2;

/**
 * Finds the known name closest to a misspelt one.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(closest("poolsize", ["poolSize", "poolTimeout"]), "poolSize");
 * assertEquals(closest("port", ["poolSize", "poolTimeout"]), undefined);
 * ```
 *
 * @returns the name, or `undefined` when none is close; case and underscores are ignored.
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_\s-]/g, "");
  const ranked = known.map((candidate) => ({ candidate, mistakes: distance(plain(name), plain(candidate)) }));
  const [best] = ranked.toSorted((a, b) => a.mistakes - b.mistakes);
  return best && best.mistakes <= Math.min(MOST_MISTAKES, name.length / 3) ? best.candidate : undefined;
}

/** Returns the Levenshtein distance: the letters to insert, delete or replace to turn one text into the other. */
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
