/** A statement under an AbortSignal: when to ask the server to cancel it, and how often. @module */
import { StatementCancelledError } from "../errors.ts";
import { settledWithin } from "./settled_within.ts";

/** Milliseconds until a request to cancel is repeated for the first time; then twice as long, and so on. */
const FIRST_PAUSE = 50;

/**
 * Waits for the answer to a statement; when the signal is aborted before, has the statement cancelled.
 *
 * @param before the answer to the statement sent before: a request to cancel hits whatever the server runs then.
 * @param request asks the server to cancel what the connection runs now.
 * @throws the signal's reason when the statement was cancelled, else what the statement failed with.
 */
export async function cancelOnAbort<T>(
  answer: Promise<T>,
  before: Promise<unknown>,
  signal: AbortSignal,
  request: () => Promise<void>,
): Promise<T> {
  let answered = false;
  let cancelling: Promise<void> | undefined;
  const cancel = async () => {
    await before.catch(() => {});
    // a request that arrives between two statements is lost: ask again until there is an answer
    for (let pause = FIRST_PAUSE; !answered; pause *= 2) {
      await request().catch(() => {});
      await settledWithin(answer, pause);
    }
  };
  const abort = () => void (cancelling = cancel());
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await answer;
  } catch (error) {
    throw signal.aborted && error instanceof StatementCancelledError ? signal.reason : error;
  } finally {
    answered = true;
    signal.removeEventListener("abort", abort);
    await cancelling;
  }
}
