/** What there is, and where a database stands: the commands that change nothing. @module */
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { headsOf, loadGraph, stoppable } from "./migration_session.ts";
import type { Revision } from "./revision_file.ts";
import { lastApplied, type LogEntry } from "./version_log.ts";
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
  /** How it came to be applied; `undefined` when it is not, or when that was before there was a log. */
  readonly log: LogEntry | undefined;
  /** It is applied, and its file has changed since. */
  readonly changed: boolean;
}

/** A revision after which more than one comes. */
export interface BranchPoint {
  readonly revision: Revision;
  readonly children: readonly Revision[];
}

/** Settings of {@linkcode history}. */
export interface HistoryOptions {
  /** `"a:b"`: from a to b, both included. Either may be missing, `head`, `base`, `current`, and a may be `-3`. */
  readonly range?: string;
}

/** What ends a command that asks the database. */
export interface StopOptions {
  /** Ends it: the statement under way is cancelled on the server, and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every revision, the newest first, as the files say it: no database is asked, so nothing is known of `current`.
 *
 * @throws {MigrationError} when the folder, a file or their order is wrong.
 */
export async function list(directory: string, { range = ":" }: HistoryOptions = {}): Promise<Revision[]> {
  return (await loadGraph(resolve(directory))).range(...endsOf(range)).toReversed();
}

/**
 * Every revision, the newest first, and which of them this database has. Changes nothing.
 *
 * @throws {MigrationError} when the folder, a file or their order is wrong.
 */
export async function history(
  engine: Engine,
  directory: string,
  { range = ":", signal }: HistoryOptions & StopOptions = {},
): Promise<HistoryEntry[]> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const { heads: current, entries } = await readState(engine, (table) => headsOf(table, graph, folder), signal);
  const applied = graph.withAncestors(current);
  const log = lastApplied(entries);
  const heads = new Set(graph.heads);
  return graph.range(...endsOf(range), current).toReversed().map((revision) => {
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

/** The entries of {@linkcode history} at which the database stands; none: it is at base. */
export async function current(engine: Engine, directory: string, options: StopOptions = {}): Promise<HistoryEntry[]> {
  return (await history(engine, directory, options)).filter((entry) => entry.current);
}

/** The revisions after which none comes; more than one when there are branches that nobody merged. */
export async function heads(directory: string): Promise<Revision[]> {
  return (await loadGraph(resolve(directory))).heads;
}

/** Where the revisions branch. */
export async function branches(directory: string): Promise<BranchPoint[]> {
  const graph = await loadGraph(resolve(directory));
  const points = graph.ordered.map((revision) => ({ revision, children: graph.childrenOf(revision.id) }));
  return points.filter(({ children }) => children.length > 1);
}

/** The revisions that a name stands for. @param name `head`, `heads`, or an id, which may be shortened. */
export async function show(directory: string, name: string): Promise<Revision[]> {
  return (await loadGraph(resolve(directory))).resolve(name);
}

/** `"a"` is the range from a to a. */
function endsOf(range: string): [from: string | undefined, to: string | undefined] {
  const [from, to] = range.includes(":") ? range.split(":") : [range, range];
  return [from, to];
}

async function readState(
  engine: Engine,
  headsOf: (table: VersionTable) => Promise<string[]>,
  signal: AbortSignal | undefined,
): Promise<{ heads: string[]; entries: LogEntry[] }> {
  await using connection = await engine.connect({ ...stoppable(signal), isolationLevel: "AUTOCOMMIT" });
  const table = await VersionTable.of(connection);
  return { heads: await headsOf(table), entries: await table.log.entries() };
}
