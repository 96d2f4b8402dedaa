/**
 * Runs a revision outside a transaction, as CREATE INDEX CONCURRENTLY requires. Each statement commits separately, and
 * stays if the revision fails or is killed. The log records which indexes were being created or dropped, so that the
 * next run can continue.
 *
 * @module
 */
import type { TransactionSettings } from "kysely";
import type { Connection, IsolationLevel } from "../engine/connection.ts";
import { LockTimeoutError } from "../engine/errors.ts";
import { changedRows } from "../engine/kysely/dialect.ts";
import { cleanUp } from "./clean_up.ts";
import { failure } from "./failure.ts";
import { findIndex, type IndexStatement, indexStatement, invalidIndexes } from "./concurrent_index.ts";
import { pauseBeforeRetry, type StepContext } from "./progress.ts";
import { type Part, RevisionConnection, runFunction, type StatementAnswer } from "./revision_kysely.ts";
import { hasWord } from "./sql_text.ts";
import { functionOf, logDirection, type MigrationStep, position } from "./steps.ts";
import { shorten } from "../base/text.ts";

/**
 * Runs a step outside a transaction.
 *
 * @throws {RevisionFailedError} when it fails; the message lists what remains
 * @throws {MigrationInterruptedError} when the signal is aborted
 */
export async function runOutside(context: StepContext, step: MigrationStep): Promise<void> {
  const { connection, table, onProgress, lockTimeout, signal } = context;
  const { revision, from, to } = step;
  if (signal?.aborted) {
    throw failure(step, signal.reason, `It had not started; the database is at ${position(from)}.`, signal);
  }
  const start = performance.now();
  onProgress({ type: "running", step });
  const statements = new AutocommitConnection(context, step);
  try {
    await connection.execute(`RESET ALL; SET lock_timeout = ${lockTimeout}`);
    statements.begunBefore = new Set(await table.log.begin(revision, logDirection(step)));
    await runFunction(functionOf(step), () => statements);
    signal?.throwIfAborted(); // in case the revision caught the error
    await connection.begin();
    await table.move(from, to);
    await table.log.finish(revision, logDirection(step), performance.now() - start);
    await connection.commit();
  } catch (error) {
    await connection.rollback(cleanUp()).catch(() => {});
    throw failure(
      step,
      error,
      [...await statements.remains(), `The database is at ${position(from)}.`].join("\n"),
      signal,
    );
  }
  onProgress({ type: "done", step, milliseconds: performance.now() - start });
}

/** Runs the statements of a revision in autocommit; `db.transaction()` is a transaction. */
class AutocommitConnection extends RevisionConnection {
  readonly #context: StepContext;
  readonly #connection: Connection;
  readonly #step: MigrationStep;
  /** Index statements that earlier runs of this revision started. */
  begunBefore: ReadonlySet<string> = new Set();
  readonly #done: string[] = [];
  readonly #indexes: IndexStatement[] = [];
  /** INVALID indexes before the first CONCURRENTLY statement other than CREATE or DROP INDEX, such as REINDEX. */
  #invalidBefore: readonly string[] | undefined;

  constructor(context: StepContext, step: MigrationStep) {
    super();
    this.#context = context;
    this.#connection = context.connection;
    this.#step = step;
  }

  protected override async execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    // CONCURRENTLY blocks no readers or writers while it waits for open transactions
    const isPatient = hasWord(sql, "CONCURRENTLY");
    if (isPatient) await this.#connection.execute("SET lock_timeout = 0");
    try {
      const index = indexStatement(sql);
      if (isPatient && !index) this.#invalidBefore ??= await invalidIndexes(this.#connection);
      const answer = index ? await this.#executeOnIndex(index, sql) : await this.#executeWithRetries(sql, parameters);
      this.#done.push(sql);
      return answer;
    } finally {
      const restore = `SET lock_timeout = ${this.#context.lockTimeout}`;
      if (isPatient) await this.#connection.execute(restore).catch(() => {}); // not needed if the connection is lost
    }
  }

  override async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<Part> {
    await this.#connection.begin({
      isolationLevel: isolationLevel?.toUpperCase() as IsolationLevel | undefined,
      readOnly: accessMode === undefined ? undefined : accessMode === "read only",
    });
    return this.#connection;
  }

  /** Describes the remains of the revision, as lines. */
  async remains(): Promise<string[]> {
    const lines = [
      this.#done.length === 0
        ? "It runs outside a transaction; no statement was completed."
        : "It runs outside a transaction. Completed statements, which stay:",
      ...this.#done.map((sql) => `  ${shorten(sql, 200)}`),
    ];
    for (const statement of this.#indexes) {
      // the connection may be lost
      const index = await findIndex(this.#connection, statement, cleanUp()).catch(() => undefined);
      if (index?.valid === false) {
        lines.push(`It left index ${index.name} INVALID. The next run drops it first.`);
      }
    }
    if (this.#invalidBefore) {
      const now = await invalidIndexes(this.#connection, cleanUp()).catch(() => []);
      const left = now.filter((name) => !this.#invalidBefore!.includes(name));
      lines.push(...left.map((name) => `It left index ${name} INVALID. Drop it: DROP INDEX CONCURRENTLY ${name}`));
    }
    return lines;
  }

  /** Runs a statement; retries it after a lock timeout, unless it is part of a transaction. */
  async #executeWithRetries(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    const inPart = this.#connection.inTransaction;
    for (let attempt = 1;; attempt++) {
      try {
        const result = await this.#connection.execute(sql, parameters);
        return { rows: result.all(), changed: changedRows(result) };
      } catch (error) {
        if (!(error instanceof LockTimeoutError) || inPart || attempt > this.#context.lockRetries) throw error;
        await pauseBeforeRetry(this.#context, this.#step, attempt);
      }
    }
  }

  async #executeOnIndex(statement: IndexStatement, sql: string): Promise<StatementAnswer> {
    const { onProgress, table } = this.#context;
    const step = this.#step;
    const nothing = { rows: [] };
    this.#indexes.push(statement);
    const found = await findIndex(this.#connection, statement);
    const isDone = statement.type === "create" ? found?.valid : !found;
    if (isDone && this.begunBefore.has(sql)) {
      if (found) onProgress({ type: "found", step, index: found.name, valid: true });
      return nothing;
    }
    if (statement.type === "create" && found?.valid === false) {
      onProgress({ type: "found", step, index: found.name, valid: false });
      await this.#connection.execute(`DROP INDEX CONCURRENTLY ${found.name}`);
    }
    // an index that already exists is not ours: do not log it, and let the server report the error
    if (!isDone) await table.log.note(step.revision, logDirection(step), sql);
    await this.#connection.execute(sql);
    return nothing;
  }
}
