/** TCP keep-alive: how soon a connection on which nothing arrives any more is found to be dead, though nobody uses it. @module */

/** Seconds of silence until the system asks the peer for a sign of life. Its own value is two hours. */
export const IDLE_SECONDS = 30;
/** Seconds until it asks again, and how often before it gives the connection up. */
export const INTERVAL_SECONDS = 10;
export const PROBES = 3;
