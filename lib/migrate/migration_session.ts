/** Runs commands that change a database under the migration lock. @module */
import type { Connection } from "../engine/connection.ts";
import type { ConnectOptions, Engine } from "../engine/engine.ts";
import { requireDirect } from "./direct_connection.ts";
import { versionTableOf } from "./environment.ts";
import { MissingSchemaError, TransactionPoolerError, UnknownDatabaseRevisionError } from "./errors.ts";
import { MigrationLock, TRY_LOCK } from "./migration_lock.ts";
import type { WaitOptions } from "./progress.ts";
import { loadRevisions, type Revision } from "./revision_file.ts";
import { RevisionGraph } from "./revision_graph.ts";
import { VersionTable } from "./version_table.ts";

/** What a run learns from its first statement. */
interface Start {
  /** Schema of the version table; `null` if no schema of the search path exists. */
  readonly schema: string | null;
  readonly path: string;
  /** Whether the session took the lock; `null` if it did not try. */
  readonly taken: boolean | null;
}

/**
 * Query; `$1` is the schema of the version table, `$2` the server process that the connection reported. Tries to take
 * the lock at once, but not through a pooler, whose server process would keep it: a pooler reports an id of its own.
 */
const START = `
SELECT schema, current_setting('search_path') AS path,
       CASE WHEN pid::text = $2 THEN ${TRY_LOCK("schema")} END AS taken
  FROM (SELECT pg_backend_pid() AS pid, coalesce($1, current_schema()::text) AS schema) AS start`;

/**
 * Runs a function under the migration lock of the schema.
 *
 * @param engine engine of the database
 * @param directory absolute path of the migrations folder
 * @param options timeout, progress, signal, and the version table
 * @param work function that receives the connection and the version table
 * @returns the result of `work`
 * @throws {TransactionPoolerError} when the connection goes through a transaction or statement pooler
 * @throws {MigrationLockTimeoutError} when another process holds the lock until the timeout
 * @throws {MissingSchemaError} when no schema of the search path exists, or not that of the version table
 * @throws {ForeignVersionTableError} when the version table belongs to another tool
 * @throws the reason of the signal, if it is aborted before `work` starts
 */
export async function withMigrationLock<T>(
  engine: Engine,
  directory: string,
  options: WaitOptions,
  work: (connection: Connection, table: VersionTable) => Promise<T>,
): Promise<T> {
  const { onProgress = () => {}, waitTimeout = 60_000, signal } = options;
  const names = await versionTableOf(directory, options);
  const connect = () => engine.connect({ ...stoppable(signal), isolationLevel: "AUTOCOMMIT", readOnly: false });
  await using connection = await connect();
  const start = await connection.execute<Start>(START, [names.schema ?? null, `${connection.backendPid}`]);
  const { schema, path, taken } = start.one();
  if (schema === null) throw new MissingSchemaError(path);
  if (taken === null) await requireDirect(connection, engine.url, connect);
  await using _lock = await MigrationLock.acquire(connection, schema, {
    timeout: waitTimeout,
    onWait: (holder) => onProgress({ type: "waiting", holder }),
    signal,
    taken: taken ?? undefined,
  });
  signal?.throwIfAborted();
  const table = await VersionTable.of(connection, names);
  if (!table.isLocked) throw new TransactionPoolerError(undefined);
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
