/** Runs revisions in one transaction: all of them take effect, or none. @module */
import type { TransactionSettings } from "kysely";
import type { Connection } from "../engine/connection.ts";
import { LockTimeoutError } from "../engine/errors.ts";
import { changedRows } from "../engine/kysely/dialect.ts";
import { NotInOneTransactionError, RevisionTransactionError } from "./errors.ts";
import { rootCause } from "./root_cause.ts";
import { cleanUp } from "./clean_up.ts";
import { failure } from "./failure.ts";
import { pauseBeforeRetry, type StepContext } from "./progress.ts";
import { type Part, RevisionConnection, runFunction, type StatementAnswer } from "./revision_kysely.ts";
import { functionOf, logDirection, type MigrationStep, position } from "./steps.ts";

/** An executed statement of a revision. */
export interface RanStatement {
  readonly step: MigrationStep;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Number of rows returned or changed. */
  readonly rowCount: number;
}

/** Callbacks of a dry run, which is rolled back at its end. */
export interface Trial {
  /** Called before the first step; again for each retry. */
  begin(connection: Connection): Promise<void>;
  onStatement(statement: RanStatement): void;
  /** Called after the last step, before the rollback. */
  end(connection: Connection): Promise<void>;
}

/**
 * Runs steps in one transaction. If a step exceeds the lock timeout, rolls back all of them, so that the statements
 * queued behind it can proceed, and runs them again after a pause.
 *
 * @param trial makes it a dry run: the transaction is rolled back
 * @throws {RevisionFailedError} when a step fails
 * @throws {MigrationInterruptedError} when the signal is aborted
 * @throws {NotInOneTransactionError} when a step needs a transaction of its own
 */
export async function runTogether(
  context: StepContext,
  steps: readonly MigrationStep[],
  trial?: Trial,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const failed = await attemptTogether(context, steps, trial);
    if (!failed) return;
    if (!(rootCause(failed.error.cause) instanceof LockTimeoutError) || attempt > context.lockRetries) {
      throw failed.error;
    }
    await pauseBeforeRetry(context, failed.step, attempt);
  }
}

/** @returns the failed step after everything was rolled back; `undefined` on success */
async function attemptTogether(
  { connection, table, onProgress, lockTimeout, signal }: StepContext,
  steps: readonly MigrationStep[],
  trial: Trial | undefined,
): Promise<{ step: MigrationStep; error: Error } | undefined> {
  const times: number[] = [];
  let step = steps[0];
  try {
    signal?.throwIfAborted();
    await connection.begin();
    if (trial) await table.create();
    await trial?.begin(connection);
    for (step of steps) {
      const start = performance.now();
      onProgress({ type: "running", step });
      // the previous revision may have changed settings, such as the search path
      await connection.execute(`RESET ALL; SET LOCAL lock_timeout = ${lockTimeout}`);
      await runFunction(functionOf(step), () => new TransactionConnection(connection, step, trial));
      signal?.throwIfAborted(); // in case the revision caught the error
      const milliseconds = performance.now() - start;
      times.push(milliseconds);
      await table.move(step.from, step.to, { revision: step.revision, direction: logDirection(step), milliseconds });
    }
    if (trial) await connection.execute("SET CONSTRAINTS ALL IMMEDIATE"); // runs the checks that COMMIT would run
    await trial?.end(connection);
    await (trial ? connection.rollback() : connection.commit());
  } catch (error) {
    await connection.rollback(cleanUp()).catch(() => {}); // keep the first error
    return { step, error: explain(error, step, steps, trial !== undefined, signal) };
  }
  for (const [index, step] of steps.entries()) onProgress({ type: "done", step, milliseconds: times[index] });
}

function explain(
  error: unknown,
  step: MigrationStep,
  steps: readonly MigrationStep[],
  isTrial: boolean,
  signal?: AbortSignal,
): Error {
  const { sqlstate } = Object(rootCause(error)) as { sqlstate?: string };
  if (sqlstate === "55P04" && (isTrial || steps.length > 1)) {
    return new NotInOneTransactionError(step.revision, "it uses an enum value added in the same transaction", {
      cause: error,
    });
  }
  const undone = steps.length > 1 ? "Everything was rolled back" : "It was rolled back";
  return failure(step, error, `${undone}; the database is at ${position(steps[0].from)}.`, signal);
}

/** Runs the statements of a revision in its transaction; `db.transaction()` is a savepoint. */
class TransactionConnection extends RevisionConnection {
  readonly #connection: Connection;
  readonly #step: MigrationStep;
  readonly #trial: Trial | undefined;

  constructor(connection: Connection, step: MigrationStep, trial: Trial | undefined) {
    super();
    this.#connection = connection;
    this.#step = step;
    this.#trial = trial;
  }

  protected override async execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    const result = await this.#connection.execute(sql, parameters);
    this.#trial?.onStatement({ step: this.#step, sql, parameters, rowCount: result.rowCount });
    return { rows: result.all(), changed: changedRows(result) };
  }

  override async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<Part> {
    if (isolationLevel || accessMode) {
      throw new RevisionTransactionError("A savepoint cannot set an isolation level or access mode");
    }
    return await this.#connection.beginNested();
  }
}
