/**
 * The request to cancel what a connection does: a connection of its own, encrypted as the first one is.
 *
 * @module
 */
import { fromC } from "./c_strings.ts";
import { opening } from "./opening.ts";
import type { Libpq } from "./symbols.ts";
import type { Work } from "./waiting.ts";

/**
 * Asks the server to cancel what a connection does now. Is done when the server has taken the request.
 *
 * @param until when to give up, as `performance.now()`.
 * @throws {TimeIsUp}
 */
export function* cancelling(pq: Libpq, connection: Deno.PointerValue, until: number): Work<void> {
  const request = pq.PQcancelCreate!(connection);
  try {
    const isTaken = pq.PQcancelStart!(request) === 1 &&
      (yield* opening(() => pq.PQcancelPoll!(request), () => pq.PQcancelSocket!(request), until));
    if (!isTaken) throw new Error(fromC(pq.PQcancelErrorMessage!(request)).trim());
  } finally {
    pq.PQcancelFinish!(request);
  }
}

/** As `cancelling()`, for libpq before 17, which waits for the server without a limit: on a thread, unencrypted. */
export async function cancelOnThread(pq: Libpq, connection: Deno.PointerValue): Promise<void> {
  const request = pq.PQgetCancel(connection);
  const problem = new Uint8Array(256);
  try {
    const isSent = await pq.PQcancelOnThread(request, problem, problem.length) === 1;
    if (!isSent) throw new Error(fromC(Deno.UnsafePointer.of(problem)));
  } finally {
    pq.PQfreeCancel(request);
  }
}
