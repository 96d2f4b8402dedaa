/**
 * Compares a table of costs with the one in `costs.txt`, one sentence per changed cell.
 *
 * @module
 */

/**
 * Compares two tables of `roundTripText()`.
 * @returns for example "get-commit, ours on pg: 3/4 instead of 2/3".
 */
export function movedCosts(committed: string, now: string): string[] {
  const [before, after] = [cells(committed), cells(now)];
  const moved: string[] = [];
  for (const place of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(place), after.get(place)];
    if (was === is) continue;
    moved.push(`${place}: ${is ?? "not there"} instead of ${was ?? "not there"}`);
  }
  return moved;
}

/** Returns the cells by "operation, contestant". Each cell ends where the column heading ends. */
function cells(table: string): Map<string, string> {
  const [, , head, ...lines] = table.trimEnd().split("\n");
  const names = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, end: index + name.length }));
  const found = new Map<string, string>();
  for (const line of lines) {
    const operation = line.trimStart().split(" ", 1)[0];
    for (const { name, end } of names) {
      const cost = /\S+$/.exec(line.padEnd(end).slice(0, end))?.[0];
      if (cost !== undefined && cost !== operation) found.set(`${operation}, ${name}`, cost);
    }
  }
  return found;
}
