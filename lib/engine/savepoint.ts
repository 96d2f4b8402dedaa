/** Savepoints: a part of a transaction that can be undone on its own. @module */
import { TransactionStateError } from "./errors.ts";

/** A savepoint: `commit()` keeps its work in the transaction, `rollback()` undoes it; so does leaving its block. */
export class Savepoint implements AsyncDisposable {
  #open = true;
  readonly #transactionLasts: () => boolean;
  readonly #release: () => Promise<void>;
  readonly #undo: () => Promise<void>;

  /** @param transactionLasts whether the transaction in which it was set still goes on. */
  constructor(transactionLasts: () => boolean, release: () => Promise<void>, undo: () => Promise<void>) {
    this.#transactionLasts = transactionLasts;
    this.#release = release;
    this.#undo = undo;
  }

  /** Keeps the work as a part of the transaction around it. @throws {TransactionStateError} when either is over. */
  async commit(): Promise<void> {
    if (!this.#open || !this.#transactionLasts()) {
      throw new TransactionStateError("This savepoint is over: it, or its transaction, was committed or rolled back.");
    }
    this.#open = false;
    await this.#release();
  }

  /** Undoes the work since the savepoint; the transaction goes on. When either is over already it does nothing. */
  async rollback(): Promise<void> {
    if (!this.#open || !this.#transactionLasts()) return;
    this.#open = false;
    await this.#undo();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }
}
