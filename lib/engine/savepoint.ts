/**
 * Savepoints: a part of a transaction that can be undone on its own.
 *
 * @module
 */
import { ConnectionLostError, TransactionStateError } from "./errors.ts";
import type { LimitOptions } from "./limit.ts";
import { checkLimitOptions, checkSyncLimitOptions, type SyncLimitOptions } from "./options.ts";
import { runAwaiting, runBlocking, type Steps } from "./steps.ts";

/** How a connection, or a session, ends a savepoint. */
export interface SavepointSteps {
  /** False once it, or what is around it, is over. */
  readonly isOpen: boolean;
  commit(limits: LimitOptions): Steps<unknown>;
  rollback(limits: LimitOptions): Steps<unknown>;
}

/** Carries out the end of a savepoint. */
type Run<Done> = (end: "commit" | "rollback", work: Steps<unknown>, limits: LimitOptions) => Done;

/**
 * A savepoint: `commit()` keeps its work in the transaction, `rollback()` undoes it. Leaving its block undoes it, too,
 * unless it was committed.
 */
export class Savepoint implements AsyncDisposable {
  readonly #steps: SavepointSteps;
  readonly #run: Run<Promise<unknown>>;

  /** @ignore Made by `beginNested()`. */
  constructor(steps: SavepointSteps, run: Run<Promise<unknown>> = (_, work) => runAwaiting(work)) {
    this.#steps = steps;
    this.#run = run;
  }

  /** False once it, or a savepoint or the transaction around it, was committed or rolled back. */
  get isOpen(): boolean {
    return this.#steps.isOpen;
  }

  /**
   * Keeps the work as a part of the transaction around it.
   *
   * @throws {TransactionStateError} when it is over.
   * @throws {ConnectionLostError} with the whole transaction.
   */
  async commit(limits: LimitOptions = {}): Promise<void> {
    checkLimitOptions("commit()", limits);
    requireOpen(this);
    await this.#run("commit", this.#steps.commit(limits), limits);
  }

  /**
   * Undoes the work since the savepoint; the transaction goes on. When it is over already this does nothing.
   *
   * @throws {ConnectionLostError} when the connection broke: the whole transaction is gone.
   */
  async rollback(limits: LimitOptions = {}): Promise<void> {
    checkLimitOptions("rollback()", limits);
    if (this.isOpen) await this.#run("rollback", this.#steps.rollback(limits), limits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.rollback();
    } catch (error) {
      requireLost(error);
    }
  }
}

/** A {@linkcode Savepoint} without promises. */
export class SyncSavepoint implements Disposable {
  readonly #steps: SavepointSteps;
  readonly #run: Run<unknown>;

  /** @ignore Made by `beginNested()`. */
  constructor(steps: SavepointSteps, run: Run<unknown> = (_, work) => runBlocking(work)) {
    this.#steps = steps;
    this.#run = run;
  }

  /** False once it, or a savepoint or the transaction around it, was committed or rolled back. */
  get isOpen(): boolean {
    return this.#steps.isOpen;
  }

  /**
   * Keeps the work as a part of the transaction around it.
   *
   * @throws {TransactionStateError} when it is over.
   * @throws {ConnectionLostError} with the whole transaction.
   */
  commit(limits: SyncLimitOptions = {}): void {
    checkSyncLimitOptions("commit()", limits);
    requireOpen(this);
    this.#run("commit", this.#steps.commit(limits), limits);
  }

  /**
   * Undoes the work since the savepoint; the transaction goes on. When it is over already this does nothing.
   *
   * @throws {ConnectionLostError} when the connection broke: the whole transaction is gone.
   */
  rollback(limits: SyncLimitOptions = {}): void {
    checkSyncLimitOptions("rollback()", limits);
    if (this.isOpen) this.#run("rollback", this.#steps.rollback(limits), limits);
  }

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

/** A lost connection would hide the error that left the block, and the next call on the connection says it too. */
function requireLost(error: unknown): void {
  if (!(error instanceof ConnectionLostError)) throw error;
}
