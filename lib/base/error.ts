/** The base of every error. @module */

/** Frames of a stack: V8's own 10 end inside this library, or in Kysely, before they get to the caller's line. */
const DEEP_STACK = 50;

/** Base of every error this library throws on purpose. */
export abstract class EngineError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    const usual = Error.stackTraceLimit;
    Error.stackTraceLimit = Math.max(usual, DEEP_STACK);
    super(message, options);
    Error.stackTraceLimit = usual;
  }

  override get name(): string {
    return this.constructor.name;
  }
}
