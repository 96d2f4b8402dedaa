/**
 * Runs revisions, each in its own transaction together with its row in the version table. A failed revision is rolled
 * back; earlier revisions stay applied. The migration lock serializes runs.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { NotInOneTransactionError } from "./errors.ts";
import { type RanStatement, runTogether } from "./inside_transaction.ts";
import { headsOf, loadGraph, withMigrationLock } from "./migration_session.ts";
import { downgradePath, upgradePath } from "./revision_paths.ts";
import { isRelative } from "./revision_names.ts";
import { runOutside } from "./outside_transaction.ts";
import type { MigrationOptions, StepContext } from "./progress.ts";
import { inlineParameters } from "./sql_text.ts";
import { lineChanges, schemaLines } from "./schema_lines.ts";
import { type Direction, type MigrationStep, planSteps } from "./steps.ts";
import type { VersionTable } from "./version_table.ts";

/** Result of a dry run. */
export interface DryRun {
  readonly steps: readonly MigrationStep[];
  /** Statements in execution order, with inline parameters. */
  readonly statements: readonly { readonly revision: string; readonly sql: string; readonly rowCount: number }[];
  /** Schema changes: lines that start with `+ ` or `- `. */
  readonly changes: readonly string[];
}

/** Revisions to run. */
export interface RunRequest {
  /** Absolute path of the folder that contains `versions/`. */
  readonly directory: string;
  readonly direction: Direction;
  readonly target: string;
}

/**
 * Takes the migration lock, reads the current revisions, and runs the steps to the target.
 *
 * @param engine engine of the database
 * @param request folder, direction and target
 * @param options timeouts, progress and signal
 * @returns the completed steps
 * @throws {RevisionFailedError} when a revision fails
 * @throws {MigrationInterruptedError} when the signal is aborted during a revision
 * @throws {NotInOneTransactionError} when a revision cannot run with `singleTransaction`
 * @throws {MigrationLockTimeoutError} when another process holds the lock until the timeout
 * @throws {TransactionPoolerError} when the connection goes through a transaction pooler
 * @throws {UnknownDatabaseRevisionError} when a current revision has no file
 * @throws {MissingSchemaError} when no schema of the search path exists, or not that of the version table
 * @throws {ForeignVersionTableError} when the version table belongs to another tool
 */
export async function runRevisions(
  engine: Engine,
  request: RunRequest,
  options: MigrationOptions,
): Promise<MigrationStep[]> {
  return await withSteps(engine, request, options, async (context, steps) => {
    if (steps.length > 0) await context.table.create();
    if (options.singleTransaction && steps.length > 0) {
      requireTransactional(steps);
      await runTogether(context, steps);
    } else {
      for (const step of steps) {
        await (step.revision.transactional ? runTogether(context, [step]) : runOutside(context, step));
      }
    }
    return steps;
  });
}

/**
 * Runs the steps in one transaction and rolls it back. Throws the errors of {@linkcode runRevisions}.
 *
 * @returns the statements and the schema changes
 */
export async function tryRevisions(engine: Engine, request: RunRequest, options: MigrationOptions): Promise<DryRun> {
  return await withSteps(engine, request, options, async (context, steps) => {
    if (steps.length === 0) return { steps, statements: [], changes: [] };
    requireTransactional(steps);
    let ran: RanStatement[] = [];
    let before: string[] = [];
    let after: string[] = [];
    const { onProgress } = context;
    const quiet: StepContext = {
      ...context,
      // other events would report changes that are rolled back
      onProgress: (progress) => progress.type === "retrying" && onProgress(progress),
    };
    await runTogether(quiet, steps, {
      async begin(connection) {
        ran = [];
        before = await schemaLines(connection, context.table.names.table);
      },
      onStatement: (statement) => void ran.push(statement),
      async end(connection) {
        after = await schemaLines(connection, context.table.names.table);
      },
    });
    const statements = ran.map(({ step, sql, parameters, rowCount }) => ({
      revision: step.revision.id,
      sql: inlineParameters(sql, parameters),
      rowCount,
    }));
    return { steps, statements, changes: lineChanges(before, after) };
  });
}

async function withSteps<T>(
  engine: Engine,
  { directory, direction, target }: RunRequest,
  options: MigrationOptions,
  work: (context: StepContext, steps: MigrationStep[]) => Promise<T>,
): Promise<T> {
  const graph = await loadGraph(directory);
  // reject an invalid target before waiting for the lock
  if (direction === "upgrade" && !isRelative(target)) upgradePath(graph, [], target);
  return await withMigrationLock(engine, directory, options, async (connection: Connection, table: VersionTable) => {
    const heads = await headsOf(table, graph, directory);
    const path = direction === "upgrade" ? upgradePath(graph, heads, target) : downgradePath(graph, heads, target);
    const steps = planSteps(graph, direction, heads, path);
    const { onProgress = () => {}, lockTimeout = 5000, lockRetries = 4, lockPause = 1000, signal } = options;
    if (steps.length === 0) {
      const atHead = graph.heads.every(({ id }) => heads.includes(id));
      onProgress({ type: "unchanged", atHead, revisions: heads.map((id) => graph.find(id)) });
    }
    return await work({ connection, table, onProgress, lockTimeout, lockRetries, lockPause, signal }, steps);
  });
}

function requireTransactional(steps: readonly MigrationStep[]): void {
  const outside = steps.find(({ revision }) => !revision.transactional);
  if (outside) {
    throw new NotInOneTransactionError(outside.revision, "it runs outside a transaction (transactional = false)");
  }
}
