/** A limit for what may never end by itself. @module */

import { unlessAborted } from "../../base/within.ts";

/** Gives up what is under way, after a time or when it is told to. */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param milliseconds 0 for no limit. @param problem what the error says then. */
  constructor(milliseconds: number, problem: string) {
    this.#timer = milliseconds > 0 ? setTimeout(() => this.abort(new Error(problem)), milliseconds) : undefined;
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
  }
}
