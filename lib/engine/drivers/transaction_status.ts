/**
 * The transaction status in ReadyForQuery: reported by the server, not inferred from SQL.
 *
 * @module
 */
import type { TransactionStatus } from "../driver.ts";

/**
 * Converts the status indicator of ReadyForQuery.
 *
 * @param letter `I`, `T` or `E`; `null` before the first ReadyForQuery.
 */
export function transactionStatus(letter: string | null): TransactionStatus {
  return letter === "T" ? "in transaction" : letter === "E" ? "failed" : "idle";
}
