/** Savepoints: a part of a transaction that can be undone on its own. @module */
import type { LimitOptions } from "./limit.ts";
import { checkLimitOptions } from "./options.ts";
import { ConnectionLostError, TransactionStateError } from "./errors.ts";

/** A savepoint: `commit()` keeps its work in the transaction, `rollback()` undoes it; so does leaving its block. */
export class Savepoint implements AsyncDisposable {
  readonly #isOpen: () => boolean;
  readonly #release: (limits: LimitOptions) => Promise<unknown>;
  readonly #undo: (limits: LimitOptions) => Promise<unknown>;

  /** Made by `beginNested()`. */
  constructor(
    isOpen: () => boolean,
    release: (limits: LimitOptions) => Promise<unknown>,
    undo: (limits: LimitOptions) => Promise<unknown>,
  ) {
    this.#isOpen = isOpen;
    this.#release = release;
    this.#undo = undo;
  }

  /** False once it, or a savepoint or the transaction around it, was committed or rolled back. */
  get isOpen(): boolean {
    return this.#isOpen();
  }

  /**
   * Keeps the work as a part of the transaction around it.
   *
   * @throws {TransactionStateError} when it is over. @throws {ConnectionLostError} with the whole transaction.
   */
  async commit(limits: LimitOptions = {}): Promise<void> {
    checkLimitOptions("commit()", limits);
    if (!this.isOpen) {
      throw new TransactionStateError(
        "This savepoint is over: it, or what is around it, was committed or rolled back.",
      );
    }
    await this.#release(limits);
  }

  /**
   * Undoes the work since the savepoint; the transaction goes on. When it is over already this does nothing.
   *
   * @throws {ConnectionLostError} when the connection broke: the whole transaction is gone.
   */
  async rollback(limits: LimitOptions = {}): Promise<void> {
    checkLimitOptions("rollback()", limits);
    if (this.isOpen) await this.#undo(limits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.rollback();
    } catch (error) {
      // it would hide the error that left the block, and whatever is done next on the connection says it too
      if (!(error instanceof ConnectionLostError)) throw error;
    }
  }
}
