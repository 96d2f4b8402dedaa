/** Savepoints: a part of a transaction that can be undone on its own. @module */
import { ConnectionLostError, TransactionStateError } from "./errors.ts";

/** A savepoint: `commit()` keeps its work in the transaction, `rollback()` undoes it; so does leaving its block. */
export class Savepoint implements AsyncDisposable {
  #open = true;
  readonly #transactionLasts: () => boolean;
  readonly #release: () => Promise<unknown>;
  readonly #undo: () => Promise<unknown>;

  /** @param transactionLasts whether the transaction in which it was set still goes on. */
  constructor(transactionLasts: () => boolean, release: () => Promise<unknown>, undo: () => Promise<unknown>) {
    this.#transactionLasts = transactionLasts;
    this.#release = release;
    this.#undo = undo;
  }

  /**
   * Keeps the work as a part of the transaction around it.
   *
   * @throws {TransactionStateError} when either is over. @throws {ConnectionLostError} with the whole transaction.
   */
  async commit(): Promise<void> {
    if (!this.#open || !this.#transactionLasts()) {
      throw new TransactionStateError("This savepoint is over: it, or its transaction, was committed or rolled back.");
    }
    await this.#release();
    this.#open = false;
  }

  /**
   * Undoes the work since the savepoint; the transaction goes on. When either is over already it does nothing.
   *
   * @throws {ConnectionLostError} when the connection broke: the whole transaction is gone.
   */
  async rollback(): Promise<void> {
    if (!this.#open || !this.#transactionLasts()) return;
    this.#open = false;
    await this.#undo();
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
