/** Finds in two lists of named parts what came, what went and what has another name. @module */
import type { Describable } from "../database_schema.ts";

/** A part of a table: a constraint or an index. */
export type NamedPart = Describable & { readonly name: string };

/** What lies between two lists. */
export interface Matched<Part> {
  readonly added: readonly Part[];
  readonly removed: readonly Part[];
  /** The same under another name. */
  readonly renamed: readonly { readonly from: Part; readonly to: Part }[];
  /** The same, also by name. */
  readonly kept: readonly Part[];
}

/**
 * Matches by name first, then by content. What models cannot describe is neither added nor removed, and stands for what
 * the models ask for by its name, or for something alike.
 *
 * @param likeness what two parts share that are alike, though not the same: usually their columns.
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

/** All that a part is beside its name. */
function contentOf<Part extends NamedPart>(part: Part): string {
  return JSON.stringify({ ...part, name: "" });
}
