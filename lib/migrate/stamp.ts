/** Records where a database is without running anything, with a connection or as an SQL script. @module */
import { resolve } from "node:path";
import { literal } from "../base/quote.ts";
import type { Engine } from "../engine/engine.ts";
import { type EnvironmentOptions, versionTableOf } from "./environment.ts";
import { loadGraph, withMigrationLock } from "./migration_session.ts";
import type { WaitOptions } from "./progress.ts";
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { resolveName } from "./revision_names.ts";
import { createTables, HEADER, transaction } from "./script_text.ts";
import { sqlNames } from "./version_table_name.ts";

/**
 * Sets the current revisions of a database without running anything, for one that was created or repaired by other
 * means. Records these revisions and their ancestors as applied, with the checksums of the current files.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param target `"head"`, `"heads"`, `"base"`, ids or their prefixes, `"app@head"`, or `"head-1"`
 * @param options timeout, progress, signal and version table
 * @returns the new current revisions
 * @throws {MigrationError} when the folder, a revision file or the target is invalid, or a privilege is missing
 */
export async function stamp(
  engine: Engine,
  directory: string,
  target: string | readonly string[],
  options: WaitOptions = {},
): Promise<Revision[]> {
  const folder = resolve(directory);
  const { revisions, covered } = stamped(await loadGraph(folder), target);
  return await withMigrationLock(engine, folder, options, async (_connection, table) => {
    await table.create();
    await table.stamp(revisions.map(({ id }) => id), covered);
    return revisions;
  });
}

/**
 * Writes the script of a stamp.
 *
 * @param directory folder that contains `versions/`
 * @param target as for {@linkcode stamp}
 * @param options version table
 * @returns the SQL script
 * @throws {MigrationError} when the folder, a revision file or the target is invalid
 */
export async function stampSql(
  directory: string,
  target: string | readonly string[],
  options: EnvironmentOptions = {},
): Promise<string> {
  const folder = resolve(directory);
  const { revisions, covered } = stamped(await loadGraph(folder), target);
  const names = await versionTableOf(folder, options);
  const { table, log } = sqlNames(names);
  const rows = revisions.map(({ id }) => `(${literal(id)})`).join(", ");
  const entries = covered.map(({ id, checksum }) => `  (${literal(id)}, 'stamp', ${literal(checksum)}, 0)`).join(",\n");
  const statements = [
    ...createTables(names),
    `DELETE FROM ${table}`,
    ...rows ? [`INSERT INTO ${table} (revision) VALUES ${rows}`] : [],
    ...entries ? [`INSERT INTO ${log} (revision, direction, checksum, milliseconds) VALUES\n${entries}`] : [],
  ];
  return `${HEADER}\n\n${transaction(statements)}\n`;
}

/**
 * Creates the version table and the log if they do not exist.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param options timeout, progress, signal and version table
 * @throws {MigrationError} when the version table belongs to another tool, or a privilege is missing
 */
export async function ensureVersion(engine: Engine, directory: string, options: WaitOptions = {}): Promise<void> {
  await withMigrationLock(engine, resolve(directory), options, async (_connection, table) => await table.create());
}

/**
 * Writes the script that creates the version table and the log.
 *
 * @param directory folder that contains `versions/`
 * @param options version table
 * @returns the SQL script
 */
export async function ensureVersionSql(directory: string, options: EnvironmentOptions = {}): Promise<string> {
  return `${HEADER}\n\n${transaction(createTables(await versionTableOf(resolve(directory), options)))}\n`;
}

/** The revisions of a stamp that are not below another one, and all that they cover, oldest first. */
function stamped(
  graph: RevisionGraph<Revision>,
  target: string | readonly string[],
): { readonly revisions: Revision[]; readonly covered: Revision[] } {
  const asked = [...new Set([target].flat().flatMap((name) => resolveName(graph, name)))];
  const isBelowAnother = ({ id }: Revision) =>
    asked.some((other) => other.id !== id && graph.withAncestors([other.id]).has(id));
  const revisions = asked.filter((revision) => !isBelowAnother(revision));
  const covered = graph.withAncestors(revisions.map(({ id }) => id));
  return { revisions, covered: graph.ordered.filter(({ id }) => covered.has(id)) };
}
