/** Finds added, removed and renamed parts in two lists. @module */
import type { PartSchema } from "../database_schema.ts";

/** Differences between two lists. */
export interface Matched<Part> {
  readonly added: readonly Part[];
  readonly removed: readonly Part[];
  /** Parts with equal contents and another name. */
  readonly renamed: readonly { readonly from: Part; readonly to: Part }[];
  /** Parts of the database with equal contents, and equal names where the models give one. */
  readonly kept: readonly Part[];
  /** Parts of the database that the models do not have, but that cannot be dropped. */
  readonly held: readonly Part[];
}

/** Options of {@linkcode match}. */
export interface MatchOptions<Part> {
  /** Whether a part of the database stays as it is, and stands for a wanted part of its name or contents. */
  readonly isFixed?: (part: Part) => boolean;
  /** Whether a part of the database cannot be dropped. */
  readonly isHeld?: (part: Part) => boolean;
  /** Names that wanted parts of other kinds have: an odd part of the database gives its name up to one of these. */
  readonly otherNames?: ReadonlySet<string>;
  /** A table has at most one such part, as the primary key. */
  readonly isOnlyOne?: boolean;
}

/**
 * Matches parts: those with equal names and contents first, then those with equal contents, then those with equal
 * names, which are dropped and created. A part that models cannot describe is dropped only for a wanted part of its
 * name, and never stands for one with other contents.
 *
 * @param live parts of the database
 * @param wanted parts of the models
 * @returns the differences
 */
export function match<Part extends PartSchema>(
  live: readonly Part[],
  wanted: readonly Part[],
  { isFixed = () => false, isHeld = () => false, isOnlyOne = false, otherNames = new Set() }: MatchOptions<Part> = {},
): Matched<Part> {
  const there = new Set(live);
  const missing = new Set(wanted);
  const kept: Part[] = [];
  const renamed: { from: Part; to: Part }[] = [];
  const pair = (test: (wanted: Part) => Part | undefined, then: (live: Part, wanted: Part) => void) => {
    for (const part of missing) {
      const other = test(part);
      if (!other) continue;
      there.delete(other);
      missing.delete(part);
      then(other, part);
    }
  };
  const contents = new Map([...live, ...wanted].map((part) => [part, contentOf(part)]));
  const isSame = (one: Part, other: Part) => contents.get(one) === contents.get(other);
  const byName = new Map(live.map((part) => [part.name, part]));
  const namesake = ({ name }: Part) => {
    const part = byName.get(name);
    return part && there.has(part) ? part : undefined;
  };
  const keep = (part: Part) => void kept.push(part);

  pair((part) => {
    const other = namesake(part);
    return other && (isFixed(other) || isSame(other, part)) ? other : undefined;
  }, keep);
  const byContent = Map.groupBy(there, (part) => contents.get(part)!);
  pair((part) => {
    const same = (byContent.get(contents.get(part)!) ?? []).filter((other) => there.has(other));
    // the name must be free: two parts may have swapped theirs
    return same.find((other) => part.anyName || isFixed(other) || !namesake(part));
  }, (from, to) => to.anyName || isFixed(from) ? keep(from) : void renamed.push({ from, to }));

  const names = otherNames.union(new Set([...missing].map(({ name }) => name)));
  const undesired = [...there].filter((part) =>
    !isFixed(part) && (part.leftAlone === undefined || names.has(part.name))
  );
  const [removed, held] = [undesired.filter((part) => !isHeld(part)), undesired.filter(isHeld)];
  const isTaken = isOnlyOne && there.size > removed.length;
  const added = isTaken ? [] : [...missing].filter(({ name }) => !held.some((part) => part.name === name));
  return { added, removed, renamed, kept, held };
}

/** Drops and creates those of the equal parts for which `isDue` holds, under their new names. */
export function recreated<Part>(matched: Matched<Part>, isDue: (part: Part) => boolean): Matched<Part> {
  const kept = matched.kept.filter(isDue);
  const renamed = matched.renamed.filter(({ from }) => isDue(from));
  return {
    ...matched,
    removed: [...matched.removed, ...kept, ...renamed.map(({ from }) => from)],
    added: [...matched.added, ...kept, ...renamed.map(({ to }) => to)],
    kept: matched.kept.filter((part) => !isDue(part)),
    renamed: matched.renamed.filter(({ from }) => !isDue(from)),
  };
}

/** What is compared, as a string: not the name, and not what follows from the contents. */
function contentOf<Part extends PartSchema>({ definition, leftAlone, ...part }: Part): string {
  // a definition does not say that an index is invalid
  const odd = definition === undefined ? undefined : [definition, leftAlone];
  return JSON.stringify({ ...part, odd, name: undefined, anyName: undefined, uses: undefined, dependents: undefined });
}
