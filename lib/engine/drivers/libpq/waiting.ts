/**
 * Work that waits for the server, and the two ways to wait. What a connection does is written once, as a generator that
 * yields each wait: whoever runs it blocks the thread meanwhile, or lets another thread wait.
 *
 * @module
 */
import type { SocketPoll } from "./socket_poll.ts";

/** What is waited for at a socket, and how long. */
export interface Wait {
  readonly socket: number;
  /** For bytes to read. */
  readonly forRead: boolean;
  /** For room to send. */
  readonly forWrite: boolean;
  /** When it is over, as `performance.now()`; it may be over earlier, then nothing is ready. */
  readonly until: number;
}

/** Work that waits: yields the waits, is told whether the socket is ready, returns what came of it. */
export type Work<T> = Generator<Wait, T, boolean>;

/** The time is over that work was given. */
export class TimeIsUp extends Error {
  override message = "no answer in time";
}

/** Runs work; the thread waits with it, and nothing else runs on it. */
export function runBlocking<T>(poll: SocketPoll, work: Work<T>): T {
  let step = work.next();
  while (!step.done) step = work.next(poll.here(step.value, left(step.value)));
  return step.value;
}

/** The milliseconds that a wait may take. */
function left({ until }: Wait): number {
  return until === Infinity ? Infinity : until - performance.now();
}

/**
 * Milliseconds for which a thread waits at once. Deno has 32 of them for everything: where more connections wait, each
 * gets its turn. And a thread is free again that soon after a connection was dropped.
 */
const SLICE = 100;

/** The waits of one connection on threads of Deno's pool; ours goes on. Nothing but the wait happens there. */
export class Threads {
  readonly #poll: SocketPoll;
  #wake: (() => void) | undefined;
  /** Resolves when no thread waits any more. */
  free: Promise<unknown> = Promise.resolve();

  constructor(poll: SocketPoll) {
    this.#poll = poll;
  }

  /**
   * Runs work, one at a time.
   *
   * @param signal when it is aborted, the work is thrown its reason as soon as no thread waits: at its next wait.
   */
  async run<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
    let step = work.next();
    while (!step.done) {
      const isReady = this.#poll.here(step.value, 0) || await this.#wait(step.value);
      step = signal?.aborted ? work.throw(signal.reason) : work.next(isReady);
    }
    return step.value;
  }

  /** Ends the wait under way: the work goes on, and the thread is left alone. */
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
