/** Finds added, removed and renamed parts in two lists. @module */
import type { Describable } from "../database_schema.ts";

/** A constraint or index of a table. */
export type NamedPart = Describable & { readonly name: string };

/** Differences between two lists. */
export interface Matched<Part> {
  readonly added: readonly Part[];
  readonly removed: readonly Part[];
  /** Parts with equal contents and another name. */
  readonly renamed: readonly { readonly from: Part; readonly to: Part }[];
  /** Parts with equal names and contents. */
  readonly kept: readonly Part[];
}

/**
 * Matches parts by name first, then by content. Does not remove parts that models cannot describe; such a part replaces
 * a wanted one of the same name or likeness.
 *
 * @param live parts of the database
 * @param wanted parts of the models
 * @param likeness key that similar parts share, usually their columns
 * @returns the differences
 */
export function match<Part extends NamedPart>(
  live: readonly Part[],
  wanted: readonly Part[],
  likeness: (part: Part) => string = contentOf,
): Matched<Part> {
  const odd = live.filter(({ leftAlone }) => leftAlone !== undefined);
  const ordinary = live.filter(({ leftAlone }) => leftAlone === undefined);
  const asked = wanted.filter((part) =>
    !odd.some((other) => other.name === part.name || likeness(other) === likeness(part))
  );
  const kept: Part[] = [];
  const renamed: { from: Part; to: Part }[] = [];
  const removed = ordinary.filter((part) => {
    const same = asked.find(({ name }) => name === part.name);
    if (same && contentOf(same) === contentOf(part)) return !kept.push(part);
    const other = same ||
      asked.find((candidate) =>
        contentOf(candidate) === contentOf(part) && !ordinary.some(({ name }) => name === candidate.name) &&
        !renamed.some(({ to }) => to === candidate)
      );
    if (!other || other === same) return true;
    return !renamed.push({ from: part, to: other });
  });
  const added = asked.filter((part) =>
    !kept.some(({ name }) => name === part.name) && !renamed.some(({ to }) => to === part)
  );
  return { added, removed, renamed, kept };
}

/** Everything but the name of a part, as a string. */
function contentOf<Part extends NamedPart>(part: Part): string {
  return JSON.stringify({ ...part, name: "" });
}
