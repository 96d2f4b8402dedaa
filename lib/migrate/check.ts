/** Detects drift between a database, its revisions and the models. @module */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { UnmodelledObject } from "./database_schema.ts";
import type { Models } from "./environment.ts";
import { history, type HistoryEntry, type StopOptions } from "./history.ts";
import { compareModels } from "./model_comparison.ts";
import type { Revision } from "./revision_file.ts";

/** Result of {@linkcode check}. */
export interface CheckResult {
  /** Revisions to apply, oldest first. */
  readonly pending: readonly Revision[];
  /** Applied revisions whose files were edited afterwards. */
  readonly changed: readonly HistoryEntry[];
  /** Differences between models and database, one line each; `undefined` if they were not compared. */
  readonly differences: readonly string[] | undefined;
  /** Reason why models and database were not compared. */
  readonly notCompared: "pending" | "no metadata" | undefined;
  /** Differences that autogenerate leaves out, each with what stands in the way. */
  readonly unresolved: readonly string[];
  /** Database objects that models cannot describe. */
  readonly unmodelled: readonly UnmodelledObject[];
  /** True if nothing is pending, changed or different. */
  readonly isClean: boolean;
}

/**
 * Detects drift: pending revisions, applied revisions whose files were edited, and differences between the models and
 * the database. Compares the models only if no revision is pending and `env.ts` exports `metadata`. Changes nothing.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param models models to compare instead of those of `env.ts`
 * @param options signal
 * @returns the findings
 * @throws {MigrationError} when the folder or a revision file is invalid
 * @throws the reason of the signal
 */
export async function check(
  engine: Engine,
  directory: string,
  models?: Models,
  options: StopOptions = {},
): Promise<CheckResult> {
  const entries = await history(engine, directory, options);
  const pending = entries.filter(({ applied }) => !applied).map(({ revision }) => revision).toReversed();
  const changed = entries.filter((entry) => entry.changed);
  const comparison = pending.length > 0 ? undefined : await compareModels(engine, resolve(directory), models, options);
  const differences = comparison?.summary;
  return {
    pending,
    changed,
    differences,
    notCompared: differences ? undefined : pending.length > 0 ? "pending" : "no metadata",
    unresolved: comparison?.unresolved ?? [],
    unmodelled: comparison?.unmodelled ?? [],
    isClean: pending.length === 0 && changed.length === 0 && (comparison?.isEmpty ?? true),
  };
}
