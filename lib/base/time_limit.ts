/**
 * A time limit for an operation that may never finish.
 *
 * @module
 */

import { unlessAborted } from "./within.ts";

/** Aborts an operation after a time, or on demand. Ends with its block, or with `clear()`. */
export class TimeLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #outer: AbortSignal | undefined;
  readonly #giveUp = () => this.abort(this.#outer?.reason);

  /**
   * @param milliseconds the time to allow; 0 for no limit.
   * @param problem message of the error when the time is over.
   * @param outer aborts this limit too, with the same reason.
   */
  constructor(milliseconds: number, problem: string, outer?: AbortSignal) {
    this.#timer = milliseconds > 0 ? setTimeout(() => this.abort(new Error(problem)), milliseconds) : undefined;
    this.#outer = outer;
    if (outer?.aborted) this.#giveUp();
    else outer?.addEventListener("abort", this.#giveUp);
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Settles as the promise does, or rejects with the error of the limit if that comes first. */
  hold<T>(promise: Promise<T>): Promise<T> {
    return unlessAborted(promise, this.signal);
  }

  /** Aborts immediately. */
  abort(reason: Error): void {
    this.clear();
    this.#controller.abort(reason);
  }

  /** Cancels the timer: the operation finished in time. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#giveUp);
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
