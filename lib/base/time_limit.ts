/**
 * A limit for what may never end by itself.
 *
 * @module
 */

import { unlessAborted } from "./within.ts";

/** Gives up what is under way, after a time or when it is told to. It ends with its block, or with `clear()`. */
export class TimeLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #outer: AbortSignal | undefined;
  readonly #giveUp = () => this.abort(this.#outer?.reason);

  /**
   * @param milliseconds 0 for no limit.
   * @param problem what the error says then.
   * @param outer when this is aborted, so is the limit, for the same reason.
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

  /** The promise, or the error of the limit when that comes first. */
  hold<T>(promise: Promise<T>): Promise<T> {
    return unlessAborted(promise, this.signal);
  }

  /** Gives up now. */
  abort(reason: Error): void {
    this.clear();
    this.#controller.abort(reason);
  }

  /** It is over in time: takes the timer away. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#giveUp);
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
