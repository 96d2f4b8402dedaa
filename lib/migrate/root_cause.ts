/** Finds the root cause of an error. @module */
import { FailedTransactionError } from "../engine/errors.ts";

/** Returns the error that aborted the transaction, for a `FailedTransactionError`. */
export function rootCause(error: unknown): unknown {
  return error instanceof FailedTransactionError && error.cause ? rootCause(error.cause) : error;
}
