/** The errors of models and tables. @module */
import { EngineError } from "../engine/errors.ts";

/** A model was declared in a way that cannot work. */
export class InvalidModelError extends EngineError {
  constructor(table: string, problem: string) {
    super(`The model of table "${table}" cannot be used: ${problem}.`);
  }
}
