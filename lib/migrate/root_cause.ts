/** What lies behind an error. @module */
import { FailedTransactionError } from "../engine/errors.ts";

/** Of "the transaction has failed already" the error that made it fail. */
export function rootCause(error: unknown): unknown {
  return error instanceof FailedTransactionError && error.cause ? rootCause(error.cause) : error;
}
