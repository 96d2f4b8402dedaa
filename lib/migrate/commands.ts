/**
 * What one does with migrations, for programs, notebooks and the command line alike. Commands and words are Alembic's
 * (https://alembic.sqlalchemy.org/en/latest/api/commands.html).
 *
 * @module
 */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { loadGraph, withMigrationLock } from "./migration_session.ts";
import type { MigrationOptions, WaitOptions } from "./progress.ts";
import type { Revision } from "./revision_file.ts";
import { type DryRun, runRevisions, tryRevisions } from "./runner.ts";
import type { Direction, MigrationStep } from "./steps.ts";

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
export type { Models } from "./environment.ts";
export type { DryRun };

/**
 * Applies revisions.
 *
 * ```ts ignore
 * await upgrade(engine, "migrations", "head", { onProgress: (progress) => console.log(progressLine(progress)) });
 * ```
 *
 * @param engine of the database; tables are made in the first schema of its search path.
 * @param directory the folder that holds `versions/`.
 * @param target `"head"`, `"heads"` for the ends of all branches, `"+2"` for the next two, or a revision's id, which
 * may be shortened.
 * @returns the steps that were done; none when the target is applied already.
 * @throws {RevisionFailedError} when one fails: it was rolled back, those before it stay.
 * @throws {MigrationInterruptedError} when `signal` is aborted in a revision; before the first one its reason.
 * @throws {NotInOneTransactionError} when `singleTransaction` cannot be.
 * @throws {MigrationError} what else is wrong: the folder, a file, the order, the target, the wait for another process.
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
 * Undoes revisions, the newest first.
 *
 * @param target `"-1"` for the last one, `"base"` for all, or the id of the revision to go back to.
 * @returns the steps that were done.
 * @throws as {@linkcode upgrade} does.
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
 * Runs revisions in one transaction and rolls it back. It holds the locks of all their statements meanwhile.
 *
 * @param target as {@linkcode upgrade} or {@linkcode downgrade} takes it.
 * @returns the statements, the rows each of them touched, and what the schema would gain and lose.
 * @throws {NotInOneTransactionError} for what cannot run inside one transaction. @throws as {@linkcode upgrade} does.
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

/**
 * Writes where a database stands without running anything: for one that was made by other means, or put right by hand.
 * All revisions up to there count as applied with the files as they are now.
 *
 * @param target `"head"`, `"heads"`, `"base"`, or ids, which may be shortened.
 * @returns the revisions at which the database now stands.
 * @throws {MigrationError} when the folder, a file, the order or the target is wrong, or a right is missing.
 */
export async function stamp(
  engine: Engine,
  directory: string,
  target: string | readonly string[],
  options: WaitOptions = {},
): Promise<Revision[]> {
  const graph = await loadGraph(resolve(directory));
  const asked = [...new Set([target].flat().flatMap((name) => graph.resolve(name)))];
  const isBelowAnother = ({ id }: Revision) =>
    asked.some((other) => other.id !== id && graph.withAncestors([other.id]).has(id));
  const revisions = asked.filter((revision) => !isBelowAnother(revision));
  return await withMigrationLock(engine, options, async (connection, table) => {
    await table.create();
    const ids = revisions.map(({ id }) => id);
    const covered = graph.withAncestors(ids);
    await connection.begin();
    await table.replace(ids);
    await table.log.record(graph.ordered.filter(({ id }) => covered.has(id)), "stamp", 0);
    await connection.commit();
    return revisions;
  });
}
