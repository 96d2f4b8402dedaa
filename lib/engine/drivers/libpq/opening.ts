/**
 * What libpq opens step by step, a connection or a request to cancel.
 *
 * @module
 */
import { Polling } from "./symbols.ts";
import { TimeIsUp, type Work } from "./waiting.ts";

/**
 * Lets libpq go on as often as the socket is ready.
 *
 * @param step goes on, and tells what to wait for;
 * @param socket the one to wait at, which may be another each time.
 * @param until when to give up, as `performance.now()`.
 * @returns whether it is open.
 * @throws {TimeIsUp}
 */
export function* opening(step: () => number, socket: () => number, until: number): Work<boolean> {
  let state = Polling.WRITING;
  while (state !== Polling.OK && state !== Polling.FAILED) {
    const forRead = state === Polling.READING;
    const isReady = yield { socket: socket(), forRead, forWrite: !forRead, until };
    if (performance.now() >= until) throw new TimeIsUp(); // also when rubbish keeps it ready
    if (isReady) state = step();
  }
  return state === Polling.OK;
}
