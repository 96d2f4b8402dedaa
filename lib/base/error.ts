/**
 * The base class of every error.
 *
 * @module
 */

/** Stack frames to record: V8's default of 10 ends inside this library, or in Kysely, before the caller's line. */
const DEEP_STACK = 50;

/** Base class of every error that this library throws on purpose. */
export abstract class EngineError extends Error {
  /** Stable code of the class, listed with its cure in `lib/ERRORS.md`. */
  static readonly code: string = "ENGINE_ERROR";

  /** @ignore */
  constructor(message?: string, options?: ErrorOptions) {
    const usual = Error.stackTraceLimit;
    Error.stackTraceLimit = Math.max(usual, DEEP_STACK);
    super(message, options);
    Error.stackTraceLimit = usual;
  }

  /** Name of the error's class. */
  override get name(): string {
    return this.constructor.name;
  }

  /** Stable code of the error, such as `POOL_TIMEOUT`: the same in every release, and in a minified bundle. */
  get code(): string {
    return (this.constructor as typeof EngineError).code;
  }
}
