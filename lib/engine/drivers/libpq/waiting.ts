/**
 * Work that waits for the server, and two ways to wait. The operations of a connection are written once, as generators
 * that yield each wait: the runner blocks the thread meanwhile, or has another thread wait.
 *
 * @module
 */
import type { SocketPoll } from "./socket_poll.ts";

/** A wait for a socket. */
export interface Wait {
  readonly socket: number;
  /** For bytes to read. */
  readonly forRead: boolean;
  /** For room to send. */
  readonly forWrite: boolean;
  /** End of the wait, as `performance.now()`; it may end earlier, with nothing ready. */
  readonly until: number;
}

/** Work that yields waits, receives whether the socket is ready, and returns a result. */
export type Work<T> = Generator<Wait, T, boolean>;

/** The time allowed for the work is over. */
export class TimeIsUp extends Error {
  override message = "no answer in time";
}

/** Runs work and blocks the thread during each wait. */
export function runBlocking<T>(poll: SocketPoll, work: Work<T>): T {
  let step = work.next();
  while (!step.done) step = work.next(poll.here(step.value, left(step.value)));
  return step.value;
}

/** Returns the remaining milliseconds of a wait. */
function left({ until }: Wait): number {
  return until === Infinity ? Infinity : until - performance.now();
}

/**
 * Milliseconds that a thread waits at a time. Deno has 32 threads for everything: with more waiting connections, each
 * gets its turn. This also bounds how long a thread stays occupied after a connection was dropped.
 */
const SLICE = 100;

/** Runs the waits of one connection on threads of Deno's pool. Only the wait itself happens there. */
export class Threads {
  readonly #poll: SocketPoll;
  #wake: (() => void) | undefined;
  /** Resolves when no thread is waiting. */
  free: Promise<unknown> = Promise.resolve();

  constructor(poll: SocketPoll) {
    this.#poll = poll;
  }

  /**
   * Runs work, one at a time.
   *
   * @param signal when it is aborted, its reason is thrown into the work at its next wait.
   */
  async run<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
    let step = work.next();
    while (!step.done) {
      const isReady = this.#poll.here(step.value, 0) || await this.#wait(step.value);
      step = signal?.aborted ? work.throw(signal.reason) : work.next(isReady);
    }
    return step.value;
  }

  /** Ends the current wait: the work continues, and the thread finishes by itself. */
  wake(): void {
    this.#wake?.();
  }

  #wait(wait: Wait): Promise<boolean> {
    const ready = this.#poll.onThread(wait, Math.min(SLICE, left(wait)));
    this.free = ready;
    return new Promise((resolve) => {
      this.#wake = () => resolve(false);
      void ready.then(resolve);
    });
  }
}
