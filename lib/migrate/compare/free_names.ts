/** Names that are free at the time when they are needed. @module */
import { shortened } from "../../base/naming.ts";

/** A change of a name. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/**
 * Orders renames so that each new name is free by then. Names that change places get a temporary one.
 *
 * @param renames old and new names of objects of one namespace
 * @param taken other names in use
 * @returns the renames, with further ones for temporary names
 */
export function inFreeOrder<Item extends Rename>(renames: readonly Item[], taken: Iterable<string> = []): Item[] {
  const pending = [...renames];
  const ordered: Item[] = [];
  const used = new Set([...taken, ...renames.flatMap(({ from, to }) => [from, to])]);
  while (pending.length > 0) {
    const free = pending.findIndex(({ to }) => !pending.some(({ from }) => from === to));
    if (free >= 0) ordered.push(...pending.splice(free, 1));
    else {
      const [first, ...others] = pending;
      const temporary = unusedName(`${first.from}_old`, used);
      used.add(temporary);
      ordered.push({ ...first, to: temporary });
      pending.splice(0, pending.length, ...others, { ...first, from: temporary });
    }
  }
  return ordered;
}

/** Returns a name that is not in use, as near to the wish as possible. */
export function unusedName(wish: string, used: ReadonlySet<string>): string {
  const name = shortened(wish);
  return used.has(name) ? unusedName(`${wish}_`, used) : name;
}
