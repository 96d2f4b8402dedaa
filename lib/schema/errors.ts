/**
 * Errors of models and tables.
 *
 * @module
 */
import { EngineError } from "../base/error.ts";

/** The declaration of a model is invalid, or a name is not part of it. */
export class InvalidModelError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_MODEL";

  /** @ignore */
  constructor(table: string, problem: string) {
    super(`Model of table "${table}": ${problem}.`);
  }
}
