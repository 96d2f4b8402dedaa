/** The errors of models and tables. @module */
import { EngineError } from "../base/error.ts";

/** A model was declared, or is asked for something, in a way that cannot work. */
export class InvalidModelError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_MODEL";

  constructor(table: string, problem: string) {
    super(`Model of table "${table}": ${problem}.`);
  }
}
