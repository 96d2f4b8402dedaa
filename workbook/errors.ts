/**
 * The errors of the tools: each message is a sentence for the person at the keyboard, so none is shown with a stack.
 *
 * @module
 */

/** Something on this machine is missing or in the way; the message says what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** A command was called with an option or an argument that it does not know. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The person at the keyboard stopped the command (Ctrl-C). */
export class StoppedError extends Error {
  override name = "StoppedError";
}
