/** Drift: what a database, its revisions and the models do not agree on. @module */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Models } from "./environment.ts";
import { history, type HistoryEntry, type StopOptions } from "./history.ts";
import { compareModels } from "./model_comparison.ts";
import type { Revision } from "./revision_file.ts";

/** What {@linkcode check} found. */
export interface CheckResult {
  /** Revisions that the database does not have yet, the oldest first. */
  readonly pending: readonly Revision[];
  /** Applied revisions whose files have changed since. */
  readonly changed: readonly HistoryEntry[];
  /** A line for each difference between models and database; `undefined`: they were not compared. */
  readonly differences: readonly string[] | undefined;
  /** Why they were not compared. */
  readonly notCompared: "pending" | "no metadata" | undefined;
  /** What the database has that models cannot describe. */
  readonly unmodelled: readonly string[];
  /** Nothing is pending, changed or different. */
  readonly isClean: boolean;
}

/**
 * Looks for drift, and repairs nothing: revisions that are not applied, applied revisions whose files were edited, and,
 * where none is pending and `env.ts` exports `metadata`, differences between the models and the database.
 *
 * @param models to compare instead of those of `env.ts`.
 * @throws {MigrationError} when the folder, a file or their order is wrong. @throws the signal's reason
 */
export async function check(
  engine: Engine,
  directory: string,
  models?: Models,
  { signal }: StopOptions = {},
): Promise<CheckResult> {
  const entries = await history(engine, directory, { signal });
  const pending = entries.filter(({ applied }) => !applied).map(({ revision }) => revision).toReversed();
  const changed = entries.filter((entry) => entry.changed);
  const comparison = pending.length > 0 ? undefined : await compareModels(engine, resolve(directory), models, signal);
  const differences = comparison?.summary;
  return {
    pending,
    changed,
    differences,
    notCompared: differences ? undefined : pending.length > 0 ? "pending" : "no metadata",
    unmodelled: comparison?.unmodelled ?? [],
    isClean: pending.length === 0 && changed.length === 0 && (comparison?.isEmpty ?? true),
  };
}
