/**
 * What the server says when a statement is done: `SELECT 3`, `INSERT 0 1`, `BEGIN`.
 *
 * @module
 */

/** @returns the first word, and the number of rows when the tag has one. */
export function readTag(tag: string): { command: string; rowCount?: number } {
  const words = tag.split(" ");
  const last = words.at(-1)!;
  return /^\d+$/.test(last) ? { command: words[0], rowCount: Number(last) } : { command: words[0] };
}
