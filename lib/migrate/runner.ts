/**
 * Runs revisions: one run at a time, each revision in a transaction of its own together with its row in the version
 * table. What fails is rolled back whole; the revisions before it stay.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { NotInOneTransactionError } from "./errors.ts";
import { type RanStatement, runTogether } from "./inside_transaction.ts";
import { headsOf, loadGraph, withMigrationLock } from "./migration_session.ts";
import { runOutside } from "./outside_transaction.ts";
import type { MigrationOptions, StepContext } from "./progress.ts";
import { inlineParameters } from "./sql_text.ts";
import { lineChanges, schemaLines } from "./schema_lines.ts";
import { type Direction, type MigrationStep, planSteps } from "./steps.ts";
import type { VersionTable } from "./version_table.ts";

/** What a run would do. */
export interface DryRun {
  readonly steps: readonly MigrationStep[];
  /** The statements of the revisions in their order, with their parameters written in. */
  readonly statements: readonly { readonly revision: string; readonly sql: string; readonly rowCount: number }[];
  /** What the schema gains and loses: lines that begin with `+ ` or `- `. */
  readonly changes: readonly string[];
}

/** Which revisions to run. */
export interface RunRequest {
  /** The folder that holds `versions/`, as an absolute path. */
  readonly directory: string;
  readonly direction: Direction;
  readonly target: string;
}

/**
 * Takes the lock, sees where the database stands, and runs what is to be run from there.
 *
 * @returns the steps that were done.
 * @throws {RevisionFailedError} @throws {MigrationInterruptedError} @throws {NotInOneTransactionError}
 * @throws {MigrationLockTimeoutError}
 * @throws {TransactionPoolerError} @throws {UnknownDatabaseRevisionError} @throws {MissingSchemaError}
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

/** Does the same in one transaction, and rolls it back. @returns what would be done. @throws as `runRevisions` does. */
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
      onProgress: (progress) => progress.type === "retrying" && onProgress(progress), // the rest does not take effect
    };
    await runTogether(quiet, steps, {
      async begin(connection) {
        ran = [];
        before = await schemaLines(connection);
      },
      onStatement: (statement) => void ran.push(statement),
      async end(connection) {
        after = await schemaLines(connection);
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
  // a target that cannot be meant is refused before anything waits for the lock
  if (direction === "upgrade" && !target.startsWith("+")) graph.upgradePath([], target);
  return await withMigrationLock(engine, options, async (connection: Connection, table: VersionTable) => {
    const heads = await headsOf(table, graph, directory);
    const path = direction === "upgrade" ? graph.upgradePath(heads, target) : graph.downgradePath(heads, target);
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
