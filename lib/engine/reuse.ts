/**
 * Statements sent to a connection between two holders.
 *
 * @module
 */
import type { Statement } from "./driver.ts";

/** Tests whether a connection is alive. */
export const PING: Statement = { sql: "SELECT 1", parameters: [], waitsForNobody: true };

/**
 * Resets the session as DISCARD ALL does, except for the prepared statements, which the driver keeps using. Settings
 * return to their values at the start of the session (https://www.postgresql.org/docs/current/sql-discard.html).
 */
export const DISCARD_STATE = [
  "CLOSE ALL",
  "SET SESSION AUTHORIZATION DEFAULT", // resets the role as well
  "RESET ALL",
  "UNLISTEN *",
  "SELECT pg_advisory_unlock_all()",
  "DISCARD PLANS",
  "DISCARD TEMP",
  "DISCARD SEQUENCES",
].join("; ");

/** Logs a failed reset: the holder that returned the connection is not at fault, and nobody else would learn of it. */
export function complainOfReset(error: unknown): void {
  console.error("resetOnReturn failed, and its connection is closed:", error);
}
