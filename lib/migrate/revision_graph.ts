/**
 * Orders revisions by their parents, and computes which ones to run to move a database from one state to another. The
 * state of a database is the set of its heads: the applied revisions without applied children.
 *
 * @module
 */
import {
  DuplicateRevisionError,
  InvalidTargetError,
  MissingParentError,
  MultipleHeadsError,
  RevisionCycleError,
  UnknownRevisionError,
} from "./errors.ts";

/** A node of the graph. */
export interface RevisionNode {
  /** Id of the revision. */
  readonly id: string;
  /** Ids of the parents: none for the first revision, several for a merge. */
  readonly downRevisions: readonly string[];
}

/** Directed acyclic graph of revisions. */
export class RevisionGraph<Revision extends RevisionNode = RevisionNode> {
  /** Revisions from base to head: parents come before children. */
  readonly ordered: readonly Revision[];
  readonly #byId = new Map<string, Revision>();

  /**
   * Creates a graph.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * const graph = new RevisionGraph([{ id: "b", downRevisions: ["a"] }, { id: "a", downRevisions: [] }]);
   * assertEquals(graph.ordered.map(({ id }) => id), ["a", "b"]);
   * assertEquals(graph.upgradePath(["a"], "head").map(({ id }) => id), ["b"]);
   * ```
   *
   * @throws {DuplicateRevisionError} when two revisions have the same id
   * @throws {MissingParentError} when a parent does not exist
   * @throws {RevisionCycleError} when revisions form a cycle
   */
  constructor(revisions: Iterable<Revision>) {
    for (const revision of revisions) {
      if (this.#byId.has(revision.id)) throw new DuplicateRevisionError(revision.id);
      this.#byId.set(revision.id, revision);
    }
    for (const { id, downRevisions } of this.#byId.values()) {
      const missing = downRevisions.find((parent) => !this.#byId.has(parent));
      if (missing !== undefined) throw new MissingParentError(id, missing);
    }
    this.ordered = this.#sort();
  }

  /** Revisions without children; several if there are unmerged branches. */
  get heads(): Revision[] {
    const parents = new Set(this.ordered.flatMap(({ downRevisions }) => downRevisions));
    return this.ordered.filter(({ id }) => !parents.has(id));
  }

  /**
   * The only head; `undefined` if there are no revisions.
   *
   * @throws {MultipleHeadsError} when there are several
   */
  get head(): Revision | undefined {
    const heads = this.heads;
    if (heads.length > 1) throw new MultipleHeadsError(heads.map(({ id }) => id));
    return heads[0];
  }

  /** Whether a revision with exactly this id exists. */
  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /**
   * Finds a revision by its id or a unique prefix of it.
   *
   * @throws {UnknownRevisionError} when no id matches, or several do
   */
  find(start: string): Revision {
    const exact = this.#byId.get(start);
    if (exact) return exact;
    const ids = this.ordered.map(({ id }) => id);
    const matching = start === "" ? [] : ids.filter((id) => id.startsWith(start));
    if (matching.length === 1) return this.#byId.get(matching[0])!;
    throw new UnknownRevisionError(start, matching.length > 0 ? matching : ids, matching.length > 0);
  }

  /**
   * Resolves a name to revisions.
   *
   * @param name `"head"`, `"heads"`, `"base"` (no revision), or an id or its prefix
   * @throws {MultipleHeadsError} when `"head"` is ambiguous
   * @throws {UnknownRevisionError} when no id matches, or several do
   */
  resolve(name: string): Revision[] {
    if (name === "base") return [];
    if (name === "heads") return this.heads;
    if (name === "head") return this.head ? [this.head] : [];
    return [this.find(name)];
  }

  /** Returns the children of a revision. */
  childrenOf(id: string): Revision[] {
    return this.ordered.filter(({ downRevisions }) => downRevisions.includes(id));
  }

  /**
   * Returns the revisions of an inclusive range, from base to head.
   *
   * @param from `undefined` or `"base"` for no lower limit; `"-3"` for the last three; otherwise as `resolve()`
   * @param to `undefined` for the heads; otherwise as `resolve()`
   * @param current ids that `"current"` stands for, if allowed
   * @throws {UnknownRevisionError} when no id matches, or several do
   * @throws {MultipleHeadsError} when `"head"` is ambiguous
   */
  range(from: string | undefined, to: string | undefined, current?: readonly string[]): Revision[] {
    const idsOf = (name: string) => name === "current" && current ? current : this.resolve(name).map(({ id }) => id);
    const upper = this.withAncestors(idsOf(to || "heads"));
    const below = this.ordered.filter(({ id }) => upper.has(id));
    if (!from || from === "base") return below;
    if (/^-[1-9]\d*$/.test(from)) return below.slice(Number(from));
    const lower = idsOf(from);
    return below.filter(({ id }) => {
      const before = this.withAncestors([id]);
      return lower.every((each) => before.has(each));
    });
  }

  /**
   * Returns the ids of revisions and all their ancestors.
   *
   * @throws {UnknownRevisionError} when a revision does not exist
   */
  withAncestors(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      open.push(...this.find(id).downRevisions);
      found.add(id);
    }
    return found;
  }

  /**
   * Returns the revisions to apply, in order.
   *
   * @param heads current revisions of the database; none at base
   * @param target `"head"`; `"heads"` for all branches; `"+2"` for the next two; or an id or its prefix
   * @returns nothing if the target is already applied
   * @throws {MultipleHeadsError} when `"head"` is ambiguous
   * @throws {UnknownRevisionError} when no id matches, or several do
   * @throws {InvalidTargetError} when a relative target is too far or ambiguous
   */
  upgradePath(heads: readonly string[], target: string): Revision[] {
    const applied = this.withAncestors(heads);
    const relative = /^\+[1-9]\d*$/.test(target);
    const wanted = this.withAncestors(this.resolve(relative ? "heads" : target).map(({ id }) => id));
    const path = this.ordered.filter(({ id }) => wanted.has(id) && !applied.has(id));
    if (!relative) return path;
    const count = stepCount(target, path.length, "to apply");
    if (this.heads.length > 1) this.#assertUnambiguous(target, path, applied, count);
    return path.slice(0, count);
  }

  /**
   * Returns the revisions to undo, newest first.
   *
   * @param heads current revisions of the database; none at base
   * @param target `"base"`; `"-2"` for the last two; or an id or its prefix, which stays applied
   * @throws {UnknownRevisionError} when no id matches, or several do
   * @throws {InvalidTargetError} when the target is not applied, or a relative one is too far or ambiguous
   */
  downgradePath(heads: readonly string[], target: string): Revision[] {
    const applied = this.withAncestors(heads);
    const path = this.ordered.filter(({ id }) => applied.has(id)).reverse();
    if (target === "base") return path;
    if (/^-[1-9]\d*$/.test(target)) {
      if (heads.length > 1) {
        throw new InvalidTargetError(
          `"${target}" is ambiguous: the database is at ${heads.join(" and ")}. ` +
            "Specify the id of the revision to return to.",
        );
      }
      return path.slice(0, stepCount(target, path.length, "to undo"));
    }
    const goal = this.find(target);
    if (!applied.has(goal.id)) {
      const position = heads.join(", ") || "base";
      throw new InvalidTargetError(
        `Cannot downgrade to revision ${goal.id}: it is not applied; the database is at ${position}. ` +
          `To apply it: upgrade ${goal.id}`,
      );
    }
    return path.filter(({ id }) => id !== goal.id && this.withAncestors([id]).has(goal.id));
  }

  /** Returns the heads after applying a revision. */
  headsAfterUpgrade(heads: readonly string[], { id, downRevisions }: Revision): string[] {
    return [...heads.filter((head) => !downRevisions.includes(head)), id];
  }

  /** Returns the heads after undoing a revision. */
  headsAfterDowngrade(heads: readonly string[], { id, downRevisions }: Revision): string[] {
    const others = heads.filter((head) => head !== id);
    const covered = this.withAncestors(others);
    return [...others, ...downRevisions.filter((parent) => !covered.has(parent))];
  }

  /** With several heads, rejects a relative target that depends on the order of branches. */
  #assertUnambiguous(target: string, path: readonly Revision[], applied: ReadonlySet<string>, count: number): void {
    const done = new Set(applied);
    for (let step = 0; step < count; step++) {
      const next = path.filter(({ id, downRevisions }) =>
        !done.has(id) && downRevisions.every((each) => done.has(each))
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

  /** Sorts topologically; independent revisions by id. */
  #sort(): Revision[] {
    const sorted: Revision[] = [];
    const placed = new Set<string>();
    const rest = [...this.#byId.values()].sort((a, b) => a.id < b.id ? -1 : 1);
    while (rest.length > 0) {
      const next = rest.findIndex(({ downRevisions }) => downRevisions.every((parent) => placed.has(parent)));
      if (next === -1) throw new RevisionCycleError(cycleIn(rest));
      const [revision] = rest.splice(next, 1);
      sorted.push(revision);
      placed.add(revision.id);
    }
    return sorted;
  }
}

/** Finds a cycle: follows parents from any revision until one repeats. */
function cycleIn(revisions: readonly RevisionNode[]): string[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const walk: string[] = [];
  let id = revisions[0].id;
  while (!walk.includes(id)) {
    walk.push(id);
    id = byId.get(id)!.downRevisions.find((parent) => byId.has(parent))!;
  }
  return walk.slice(walk.indexOf(id));
}

/**
 * Parses the number of a relative target, `"+2"` or `"-2"`.
 *
 * @throws {InvalidTargetError} when there are fewer revisions
 */
function stepCount(target: string, most: number, what: string): number {
  const count = Number(target.slice(1));
  if (count <= most) return count;
  const there = most === 0 ? "nothing" : most === 1 ? "1 revision" : `${most} revisions`;
  throw new InvalidTargetError(`"${target}" is out of range: there ${most > 1 ? "are" : "is"} ${there} ${what}.`);
}
