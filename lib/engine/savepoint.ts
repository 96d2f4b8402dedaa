/**
 * Savepoints: parts of a transaction that can be rolled back on their own.
 *
 * @module
 */
import { ConnectionLostError, TransactionStateError } from "./errors.ts";
import type { LimitOptions } from "./limit.ts";
import { checkOptions } from "./check_options.ts";
import { LIMIT, SYNC_LIMIT } from "./option_kinds.ts";
import type { SyncLimitOptions } from "./options.ts";
import { runAwaiting, runBlocking, type Steps } from "./steps.ts";

/** Returns the statements that set and end a savepoint. */
export function savepointSql(name: string): Readonly<Record<"set" | "release" | "rollback", string>> {
  return { set: `SAVEPOINT ${name}`, release: `RELEASE SAVEPOINT ${name}`, rollback: `ROLLBACK TO SAVEPOINT ${name}` };
}

/** The steps by which a connection or a session ends a savepoint. */
export interface SavepointSteps {
  /** False once the savepoint, or an enclosing one, is finished. */
  readonly isOpen: boolean;
  commit(limits: LimitOptions): Steps<unknown>;
  rollback(limits: LimitOptions): Steps<unknown>;
}

/** Runs the steps that end a savepoint. */
type Run<Done> = (end: "commit" | "rollback", work: Steps<unknown>, limits: LimitOptions) => Done;

/**
 * A savepoint: `commit()` keeps its changes in the transaction, `rollback()` undoes them. Leaving its block without a
 * commit rolls back.
 */
export class Savepoint implements AsyncDisposable {
  readonly #steps: SavepointSteps;
  readonly #run: Run<Promise<unknown>>;

  /** @ignore Made by `beginNested()`. */
  constructor(steps: SavepointSteps, run: Run<Promise<unknown>> = (_, work) => runAwaiting(work)) {
    this.#steps = steps;
    this.#run = run;
  }

  /** False once the savepoint, an enclosing savepoint or the transaction was committed or rolled back. */
  get isOpen(): boolean {
    return this.#steps.isOpen;
  }

  /**
   * Releases the savepoint: its changes become part of the enclosing transaction.
   *
   * @throws {TransactionStateError} if the savepoint is finished.
   * @throws {ConnectionLostError} if the connection broke: the whole transaction is rolled back.
   */
  async commit(limits: LimitOptions = {}): Promise<void> {
    checkOptions("commit()", limits, LIMIT);
    requireOpen(this);
    await this.#run("commit", this.#steps.commit(limits), limits);
  }

  /**
   * Undoes the changes made since the savepoint; the transaction continues. Does nothing if the savepoint is finished.
   *
   * @throws {ConnectionLostError} if the connection broke: the whole transaction is rolled back.
   */
  async rollback(limits: LimitOptions = {}): Promise<void> {
    checkOptions("rollback()", limits, LIMIT);
    if (this.isOpen) await this.#run("rollback", this.#steps.rollback(limits), limits);
  }

  /** Rolls back at the end of an `await using` block, unless the savepoint is finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.rollback();
    } catch (error) {
      requireLost(error);
    }
  }
}

/** A {@linkcode Savepoint} whose calls block. */
export class SyncSavepoint implements Disposable {
  readonly #steps: SavepointSteps;
  readonly #run: Run<unknown>;

  /** @ignore Made by `beginNested()`. */
  constructor(steps: SavepointSteps, run: Run<unknown> = (_, work) => runBlocking(work)) {
    this.#steps = steps;
    this.#run = run;
  }

  /** False once the savepoint, an enclosing savepoint or the transaction was committed or rolled back. */
  get isOpen(): boolean {
    return this.#steps.isOpen;
  }

  /**
   * Releases the savepoint: its changes become part of the enclosing transaction.
   *
   * @throws {TransactionStateError} if the savepoint is finished.
   * @throws {ConnectionLostError} if the connection broke: the whole transaction is rolled back.
   */
  commit(limits: SyncLimitOptions = {}): void {
    checkOptions("commit()", limits, SYNC_LIMIT);
    requireOpen(this);
    this.#run("commit", this.#steps.commit(limits), limits);
  }

  /**
   * Undoes the changes made since the savepoint; the transaction continues. Does nothing if the savepoint is finished.
   *
   * @throws {ConnectionLostError} if the connection broke: the whole transaction is rolled back.
   */
  rollback(limits: SyncLimitOptions = {}): void {
    checkOptions("rollback()", limits, SYNC_LIMIT);
    if (this.isOpen) this.#run("rollback", this.#steps.rollback(limits), limits);
  }

  /** Rolls back at the end of a `using` block, unless the savepoint is finished. */
  [Symbol.dispose](): void {
    try {
      this.rollback();
    } catch (error) {
      requireLost(error);
    }
  }
}

function requireOpen({ isOpen }: { readonly isOpen: boolean }): void {
  if (isOpen) return;
  throw new TransactionStateError("This savepoint is over: it, or what is around it, was committed or rolled back.");
}

/**
 * Ignores a lost connection, which would hide the error that left the block; the next call on the connection reports
 * it.
 */
function requireLost(error: unknown): void {
  if (!(error instanceof ConnectionLostError)) throw error;
}
