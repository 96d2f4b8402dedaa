/**
 * The transaction as ReadyForQuery tells of it, the server's word and not a guess from SQL text.
 *
 * @module
 */
import type { TransactionStatus } from "../driver.ts";

/** @param letter of ReadyForQuery: `I`, `T` or `E`; before the first one there is no transaction. */
export function transactionStatus(letter: string | null): TransactionStatus {
  return letter === "T" ? "in transaction" : letter === "E" ? "failed" : "idle";
}
