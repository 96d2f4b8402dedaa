/** Plans the steps of a run. @module */
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { headsAfterDowngrade, headsAfterUpgrade } from "./revision_paths.ts";

/** Towards head, or towards base. */
export type Direction = "upgrade" | "downgrade";

/** A revision to apply or undo. */
export interface MigrationStep {
  /** Whether the revision is applied or undone. */
  readonly direction: Direction;
  /** The revision. */
  readonly revision: Revision;
  /** Heads of the database before the step; none at base. */
  readonly from: readonly string[];
  /** Heads of the database after the step. */
  readonly to: readonly string[];
}

/** Computes the heads before and after each revision of a path. */
export function planSteps(
  graph: RevisionGraph<Revision>,
  direction: Direction,
  heads: readonly string[],
  path: readonly Revision[],
): MigrationStep[] {
  let from = heads;
  return path.map((revision) => {
    const to = direction === "upgrade"
      ? headsAfterUpgrade(graph, from, revision)
      : headsAfterDowngrade(graph, from, revision);
    const step = { direction, revision, from, to };
    from = to;
    return step;
  });
}

/** Returns the function that a step calls: `up` or `down`. */
export function functionOf({ direction, revision }: MigrationStep): Revision["up"] {
  return direction === "upgrade" ? revision.up : revision.down;
}

/** Direction of a step in the log. */
export function logDirection({ direction }: MigrationStep): "up" | "down" {
  return direction === "upgrade" ? "up" : "down";
}

/** Formats heads: ids, or `base`. */
export function position(heads: readonly string[]): string {
  return heads.length === 0 ? "base" : heads.join(", ");
}
