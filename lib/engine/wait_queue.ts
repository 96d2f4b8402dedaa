/**
 * The queue of a pool.
 *
 * @module
 */
import type { PooledConnection } from "./pooled_connection.ts";

/** A caller waiting for a connection. */
export interface Waiter extends PromiseWithResolvers<PooledConnection> {
  /** Order of arrival. */
  readonly ticket: number;
  /** Returns the milliseconds the caller has left, if the driver blocks the thread. */
  readonly timeLeft: (() => number | undefined) | undefined;
}

/** Callers in order of arrival, first come, first served. */
export class WaitQueue {
  readonly #waiters: Waiter[] = [];

  /** Number of callers in the queue. */
  get length(): number {
    return this.#waiters.length;
  }

  /**
   * Adds a caller: at the end, or, if it was given an unusable connection before, ahead of those that arrived later.
   *
   * @param ticket order of arrival.
   */
  add(ticket: number, timeLeft: Waiter["timeLeft"]): Waiter {
    const waiter: Waiter = { ...Promise.withResolvers<PooledConnection>(), ticket, timeLeft };
    this.#waiters.splice(this.#waiters.findLastIndex((other) => other.ticket < ticket) + 1, 0, waiter);
    return waiter;
  }

  /** Returns the number of callers ahead; -1 if the caller is no longer in the queue. */
  position(waiter: Waiter): number {
    return this.#waiters.indexOf(waiter);
  }

  /** Returns the caller with this many others ahead. */
  at(position: number): Waiter {
    return this.#waiters[position];
  }

  /** Removes and returns the first caller. */
  shift(): Waiter | undefined {
    return this.#waiters.shift();
  }

  /** Removes a caller and rejects its wait. */
  reject(waiter: Waiter, error: unknown): void {
    const position = this.position(waiter);
    if (position !== -1) this.#waiters.splice(position, 1);
    waiter.reject(error);
  }

  /**
   * Empties the queue and rejects each wait.
   *
   * @param createError creates the error for each caller.
   */
  rejectAll(createError: () => Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(createError());
  }
}
