/**
 * Errors of the tools: each message is addressed to the user, so none is shown with a stack trace.
 *
 * @module
 */

/** A requirement on this machine is missing or blocked; the message says what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** A command was called with an invalid option or argument. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The user interrupted the command (Ctrl-C). */
export class StoppedError extends Error {
  override name = "StoppedError";
}
