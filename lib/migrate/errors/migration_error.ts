/**
 * The base class of the errors of migrations.
 *
 * @module
 */
import { EngineError } from "../../base/error.ts";

/** Base class of all errors thrown by migrations. */
export abstract class MigrationError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MIGRATION_ERROR";
}
