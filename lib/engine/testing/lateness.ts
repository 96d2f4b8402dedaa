/** By how much a call may miss its limit. @module */

/** Milliseconds that are promised: a request to cancel is given 200 of them. */
const PROMISED = 250;
/** Milliseconds more, for a machine that does other things too. Without its limit a call would wait for ever. */
const BUSY_MACHINE = 2_500;

/** Milliseconds behind the limit by which a call has come back. */
export const LATENESS = PROMISED + BUSY_MACHINE;
