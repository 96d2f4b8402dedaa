/**
 * A timer accurate to about 0.3 ms. `setTimeout` takes whole milliseconds and fires about one late, which is too coarse
 * for a network delay of 1 ms or for requests at a fixed rate.
 *
 * @module
 */
import { Worker } from "node:worker_threads";

/** Calls a function at given times. A separate thread waits, so that this one stays free. */
export class PreciseTimer implements AsyncDisposable {
  readonly #thread = new Worker(new URL("./precise_timer_thread.ts", import.meta.url));

  /** @param onDue called once for each `at()`, in order. */
  constructor(onDue: () => void) {
    this.#thread.on("message", onDue);
  }

  /**
   * Schedules one call.
   * @param due time in milliseconds of `performance.now()`; immediately if in the past. Must not precede the time of
   * the previous `at()`: the thread waits for one after the other.
   */
  at(due: number): void {
    this.#thread.postMessage(performance.timeOrigin + due); // the thread's clock has another origin
  }

  /** Stops the timer; pending calls are dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
