/**
 * Orders revisions by their parents and dependencies. The state of a database is the set of its heads: the applied
 * revisions on which no other applied one builds.
 *
 * @module
 */
import {
  DuplicateLabelError,
  DuplicateRevisionError,
  MissingDependencyError,
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
  /** Ids or labels of other revisions that have to be applied first, usually of another branch. */
  readonly dependsOn?: readonly string[];
  /** Names of the branch that starts here. */
  readonly branchLabels?: readonly string[];
}

/** Directed acyclic graph of revisions. */
export class RevisionGraph<Revision extends RevisionNode = RevisionNode> {
  /** Revisions from base to head: parents and dependencies come first. */
  readonly ordered: readonly Revision[];
  readonly #byId = new Map<string, Revision>();
  readonly #byLabel = new Map<string, Revision>();
  /** Ids of parents and dependencies. */
  readonly #requirements = new Map<string, readonly string[]>();

  /**
   * Creates a graph.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * const graph = new RevisionGraph([{ id: "b", downRevisions: ["a"] }, { id: "a", downRevisions: [] }]);
   * assertEquals(graph.ordered.map(({ id }) => id), ["a", "b"]);
   * ```
   *
   * @throws {DuplicateRevisionError} when two revisions have the same id
   * @throws {DuplicateLabelError} when a branch label is used twice, or is the id of a revision
   * @throws {MissingParentError} when a parent does not exist
   * @throws {MissingDependencyError} when a dependency does not exist
   * @throws {RevisionCycleError} when revisions form a cycle
   */
  constructor(revisions: Iterable<Revision>) {
    for (const revision of revisions) {
      if (this.#byId.has(revision.id)) throw new DuplicateRevisionError(revision.id);
      this.#byId.set(revision.id, revision);
    }
    for (const revision of this.#byId.values()) {
      for (const label of revision.branchLabels ?? []) {
        const other = this.#byLabel.get(label) ?? this.#byId.get(label);
        if (other) throw new DuplicateLabelError(label, [other.id, revision.id]);
        this.#byLabel.set(label, revision);
      }
    }
    for (const { id, downRevisions, dependsOn = [] } of this.#byId.values()) {
      const missing = downRevisions.find((parent) => !this.#byId.has(parent));
      if (missing !== undefined) throw new MissingParentError(id, missing);
      const unknown = dependsOn.find((name) => !this.#named(name));
      if (unknown !== undefined) throw new MissingDependencyError(id, unknown);
      this.#requirements.set(id, [...new Set([...downRevisions, ...dependsOn.map((name) => this.#named(name)!.id)])]);
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
   * Finds a revision by its id, a unique prefix of it, or a branch label.
   *
   * @throws {UnknownRevisionError} when none matches, or several do
   */
  find(name: string): Revision {
    const exact = this.#named(name);
    if (exact) return exact;
    const ids = this.ordered.map(({ id }) => id);
    const matching = name === "" ? [] : ids.filter((id) => id.startsWith(name));
    if (matching.length === 1) return this.#byId.get(matching[0])!;
    throw new UnknownRevisionError(name, matching.length > 0 ? matching : ids, matching.length > 0);
  }

  /** Returns the children of a revision. */
  childrenOf(id: string): Revision[] {
    return this.ordered.filter(({ downRevisions }) => downRevisions.includes(id));
  }

  /** Returns the ids of the parents of a revision and of those that it depends on. */
  requirementsOf(id: string): readonly string[] {
    return this.#requirements.get(id)!;
  }

  /**
   * Returns the ids of revisions and of all that have to be applied before them.
   *
   * @throws {UnknownRevisionError} when a revision does not exist
   */
  withAncestors(names: Iterable<string>): Set<string> {
    const found = new Set<string>();
    const open = Array.from(names, (name) => this.find(name).id);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      open.push(...this.requirementsOf(id));
      found.add(id);
    }
    return found;
  }

  /**
   * Returns the ids of a branch: the labelled revision, all that descend from it, and its ancestors up to the revision
   * from which several branches start.
   *
   * @throws {UnknownRevisionError} when no revision has the label
   */
  branch(label: string): Set<string> {
    const labelled = this.#byLabel.get(label);
    if (!labelled) throw new UnknownRevisionError(label, [...this.#byLabel.keys()], false, "branch label");
    const found = new Set([labelled.id]);
    for (const { id, downRevisions } of this.ordered) if (downRevisions.some((each) => found.has(each))) found.add(id);
    let { downRevisions } = labelled;
    while (downRevisions.length === 1 && this.childrenOf(downRevisions[0]).length === 1) {
      const [id] = downRevisions;
      found.add(id);
      ({ downRevisions } = this.#byId.get(id)!);
    }
    return found;
  }

  #named(name: string): Revision | undefined {
    return this.#byId.get(name) ?? this.#byLabel.get(name);
  }

  /** Sorts topologically; independent revisions by id. */
  #sort(): Revision[] {
    const sorted: Revision[] = [];
    const placed = new Set<string>();
    const rest = [...this.#byId.values()].sort((a, b) => a.id < b.id ? -1 : 1);
    while (rest.length > 0) {
      const next = rest.findIndex(({ id }) => this.requirementsOf(id).every((each) => placed.has(each)));
      if (next === -1) throw new RevisionCycleError(this.#cycleIn(rest));
      const [revision] = rest.splice(next, 1);
      sorted.push(revision);
      placed.add(revision.id);
    }
    return sorted;
  }

  /** Finds a cycle: follows requirements from any revision until one repeats. */
  #cycleIn(revisions: readonly Revision[]): string[] {
    const ids = revisions.map(({ id }) => id);
    const walk: string[] = [];
    let [id] = ids;
    while (!walk.includes(id)) {
      walk.push(id);
      id = this.requirementsOf(id).find((each) => ids.includes(each))!;
    }
    return walk.slice(walk.indexOf(id));
  }
}
