/** The errors of models and sessions. @module */
import { EngineError } from "../engine/errors.ts";

/** A model was declared in a way that cannot work. */
export class InvalidModelError extends EngineError {
  constructor(table: string, problem: string) {
    super(`The model of table "${table}" cannot be used: ${problem}.`);
  }
}

/** A flush failed; the session refuses further work until `rollback()`. */
export class PendingRollbackError extends EngineError {
  constructor(cause: Error) {
    super(
      `An earlier flush failed (${cause.message.split("\n")[0]}), so nothing of this transaction can be kept. ` +
        "Call session.rollback() and begin again.",
      { cause },
    );
  }
}

/** The session was used after `close()`. */
export class SessionClosedError extends EngineError {
  constructor() {
    super("This session was closed. Make a new one with the session maker.");
  }
}

/** An UPDATE met no row: it was deleted, or its key changed, since the object was loaded. */
export class StaleDataError extends EngineError {
  constructor(table: string) {
    super(`A changed object has no row in "${table}" any more: someone deleted it since it was loaded.`);
  }
}
