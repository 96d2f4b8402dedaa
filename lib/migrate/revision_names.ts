/**
 * Resolves the names of revisions: `head`, an id or its prefix, a branch label, `label@head`, `1a2b+2`, `head-1`.
 *
 * @module
 */
import { InvalidTargetError, MultipleHeadsError } from "./errors.ts";
import type { RevisionGraph, RevisionNode } from "./revision_graph.ts";

/** The parts of a name such as `app@head-1`. */
export interface RevisionName {
  /** Branch label before `@`. */
  readonly label?: string;
  /** Empty in `+2`, `-1` and `app@+2`, which count from the current revision. */
  readonly name: string;
  /** Number of revisions towards head; negative towards base. */
  readonly steps: number;
}

/** Words that cannot be ids or labels. */
export const RESERVED_NAMES: readonly string[] = ["base", "head", "heads", "current"];

/** Splits a name into its parts. */
export function parseName(text: string): RevisionName {
  const [, label, name, steps = "0"] = /^(?:([^@]+)@)?(.*?)([+-][1-9]\d*)?$/s.exec(text)!;
  return { ...(label !== undefined && { label }), name, steps: Number(steps) };
}

/** Whether a target depends on the current revision of the database. */
export function isRelative(target: string): boolean {
  const { name, steps } = parseName(target);
  return name === "current" || name === "" && steps !== 0;
}

/**
 * Resolves a name to revisions.
 *
 * @param text `"head"`, `"heads"`, `"base"` (no revision), an id, its prefix, or a branch label; with `label@` before it
 * to select a branch, and `+2` or `-1` behind it to count from there
 * @param current ids that `"current"` stands for, if allowed
 * @throws {MultipleHeadsError} when `"head"` is ambiguous
 * @throws {UnknownRevisionError} when no id matches, or several do
 * @throws {InvalidTargetError} when the count is too high, or ambiguous because of branches
 */
export function resolveName<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  text: string,
  current?: readonly string[],
): Revision[] {
  const { label, name, steps } = parseName(text);
  if (name === "" && steps !== 0) {
    throw new InvalidTargetError(
      `"${text}" counts from the current revision, which is possible only as the target of upgrade (+1) and downgrade ` +
        "(-1). Count from a revision: head-1, or an id with +1.",
    );
  }
  const branch = label === undefined ? undefined : graph.branch(label);
  const found = startsOf(graph, { label, name }, branch, current);
  if (steps === 0) return found;
  const starts: (Revision | undefined)[] = found.length === 0 ? [undefined] : found;
  return starts.flatMap((start) => walk(graph, text, start, steps, branch) ?? []);
}

function startsOf<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  { label, name }: Pick<RevisionName, "label" | "name">,
  branch: ReadonlySet<string> | undefined,
  current: readonly string[] | undefined,
): Revision[] {
  const own = (revisions: readonly Revision[]) => revisions.filter(({ id }) => branch?.has(id) ?? true);
  if (name === "base") return [];
  if (name === "heads") return own(graph.heads);
  if (name === "current" && current) return own(current.map((id) => graph.find(id)));
  if (name !== "head") {
    const revision = graph.find(name);
    const isOfBranch = branch === undefined || graph.withAncestors(branch).has(revision.id);
    if (!isOfBranch) {
      throw new InvalidTargetError(`Revision ${revision.id} is not in the branch ${label}.`);
    }
    return [revision];
  }
  const heads = own(graph.heads);
  if (heads.length > 1) throw new MultipleHeadsError(heads.map(({ id }) => id));
  return heads;
}

/**
 * Follows children or parents.
 *
 * @param start `undefined` for base
 * @returns the revision; `undefined` for base
 */
function walk<Revision extends RevisionNode>(
  graph: RevisionGraph<Revision>,
  text: string,
  start: Revision | undefined,
  steps: number,
  branch: ReadonlySet<string> | undefined,
): Revision | undefined {
  let at = start;
  for (let step = 0; step < Math.abs(steps); step++) {
    if (steps < 0 && at === undefined) throw tooFar(text, step, "before");
    const next: readonly Revision[] = steps < 0
      ? at!.downRevisions.map((id) => graph.find(id))
      : (at ? graph.childrenOf(at.id) : graph.ordered.filter(({ downRevisions }) => downRevisions.length === 0))
        .filter(({ id }) => branch?.has(id) ?? true);
    if (next.length > 1) {
      const names = next.map(({ id }) => id).join(" or ");
      throw new InvalidTargetError(
        `"${text}" is ambiguous: ${steps < 0 ? "before" : "after"} ${at?.id ?? "base"} comes ${names}. Specify an id.`,
      );
    }
    if (steps > 0 && next.length === 0) throw tooFar(text, step, "after");
    at = next[0];
  }
  return at;
}

function tooFar(text: string, there: number, where: "before" | "after"): InvalidTargetError {
  const revisions = there === 0 ? "no revision" : there === 1 ? "only 1 revision" : `only ${there} revisions`;
  return new InvalidTargetError(`"${text}" is out of range: ${revisions} ${where} ${parseName(text).name}.`);
}
