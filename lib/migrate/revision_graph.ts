/**
 * The order of revisions, without a database: each names its parents, and from that follows what is to be run to get
 * from one state of a database to another. The state is the set of its heads: the newest revisions that were applied.
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

/** What the graph needs to know of a revision. */
export interface RevisionNode {
  readonly id: string;
  /** The revisions it comes right after: none for the first, more than one for a merge. */
  readonly downRevisions: readonly string[];
}

/** Revisions and their order. */
export class RevisionGraph<Revision extends RevisionNode = RevisionNode> {
  /** From base to head: every revision stands behind its parents. */
  readonly ordered: readonly Revision[];
  readonly #byId = new Map<string, Revision>();

  /**
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * const graph = new RevisionGraph([{ id: "b", downRevisions: ["a"] }, { id: "a", downRevisions: [] }]);
   * assertEquals(graph.ordered.map(({ id }) => id), ["a", "b"]);
   * assertEquals(graph.upgradePath(["a"], "head").map(({ id }) => id), ["b"]);
   * ```
   *
   * @throws {DuplicateRevisionError} @throws {MissingParentError} @throws {RevisionCycleError}
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

  /** The revisions after which none comes; more than one when there are branches. */
  get heads(): Revision[] {
    const parents = new Set(this.ordered.flatMap(({ downRevisions }) => downRevisions));
    return this.ordered.filter(({ id }) => !parents.has(id));
  }

  /** The newest revision; `undefined` when there is none. @throws {MultipleHeadsError} */
  get head(): Revision | undefined {
    const heads = this.heads;
    if (heads.length > 1) throw new MultipleHeadsError(heads.map(({ id }) => id));
    return heads[0];
  }

  /** True when there is a revision with exactly this id. */
  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** The revision with this id, or the only one whose id begins so. @throws {UnknownRevisionError} */
  find(start: string): Revision {
    const exact = this.#byId.get(start);
    if (exact) return exact;
    const ids = this.ordered.map(({ id }) => id);
    const matching = start === "" ? [] : ids.filter((id) => id.startsWith(start));
    if (matching.length === 1) return this.#byId.get(matching[0])!;
    throw new UnknownRevisionError(start, matching.length > 0 ? matching : ids, matching.length > 0);
  }

  /**
   * The revisions that a name stands for: `"head"`, `"heads"`, `"base"` (none), or an id, which may be shortened.
   *
   * @throws {MultipleHeadsError} @throws {UnknownRevisionError}
   */
  resolve(name: string): Revision[] {
    if (name === "base") return [];
    if (name === "heads") return this.heads;
    if (name === "head") return this.head ? [this.head] : [];
    return [this.find(name)];
  }

  /** The revisions that come right after this one. */
  childrenOf(id: string): Revision[] {
    return this.ordered.filter(({ downRevisions }) => downRevisions.includes(id));
  }

  /**
   * The revisions between two, both included, from base to head.
   *
   * @param from `undefined` or `"base"` for all up to `to`; `"-3"` for the last three of them; else as `resolve()`.
   * @param to `undefined` for the heads; else as `resolve()`.
   * @param current what `"current"` stands for; `undefined`: it is no name.
   * @throws {UnknownRevisionError} @throws {MultipleHeadsError}
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

  /** The ids of these revisions and of all that come before them. @throws {UnknownRevisionError} */
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
   * What is to be applied, in order.
   *
   * @param heads where the database stands; none: at base.
   * @param target `"head"`, `"heads"` for the ends of all branches, `"+2"` for the next two, or an id, which may be
   * shortened.
   * @returns nothing when the target is applied already.
   * @throws {MultipleHeadsError} @throws {UnknownRevisionError} @throws {InvalidTargetError}
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
   * What is to be undone, newest first.
   *
   * @param heads where the database stands; none: at base.
   * @param target `"base"`, `"-2"` for the last two, or an id (which stays applied and may be shortened).
   * @throws {UnknownRevisionError} @throws {InvalidTargetError}
   */
  downgradePath(heads: readonly string[], target: string): Revision[] {
    const applied = this.withAncestors(heads);
    const path = this.ordered.filter(({ id }) => applied.has(id)).reverse();
    if (target === "base") return path;
    if (/^-[1-9]\d*$/.test(target)) {
      if (heads.length > 1) {
        throw new InvalidTargetError(
          `The database is at ${heads.join(" and ")}, so "${target}" does not say which to undo. ` +
            "Give the id of the revision to go back to.",
        );
      }
      return path.slice(0, stepCount(target, path.length, "to undo"));
    }
    const goal = this.find(target);
    if (!applied.has(goal.id)) {
      const position = heads.join(", ") || "base";
      throw new InvalidTargetError(
        `Revision ${goal.id} is not applied, the database is at ${position}: there is no way down to it. ` +
          `To apply it: upgrade ${goal.id}`,
      );
    }
    return path.filter(({ id }) => id !== goal.id && this.withAncestors([id]).has(goal.id));
  }

  /** The heads of a database at `heads` once this revision was applied. */
  headsAfterUpgrade(heads: readonly string[], { id, downRevisions }: Revision): string[] {
    return [...heads.filter((head) => !downRevisions.includes(head)), id];
  }

  /** The heads of a database at `heads` once this revision was undone. */
  headsAfterDowngrade(heads: readonly string[], { id, downRevisions }: Revision): string[] {
    const others = heads.filter((head) => head !== id);
    const covered = this.withAncestors(others);
    return [...others, ...downRevisions.filter((parent) => !covered.has(parent))];
  }

  /** Where branches end in several heads, "the next" must not depend on which branch is looked at first. */
  #assertUnambiguous(target: string, path: readonly Revision[], applied: ReadonlySet<string>, count: number): void {
    const done = new Set(applied);
    for (let step = 0; step < count; step++) {
      const next = path.filter(({ id, downRevisions }) =>
        !done.has(id) && downRevisions.every((each) => done.has(each))
      );
      if (next.length > 1) {
        const names = next.map(({ id }) => id).join(" and ");
        throw new InvalidTargetError(`"${target}" does not say which: ${names} could be next. Give an id, or "heads".`);
      }
      done.add(next[0].id);
    }
  }

  /** Parents first; among revisions that could stand at the same place, by id. */
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

/** From any of these revisions on, parent by parent, until one comes again: from there on it is a cycle. */
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

/** The number in "+2" or "-2". @throws {InvalidTargetError} when there are not as many revisions. */
function stepCount(target: string, most: number, what: string): number {
  const count = Number(target.slice(1));
  if (count <= most) return count;
  const there = most === 0 ? "nothing" : most === 1 ? "1 revision" : `${most} revisions`;
  throw new InvalidTargetError(`"${target}" is too far: there ${most > 1 ? "are" : "is"} ${there} ${what}.`);
}
