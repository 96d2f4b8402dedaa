/**
 * Command tags, which report a completed statement: `SELECT 3`, `INSERT 0 1`, `BEGIN`.
 *
 * @module
 */

/**
 * Parses a command tag.
 *
 * @returns the first word, and the number of rows if the tag has one.
 */
export function readTag(tag: string): { command: string; rowCount?: number } {
  const words = tag.split(" ");
  const last = words.at(-1)!;
  return /^\d+$/.test(last) ? { command: words[0], rowCount: Number(last) } : { command: words[0] };
}
