/** What a run consists of: revisions to apply or to undo, one after the other. @module */
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** Upwards, towards head, or downwards, towards base. */
export type Direction = "upgrade" | "downgrade";

/** One revision to apply or to undo. */
export interface MigrationStep {
  readonly direction: Direction;
  readonly revision: Revision;
  /** The heads of the database before the step and after it; none: base. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What each revision of a path does to the heads. */
export function planSteps(
  graph: RevisionGraph<Revision>,
  direction: Direction,
  heads: readonly string[],
  path: readonly Revision[],
): MigrationStep[] {
  let from = heads;
  return path.map((revision) => {
    const to = direction === "upgrade"
      ? graph.headsAfterUpgrade(from, revision)
      : graph.headsAfterDowngrade(from, revision);
    const step = { direction, revision, from, to };
    from = to;
    return step;
  });
}

/** The function of the revision that a step runs. */
export function functionOf({ direction, revision }: MigrationStep): Revision["up"] {
  return direction === "upgrade" ? revision.up : revision.down;
}

/** A step as the log names it. */
export function logDirection({ direction }: MigrationStep): "up" | "down" {
  return direction === "upgrade" ? "up" : "down";
}

/** The heads as a person reads them. */
export function position(heads: readonly string[]): string {
  return heads.length === 0 ? "base" : heads.join(", ");
}
