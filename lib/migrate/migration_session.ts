/** Runs commands that change a database under the migration lock. @module */
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
 * Runs a function under the migration lock of the schema.
 *
 * @param engine engine of the database
 * @param options timeout, progress and signal
 * @param work function that receives the connection and the version table
 * @returns the result of `work`
 * @throws {TransactionPoolerError} when the connection goes through a transaction pooler
 * @throws {MigrationLockTimeoutError} when another process holds the lock until the timeout
 * @throws {MissingSchemaError} when no schema of the search path exists
 * @throws the reason of the signal, if it is aborted before `work` starts
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

/** Connection options that cancel connecting and all statements when the signal is aborted. */
export function stoppable(signal: AbortSignal | undefined): Pick<ConnectOptions, "signal" | "commandSignal"> {
  return { signal, commandSignal: signal };
}

/**
 * Loads the revision graph of a folder.
 *
 * @throws {MigrationError} when the folder or a revision file is invalid
 */
export async function loadGraph(directory: string): Promise<RevisionGraph<Revision>> {
  return new RevisionGraph(await loadRevisions(directory));
}

/**
 * Reads the current revisions of the database.
 *
 * @param table version table
 * @param graph revisions of the folder
 * @param directory folder of the revisions, for the error message
 * @returns their ids
 * @throws {UnknownDatabaseRevisionError} when one of them has no file
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
