/** DISCARD ALL without the prepared statements, of which the driver believes that they are there. @module */

/**
 * What a session may have left on its connection; settings return to what they were when it was opened
 * (https://www.postgresql.org/docs/current/sql-discard.html).
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
