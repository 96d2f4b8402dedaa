/** The frame around everything that changes a database: one connection, the lock, and where the database stands. @module */
import type { Connection } from "../engine/connection.ts";
import type { ConnectOptions, Engine } from "../engine/engine.ts";
import { requireDirect } from "./direct_connection.ts";
import { UnknownDatabaseRevisionError } from "./errors.ts";
import { MigrationLock } from "./migration_lock.ts";
import type { WaitOptions } from "./progress.ts";
import { loadRevisions, type Revision } from "./revision_file.ts";
import { RevisionGraph } from "./revision_graph.ts";
import { VersionTable } from "./version_table.ts";

/**
 * Runs `work` while no other process runs migrations on this schema.
 *
 * @returns what `work` returned.
 * @throws {TransactionPoolerError} @throws {MigrationLockTimeoutError} @throws {MissingSchemaError}
 * @throws the signal's reason, when it is aborted before `work` begins.
 */
export async function withMigrationLock<T>(
  engine: Engine,
  { onProgress = () => {}, waitTimeout = 60_000, signal }: WaitOptions,
  work: (connection: Connection, table: VersionTable) => Promise<T>,
): Promise<T> {
  const connect = () => engine.connect({ ...stoppable(signal), isolationLevel: "AUTOCOMMIT", readOnly: false });
  await using connection = await connect();
  await requireDirect(connection, engine.url, connect);
  const table = await VersionTable.of(connection);
  await using _lock = await MigrationLock.acquire(connection, table.schema, {
    timeout: waitTimeout,
    onWait: (holder) => onProgress({ type: "waiting", holder }),
    signal,
  });
  signal?.throwIfAborted();
  return await work(connection, table);
}

/** What makes a connection, and each statement on it, end when the signal is aborted. */
export function stoppable(signal: AbortSignal | undefined): Pick<ConnectOptions, "signal" | "commandSignal"> {
  return { signal, commandSignal: signal };
}

/** The revisions of a folder in their order. @throws {MigrationError} when the folder, a file or the order is wrong. */
export async function loadGraph(directory: string): Promise<RevisionGraph<Revision>> {
  return new RevisionGraph(await loadRevisions(directory));
}

/**
 * The heads of the database, each known to the graph.
 *
 * @param directory where the revisions come from; named in errors.
 * @throws {UnknownDatabaseRevisionError}
 */
export async function headsOf(
  table: VersionTable,
  graph: RevisionGraph<Revision>,
  directory: string,
): Promise<string[]> {
  const heads = await table.heads();
  const unknown = heads.find((id) => !graph.has(id));
  if (unknown !== undefined) throw new UnknownDatabaseRevisionError(unknown, directory);
  return heads;
}
