/**
 * Errors of models and tables.
 *
 * @module
 */
import { EngineError } from "../base/error.ts";

/** A column type is one that the library defines itself. */
export class InvalidColumnTypeError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_COLUMN_TYPE";

  /** @ignore */
  constructor(type: string, instead: string) {
    super(`columnType() cannot define ${type} again: the library reads its values itself. Use ${instead}().`);
  }
}

/** The declaration of a model is invalid, or a name is not part of it. */
export class InvalidModelError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_MODEL";

  /** @ignore */
  constructor(table: string, problem: string) {
    super(`Model of table "${table}": ${problem}.`);
  }
}

/** The server lacks something that models contain: its version is too old. Nothing was changed. */
export class UnsupportedByServerError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNSUPPORTED_BY_SERVER";

  /**
   * Creates the error.
   *
   * @param version version of the server, such as `14.23`
   * @param problems a clause for each object that it cannot have
   */
  constructor(version: string, problems: readonly string[]) {
    super(
      `The server, PostgreSQL ${version}, cannot have these models: ${problems.join("; ")}. Nothing was changed. ` +
        "Upgrade the server, or change the models.",
    );
  }
}
