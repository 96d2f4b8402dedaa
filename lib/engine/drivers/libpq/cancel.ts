/**
 * Cancel requests: a separate connection, encrypted like the one to cancel.
 *
 * @module
 */
import { fromC } from "./c_strings.ts";
import { opening } from "./opening.ts";
import type { Libpq } from "./symbols.ts";
import type { Work } from "./waiting.ts";

/**
 * Requests cancellation of the statement that a connection runs. Completes when the server has accepted the request.
 *
 * @param until the time at which to give up, as `performance.now()`.
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

/** Like `cancelling()`, for libpq before 17, which waits without a limit: on another thread, unencrypted. */
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
