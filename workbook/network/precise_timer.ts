/**
 * A timer that is right to about 0.3 ms. `setTimeout` takes whole milliseconds and comes about one later, which is too
 * coarse for a network delay of 1 ms or for requests sent at a fixed rate.
 *
 * @module
 */
import { Worker } from "node:worker_threads";

/** Calls a function at given times. A thread of its own does the waiting, so that this one is free. */
export class PreciseTimer implements AsyncDisposable {
  readonly #thread = new Worker(new URL("./precise_timer_thread.ts", import.meta.url));

  /** @param onDue is called once for each `at()`, in their order. */
  constructor(onDue: () => void) {
    this.#thread.on("message", onDue);
  }

  /**
   * Asks for one call.
   *
   * @param due when, in milliseconds of `performance.now()`; at once if that is over. Not before the time of the `at()`
   * before: the thread waits for one after the other.
   */
  at(due: number): void {
    this.#thread.postMessage(performance.timeOrigin + due); // the thread's own clock begins at another moment
  }

  /** Stops; calls that are still due do not come. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
