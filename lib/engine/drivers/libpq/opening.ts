/**
 * Opens a connection, or a cancel request, step by step.
 *
 * @module
 */
import { Polling } from "./symbols.ts";
import { TimeIsUp, type Work } from "./waiting.ts";

/**
 * Polls libpq each time the socket is ready.
 *
 * @param step continues, and returns what to wait for.
 * @param socket returns the socket to wait for, which may change with each step.
 * @param until the time at which to give up, as `performance.now()`.
 * @returns true if it is open.
 * @throws {TimeIsUp}
 */
export function* opening(step: () => number, socket: () => number, until: number): Work<boolean> {
  let state = Polling.WRITING;
  while (state !== Polling.OK && state !== Polling.FAILED) {
    const forRead = state === Polling.READING;
    const isReady = yield { socket: socket(), forRead, forWrite: !forRead, until };
    if (performance.now() >= until) throw new TimeIsUp(); // even while invalid data keeps the socket ready
    if (isReady) state = step();
  }
  return state === Polling.OK;
}
