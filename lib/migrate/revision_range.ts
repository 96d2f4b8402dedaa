/** Selects the revisions between two names, as `history -r` does. @module */
import { resolveName } from "./revision_names.ts";
import type { RevisionGraph, RevisionNode } from "./revision_graph.ts";

/**
 * Returns the revisions of an inclusive range, from base to head.
 *
 * @param graph all revisions
 * @param from `undefined` or `"base"` for no lower limit; `"-3"` for the last three; otherwise as {@linkcode resolveName}
 * @param to `undefined` for the heads; otherwise as {@linkcode resolveName}
 * @param current ids that `"current"` stands for, if allowed
 * @throws {UnknownRevisionError} when no id matches, or several do
 * @throws {MultipleHeadsError} when `"head"` is ambiguous
 * @throws {InvalidTargetError} when a count is too high or ambiguous
 */
export function revisionRange<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  from: string | undefined,
  to: string | undefined,
  current?: readonly string[],
): Revision[] {
  const idsOf = (name: string) => resolveName(graph, name, current).map(({ id }) => id);
  const upper = graph.withAncestors(idsOf(to || "heads"));
  const below = graph.ordered.filter(({ id }) => upper.has(id));
  if (!from || from === "base") return below;
  if (/^-[1-9]\d*$/.test(from)) return below.slice(Number(from));
  const lower = idsOf(from);
  return below.filter(({ id }) => {
    const before = graph.withAncestors([id]);
    return lower.every((each) => before.has(each));
  });
}
