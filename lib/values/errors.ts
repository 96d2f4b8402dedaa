/**
 * Errors of encoding and decoding values.
 *
 * @module
 */
import { EngineError } from "../base/error.ts";
import { shorten } from "../base/text.ts";

/** A parameter, or the SQL text, cannot be sent to PostgreSQL; nothing was sent. */
export class EncodingError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNENCODABLE_VALUE";

  /**
   * @ignore
   * @param position of the invalid parameter, counted from 1.
   * @param what is invalid, if not a parameter.
   */
  constructor(problem: string, readonly position?: number, readonly sql?: string, what = "A value") {
    super(
      `${position === undefined ? what : `Parameter $${position}`} cannot be sent to PostgreSQL: ${problem}.${
        sql ? `\nSQL: ${shorten(sql, 300)}` : ""
      }`,
    );
  }
}

/** A value arrived in an ambiguous format, caused by a setting of the role or the session. */
export class UnreadableValueError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNREADABLE_VALUE";

  /**
   * @ignore
   * @param setting the server setting that determines the format.
   */
  constructor(text: string, problem: string, readonly setting: "DateStyle" | "IntervalStyle") {
    const plain = setting === "DateStyle" ? "ISO" : "postgres";
    super(
      `Cannot read "${shorten(text, 60)}": ${problem}. Restore the default format for the role: ` +
        `ALTER ROLE … SET ${setting} = ${plain}; or, if the session changed it: SET ${setting} = ${plain}.`,
    );
  }
}
