/** Computes which revisions to run to move a database from one state to another. @module */
import { InvalidTargetError } from "./errors.ts";
import { parseName, resolveName } from "./revision_names.ts";
import type { RevisionGraph, RevisionNode } from "./revision_graph.ts";

/**
 * Returns the revisions to apply, in order.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RevisionGraph } from "./revision_graph.ts";
 *
 * const graph = new RevisionGraph([{ id: "a", downRevisions: [] }, { id: "b", downRevisions: ["a"] }]);
 * assertEquals(upgradePath(graph, ["a"], "head").map(({ id }) => id), ["b"]);
 * ```
 *
 * @param graph all revisions
 * @param heads current revisions of the database; none at base
 * @param target `"+2"` or `"app@+2"` for the next two; otherwise as {@linkcode resolveName}
 * @returns nothing if the target is already applied
 * @throws {MultipleHeadsError} when `"head"` is ambiguous
 * @throws {UnknownRevisionError} when no id matches, or several do
 * @throws {InvalidTargetError} when a relative target is too far or ambiguous
 */
export function upgradePath<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  heads: readonly string[],
  target: string,
): Revision[] {
  const applied = graph.withAncestors(heads);
  const { label, name, steps } = parseName(target);
  const relative = name === "" && steps > 0;
  const end = relative ? `${label === undefined ? "" : `${label}@`}heads` : target;
  const wanted = graph.withAncestors(resolveName(graph, end, heads).map(({ id }) => id));
  const path = graph.ordered.filter(({ id }) => wanted.has(id) && !applied.has(id));
  if (!relative) return path;
  const branch = label === undefined ? wanted : graph.branch(label);
  const own = path.filter(({ id }) => branch.has(id));
  if (steps > own.length) throw tooFar(target, own.length, "to apply");
  if (graph.heads.length > 1) assertUnambiguous(target, own, branch, applied, steps);
  const next = graph.withAncestors(own.slice(0, steps).map(({ id }) => id));
  return path.filter(({ id }) => next.has(id));
}

/**
 * Returns the revisions to undo, newest first.
 *
 * @param graph all revisions
 * @param heads current revisions of the database; none at base
 * @param target `"base"`, or `"app@base"` for a branch; `"-2"` or `"app@-2"` for the last two; otherwise as
 * {@linkcode resolveName}, and stays applied
 * @throws {UnknownRevisionError} when no id matches, or several do
 * @throws {InvalidTargetError} when the target is not applied, or a relative one is too far or ambiguous
 */
export function downgradePath<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  heads: readonly string[],
  target: string,
): Revision[] {
  const applied = graph.withAncestors(heads);
  const path = graph.ordered.filter(({ id }) => applied.has(id)).reverse();
  const { label, name, steps } = parseName(target);
  const branch = label === undefined ? undefined : graph.branch(label);
  const own = path.filter(({ id }) => branch?.has(id) ?? true);
  const withDependents = (gone: readonly Revision[]) =>
    path.filter(({ id }) => {
      const before = graph.withAncestors([id]);
      return gone.some((each) => before.has(each.id));
    });
  if (name === "" && steps < 0) {
    const line = branch ? own : own.filter(({ id }) => lineOf(graph, heads).has(id));
    return withDependents(lastOf(graph, target, branch ? undefined : heads, line, -steps));
  }
  const goals = resolveName(graph, target, heads);
  if (goals.length === 0) return withDependents(own);
  for (const { id } of goals) {
    if (applied.has(id)) continue;
    throw new InvalidTargetError(
      `Cannot downgrade to revision ${id}: it is not applied; the database is at ${heads.join(", ") || "base"}. ` +
        `To apply it: upgrade ${id}`,
    );
  }
  const kept = new Set(goals.map(({ id }) => id));
  return withDependents(goals.flatMap(({ id }) => graph.ordered.filter((each) => each.downRevisions.includes(id))))
    .filter(({ id }) => !kept.has(id));
}

/** Returns the heads after applying a revision; those that it builds on are implied. */
export function headsAfterUpgrade(graph: RevisionGraph, heads: readonly string[], { id }: RevisionNode): string[] {
  const below = graph.requirementsOf(id);
  return [...heads.filter((head) => !below.includes(head)), id];
}

/** Returns the heads after undoing a revision. */
export function headsAfterDowngrade(graph: RevisionGraph, heads: readonly string[], { id }: RevisionNode): string[] {
  const others = heads.filter((head) => head !== id);
  const below = graph.requirementsOf(id);
  const covered = (parent: string) =>
    graph.withAncestors([...others, ...below.filter((each) => each !== parent)]).has(parent);
  return [...others, ...below.filter((parent) => !covered(parent))];
}

/** The ids of revisions and all their parents, without dependencies. */
function lineOf(graph: RevisionGraph, heads: readonly string[]): Set<string> {
  const found = new Set<string>(heads);
  for (const { id, downRevisions } of graph.ordered.toReversed()) {
    if (found.has(id)) { for (const parent of downRevisions) found.add(parent); }
  }
  return found;
}

/**
 * The last revisions of a line of applied ones, newest first.
 *
 * @param heads current revisions; `undefined` for those of a branch
 */
function lastOf<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  target: string,
  heads: readonly string[] | undefined,
  own: readonly Revision[],
  count: number,
): readonly Revision[] {
  const ids = new Set(own.map(({ id }) => id));
  const tips = heads ??
    own.filter(({ id }) => !graph.childrenOf(id).some((child) => ids.has(child.id))).map(({ id }) => id);
  if (tips.length > 1) {
    throw new InvalidTargetError(
      `"${target}" is ambiguous: the database is at ${tips.join(" and ")}. ` +
        "Specify the id of the revision to return to.",
    );
  }
  if (count > own.length) throw tooFar(target, own.length, "to undo");
  return own.slice(0, count);
}

/** With several heads, rejects a relative target that depends on the order of branches. */
function assertUnambiguous(
  target: string,
  path: readonly RevisionNode[],
  branch: ReadonlySet<string>,
  applied: ReadonlySet<string>,
  count: number,
): void {
  const done = new Set(applied);
  for (let step = 0; step < count; step++) {
    const next = path.filter(({ id, downRevisions }) =>
      !done.has(id) && downRevisions.every((each) => done.has(each) || !branch.has(each))
    );
    if (next.length > 1) {
      const names = next.map(({ id }) => id).join(" or ");
      throw new InvalidTargetError(
        `"${target}" is ambiguous: the next revision may be ${names}. Specify an id, or "heads".`,
      );
    }
    done.add(next[0].id);
  }
}

function tooFar(target: string, most: number, what: string): InvalidTargetError {
  const there = most === 0 ? "nothing" : most === 1 ? "1 revision" : `${most} revisions`;
  return new InvalidTargetError(`"${target}" is out of range: there ${most > 1 ? "are" : "is"} ${there} ${what}.`);
}
