/**
 * Runs a revision outside a transaction, each statement for itself, as CREATE INDEX CONCURRENTLY must. What such a
 * revision has done stays when it fails or is killed; therefore the log keeps which indexes it began to make or to drop,
 * and the next run goes on from there.
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
import { type Part, type RevisionConnection, runFunction, type StatementAnswer } from "./revision_kysely.ts";
import { hasWord } from "./sql_text.ts";
import { functionOf, logDirection, type MigrationStep, position } from "./steps.ts";
import { shorten } from "../base/text.ts";

/** Runs one step. @throws {RevisionFailedError} @throws {MigrationInterruptedError} which say what is left. */
export async function runOutside(context: StepContext, step: MigrationStep): Promise<void> {
  const { connection, table, onProgress, lockTimeout, signal } = context;
  const { revision, from, to } = step;
  if (signal?.aborted) {
    throw failure(step, signal.reason, `It had not begun; the database is at ${position(from)}.`, signal);
  }
  const start = performance.now();
  onProgress({ type: "running", step });
  const statements = new AutocommitConnection(context, step);
  try {
    await connection.execute("RESET ALL");
    await connection.execute(`SET lock_timeout = ${lockTimeout}`);
    statements.begunBefore = new Set(await table.log.begin(revision, logDirection(step)));
    await runFunction(functionOf(step), statements);
    signal?.throwIfAborted(); // the revision may have caught it
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

/** The statements of a revision, each for itself; `db.transaction()` is a transaction. */
class AutocommitConnection implements RevisionConnection {
  readonly #context: StepContext;
  readonly #connection: Connection;
  readonly #step: MigrationStep;
  /** The statements on indexes that earlier runs of this revision began. */
  begunBefore: ReadonlySet<string> = new Set();
  readonly #done: string[] = [];
  readonly #indexes: IndexStatement[] = [];
  /** The INVALID indexes before the first CONCURRENTLY that is neither CREATE nor DROP INDEX, such as REINDEX. */
  #invalidBefore: readonly string[] | undefined;

  constructor(context: StepContext, step: MigrationStep) {
    this.#context = context;
    this.#connection = context.connection;
    this.#step = step;
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    // neither readers nor writers queue behind a CONCURRENTLY, which may have to wait long for the transactions it finds
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
      if (isPatient) await this.#connection.execute(restore).catch(() => {}); // a lost connection needs none
    }
  }

  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<Part> {
    await this.#connection.begin({
      isolationLevel: isolationLevel?.toUpperCase() as IsolationLevel | undefined,
      readOnly: accessMode === undefined ? undefined : accessMode === "read only",
    });
    return this.#connection;
  }

  /** What the revision has left behind, in lines. */
  async remains(): Promise<string[]> {
    const lines = [
      this.#done.length === 0
        ? "It runs outside a transaction; no statement of it had been done."
        : "It runs outside a transaction, so what had been done stays:",
      ...this.#done.map((sql) => `  ${shorten(sql, 200)}`),
    ];
    for (const statement of this.#indexes) {
      const index = await findIndex(this.#connection, statement, cleanUp()).catch(() => undefined); // the connection may be lost
      if (index?.valid === false) {
        lines.push(`It left the index ${index.name} INVALID: the next run of this revision drops it first.`);
      }
    }
    if (this.#invalidBefore) {
      const now = await invalidIndexes(this.#connection, cleanUp()).catch(() => []);
      const left = now.filter((name) => !this.#invalidBefore!.includes(name));
      lines.push(...left.map((name) => `It left the index ${name} INVALID: DROP INDEX CONCURRENTLY ${name}`));
    }
    return lines;
  }

  /** A statement is a transaction of its own here, and can be repeated for itself. */
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
    // what is there already was made by others: the server says so, and the next run must not take it for its own
    if (!isDone) await table.log.note(step.revision, logDirection(step), sql);
    await this.#connection.execute(sql);
    return nothing;
  }
}
