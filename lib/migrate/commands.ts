/**
 * The commands of migrations, for programs, notebooks and the command line. They are named as in Alembic
 * (https://alembic.sqlalchemy.org/en/latest/api/commands.html).
 *
 * @module
 */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { MigrationOptions } from "./progress.ts";
import { type DryRun, runRevisions, tryRevisions } from "./runner.ts";
import type { Direction, MigrationStep } from "./steps.ts";

export { adopt, type AdoptedDatabase, type AdoptOptions } from "./adopt.ts";
export { init, merge, revision, type RevisionRequest } from "./authoring.ts";
export { check, type CheckResult } from "./check.ts";
export {
  branches,
  type BranchPoint,
  current,
  heads,
  history,
  type HistoryEntry,
  list,
  show,
  type StopOptions,
} from "./history.ts";
export { downgradeSql, type ScriptOptions, upgradeSql } from "./offline.ts";
export { ensureVersion, ensureVersionSql, stamp, stampSql } from "./stamp.ts";
export type { Models } from "./environment.ts";
export type { DryRun };

/**
 * Applies revisions.
 *
 * ```ts ignore
 * await upgrade(engine, "migrations", "head", { onProgress: (progress) => console.log(progressLine(progress)) });
 * ```
 *
 * @param engine engine of the database; the version table is in the first schema of its search path
 * @param directory folder that contains `versions/`
 * @param target `"head"`; `"heads"` for all branches; `"+2"` for the next two; or an id or its prefix
 * @param options timeouts, progress and signal
 * @returns the completed steps; none if the target is already applied
 * @throws {RevisionFailedError} when a revision fails; it is rolled back, earlier ones stay applied
 * @throws {MigrationInterruptedError} when `signal` is aborted during a revision
 * @throws the reason of `signal`, if it is aborted before the first revision
 * @throws {NotInOneTransactionError} when a revision cannot run with `singleTransaction`
 * @throws {MigrationError} when the folder, a revision file or the target is invalid, or the lock times out
 */
export async function upgrade(
  engine: Engine,
  directory: string,
  target: string = "head",
  options: MigrationOptions = {},
): Promise<MigrationStep[]> {
  return await runRevisions(engine, { directory: resolve(directory), direction: "upgrade", target }, options);
}

/**
 * Undoes revisions, newest first. Throws the errors of {@linkcode upgrade}.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param target `"-1"` for the last revision, `"base"` for all, or the id of the revision to return to
 * @param options timeouts, progress and signal
 * @returns the completed steps
 */
export async function downgrade(
  engine: Engine,
  directory: string,
  target: string,
  options: MigrationOptions = {},
): Promise<MigrationStep[]> {
  return await runRevisions(engine, { directory: resolve(directory), direction: "downgrade", target }, options);
}

/**
 * Runs revisions in one transaction and rolls it back. Holds the locks of all statements until then. Throws the errors
 * of {@linkcode upgrade}.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param direction whether to apply or undo revisions
 * @param target target of {@linkcode upgrade} or {@linkcode downgrade}
 * @param options timeouts, progress and signal
 * @returns the statements with their row counts, and the schema changes
 * @throws {NotInOneTransactionError} when a revision cannot run in a single transaction
 */
export async function dryRun(
  engine: Engine,
  directory: string,
  direction: Direction,
  target: string,
  options: Omit<MigrationOptions, "singleTransaction"> = {},
): Promise<DryRun> {
  return await tryRevisions(engine, { directory: resolve(directory), direction, target }, options);
}
