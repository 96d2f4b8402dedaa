/** Commands that read revision files and the state of a database. @module */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { revisionRange } from "./revision_range.ts";
import { resolveName } from "./revision_names.ts";
import { headsOf, loadGraph, stoppable } from "./migration_session.ts";
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { type EnvironmentOptions, versionTableOf } from "./environment.ts";
import { lastApplied, type LogEntry } from "./version_log.ts";
import { VersionTable } from "./version_table.ts";

/** A revision and its state in a database. */
export interface HistoryEntry {
  /** The revision. */
  readonly revision: Revision;
  /** Applied to this database. */
  readonly applied: boolean;
  /** One of the current revisions of the database. */
  readonly current: boolean;
  /** Has no children. */
  readonly head: boolean;
  /** Log entry of its application; `undefined` if it is not applied, or predates the log. */
  readonly log: LogEntry | undefined;
  /** Applied, and its file was edited afterwards. */
  readonly changed: boolean;
}

/** A revision with several children. */
export interface BranchPoint {
  /** The revision. */
  readonly revision: Revision;
  /** Its children. */
  readonly children: readonly Revision[];
}

/** Options of {@linkcode history}. */
export interface HistoryOptions {
  /** `"a:b"`, inclusive: ids, `base`, `head` or `current`, or empty for no limit; `-3:` for the last three. */
  readonly range?: string;
}

/** Options of a command that can be stopped. */
export interface StopOptions extends EnvironmentOptions {
  /** Cancels the running statement on the server; the command throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists revisions, newest first, without connecting to a database.
 *
 * @param directory folder that contains `versions/`
 * @param options range, without `current`
 * @returns the revisions
 * @throws {MigrationError} when the folder or a revision file is invalid
 */
export async function list(directory: string, { range = ":" }: HistoryOptions = {}): Promise<Revision[]> {
  return revisionRange(await loadGraph(resolve(directory)), ...endsOf(range)).toReversed();
}

/**
 * Lists revisions and their state in a database, newest first. Changes nothing.
 *
 * @param engine engine of the database
 * @param directory folder that contains `versions/`
 * @param options range and signal
 * @returns the revisions and their state
 * @throws {MigrationError} when the folder or a revision file is invalid, or the version table is that of another tool
 */
export async function history(
  engine: Engine,
  directory: string,
  { range = ":", ...options }: HistoryOptions & StopOptions = {},
): Promise<HistoryEntry[]> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const { heads: current, entries } = await readState(engine, graph, folder, options);
  const applied = graph.withAncestors(current);
  const log = lastApplied(entries);
  const heads = new Set(graph.heads);
  return revisionRange(graph, ...endsOf(range), current).toReversed().map((revision) => {
    const isApplied = applied.has(revision.id);
    const entry = isApplied ? log.get(revision.id) : undefined;
    return {
      revision,
      applied: isApplied,
      current: current.includes(revision.id),
      head: heads.has(revision),
      log: entry,
      changed: entry !== undefined && entry.checksum !== revision.checksum,
    };
  });
}

/** Returns the current revisions of a database, as {@linkcode history} does; none at base. */
export async function current(engine: Engine, directory: string, options: StopOptions = {}): Promise<HistoryEntry[]> {
  return (await history(engine, directory, options)).filter((entry) => entry.current);
}

/** Returns the revisions without children; several if there are unmerged branches. */
export async function heads(directory: string): Promise<Revision[]> {
  return (await loadGraph(resolve(directory))).heads;
}

/** Returns the revisions with several children. */
export async function branches(directory: string): Promise<BranchPoint[]> {
  const graph = await loadGraph(resolve(directory));
  const points = graph.ordered.map((revision) => ({ revision, children: graph.childrenOf(revision.id) }));
  return points.filter(({ children }) => children.length > 1);
}

/**
 * Looks up revisions.
 *
 * @param directory folder that contains `versions/`
 * @param name `head`, `heads`, or an id or its prefix
 * @returns the revisions
 */
export async function show(directory: string, name: string): Promise<Revision[]> {
  return resolveName(await loadGraph(resolve(directory)), name);
}

/** Splits a range; `"a"` is the range from a to a. */
function endsOf(range: string): [from: string | undefined, to: string | undefined] {
  const [from, to] = range.includes(":") ? range.split(":") : [range, range];
  return [from, to];
}

async function readState(
  engine: Engine,
  graph: RevisionGraph<Revision>,
  folder: string,
  options: StopOptions,
): Promise<{ heads: string[]; entries: LogEntry[] }> {
  const names = await versionTableOf(folder, options);
  await using connection = await engine.connect({ ...stoppable(options.signal), isolationLevel: "AUTOCOMMIT" });
  const table = await VersionTable.of(connection, names);
  return { heads: await headsOf(table, graph, folder), entries: await table.log.entries() };
}
