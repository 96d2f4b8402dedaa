/**
 * What one does with migrations, for programs, notebooks and the command line alike. Commands and words are Alembic's
 * (https://alembic.sqlalchemy.org/en/latest/tutorial.html).
 *
 * @module
 */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { loadRevisions, type Revision } from "./revision_file.ts";
import { RevisionGraph } from "./revision_graph.ts";
import { headsOf, type MigrationOptions, type MigrationStep, runRevisions } from "./runner.ts";
import { VersionTable } from "./version_table.ts";

/** A revision and what is known of it in a database. */
export interface HistoryEntry {
  readonly revision: Revision;
  /** It was run on this database, and not undone. */
  readonly applied: boolean;
  /** The database stands here. */
  readonly current: boolean;
  /** No revision comes after it. */
  readonly head: boolean;
}

/**
 * Applies revisions.
 *
 * ```ts ignore
 * await upgrade(engine, "migrations", "head", { onProgress: (progress) => console.log(progressLine(progress)) });
 * ```
 *
 * @param engine of the database; tables are made in the first schema of its search path.
 * @param directory the folder that holds `versions/`.
 * @param target `"head"`, `"+2"` for the next two, or a revision's id, which may be shortened.
 * @returns the steps that were done; none when the target is applied already.
 * @throws {RevisionFailedError} when one fails: it was rolled back, those before it stay.
 * @throws {MigrationError} what else is wrong: the folder, a file, the order, the target, the wait for another process.
 */
export async function upgrade(
  engine: Engine,
  directory: string,
  target: string = "head",
  options: MigrationOptions = {},
): Promise<MigrationStep[]> {
  const graph = await loadGraph(directory);
  graph.upgradePath([], target); // a target that cannot be meant is refused before anything waits for the lock
  const path = (heads: readonly string[]) => graph.upgradePath(heads, target);
  return await runRevisions(engine, graph, directory, "upgrade", path, options);
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
  const graph = await loadGraph(directory);
  const path = (heads: readonly string[]) => graph.downgradePath(heads, target);
  return await runRevisions(engine, graph, directory, "downgrade", path, options);
}

/**
 * Every revision, the newest first, and which of them this database has. Changes nothing.
 *
 * @throws {MigrationError} when the folder, a file or their order is wrong.
 */
export async function history(engine: Engine, directory: string): Promise<HistoryEntry[]> {
  const graph = await loadGraph(directory);
  const current = await readHeads(engine, graph, directory);
  const applied = graph.withAncestors(current);
  const heads = new Set(graph.heads);
  return graph.ordered.toReversed().map((revision) => ({
    revision,
    applied: applied.has(revision.id),
    current: current.includes(revision.id),
    head: heads.has(revision),
  }));
}

/** The entries of {@linkcode history} at which the database stands; none: it is at base. */
export async function current(engine: Engine, directory: string): Promise<HistoryEntry[]> {
  return (await history(engine, directory)).filter((entry) => entry.current);
}

async function loadGraph(directory: string): Promise<RevisionGraph<Revision>> {
  return new RevisionGraph(await loadRevisions(resolve(directory)));
}

async function readHeads(engine: Engine, graph: RevisionGraph<Revision>, directory: string): Promise<string[]> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  return await headsOf(await VersionTable.of(connection), graph, directory);
}
