/**
 * Errors of values that cannot be sent or read.
 *
 * @module
 */
import { EngineError } from "../base/error.ts";
import { shorten } from "../base/text.ts";

/** A parameter, or the text of a statement, cannot be sent to PostgreSQL; nothing was sent. */
export class EncodingError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNENCODABLE_VALUE";

  /**
   * @param position of the parameter at fault, from 1;
   * @param what is at fault otherwise.
   */
  constructor(problem: string, readonly position?: number, readonly sql?: string, what = "A value") {
    super(
      `${position === undefined ? what : `Parameter $${position}`} cannot be sent to PostgreSQL: ${problem}.${
        sql ? `\nSQL: ${shorten(sql, 300)}` : ""
      }`,
    );
  }
}

/** A value came in a form that can be read in several ways, because of a setting of the role or the session. */
export class UnreadableValueError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNREADABLE_VALUE";

  /** @param setting of the server that the form depends on. */
  constructor(text: string, problem: string, readonly setting: "DateStyle" | "IntervalStyle") {
    const plain = setting === "DateStyle" ? "ISO" : "postgres";
    super(
      `Cannot read "${shorten(text, 60)}": ${problem}. Give the role the usual form: ` +
        `ALTER ROLE … SET ${setting} = ${plain}; or, in a session that has chosen another: SET ${setting} = ${plain}.`,
    );
  }
}
