/**
 * What is sent between two users of a connection, and said where it fails.
 *
 * @module
 */
import type { Statement } from "./driver.ts";

/** Whether a connection still lives. */
export const PING: Statement = { sql: "SELECT 1", parameters: [], waitsForNobody: true };

/**
 * Removes what a session may have left, as DISCARD ALL does, except for the prepared statements, which the driver goes on to
 * use. Settings return to the values that the session began with (https://www.postgresql.org/docs/current/sql-discard.html).
 */
export const DISCARD_STATE = [
  "CLOSE ALL",
  "SET SESSION AUTHORIZATION DEFAULT", // and with it the role
  "RESET ALL",
  "UNLISTEN *",
  "SELECT pg_advisory_unlock_all()",
  "DISCARD PLANS",
  "DISCARD TEMP",
  "DISCARD SEQUENCES",
].join("; ");

/** Tells of a reset that failed: who gave the connection back is not to blame, and nobody else would hear of it. */
export function complainOfReset(error: unknown): void {
  console.error("resetOnReturn failed, and its connection is closed:", error);
}
