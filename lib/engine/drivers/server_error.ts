/**
 * Converts errors reported by the server to error classes.
 *
 * @module
 */
import {
  CheckViolationError,
  ConnectionLostError,
  DatabaseError,
  DeadlockError,
  FailedTransactionError,
  ForeignKeyViolationError,
  IntegrityError,
  LockTimeoutError,
  NotNullViolationError,
  SerializationError,
  type ServerErrorFields,
  StaleStatementError,
  StatementCancelledError,
  StatementTimeoutError,
  UniqueViolationError,
} from "../errors.ts";
import { type EngineError } from "../../base/error.ts";
import { isStatementTimeout } from "./timeout_texts.ts";

const BY_SQLSTATE: Record<string, typeof DatabaseError> = {
  "23001": ForeignKeyViolationError,
  "23502": NotNullViolationError,
  "23503": ForeignKeyViolationError,
  "23505": UniqueViolationError,
  "23514": CheckViolationError,
  "25P02": FailedTransactionError,
  "40001": SerializationError,
  "40P01": DeadlockError,
  "55P03": LockTimeoutError,
};

/** SQLSTATEs after which the server closes the connection. */
const CONNECTION_ENDS = new Set(["57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04"]);

/**
 * True if a prepared statement is stale or missing, or has a parameter of a dropped type. The SQLSTATEs alone are too
 * broad: the server's routine identifies the first two cases, an internal error, which is never translated, the third.
 */
function isStale({ sqlstate, message, routine = "" }: ServerErrorFields): boolean {
  if (sqlstate === "XX000") return message.startsWith("cache lookup failed for type ");
  return routine === "RevalidateCachedQuery" || routine === "FetchPreparedStatement";
}

/** Hint for a prepared statement that is missing. */
const GONE = "Behind a transaction pooler such as PgBouncer, create the engine with prepare: false.";

/**
 * Creates the error for fields that the server reported.
 *
 * @param fields the fields of the server's message.
 * @param sql the statement that failed, without parameters.
 */
export function databaseError(fields: ServerErrorFields, sql?: string, options?: ErrorOptions): EngineError {
  const { sqlstate, message, hint } = fields;
  if (isStale(fields) && sqlstate === "26000") {
    return new StaleStatementError({ ...fields, hint: hint ?? GONE }, sql, options);
  }
  if (CONNECTION_ENDS.has(sqlstate)) return new ConnectionLostError(`${message}, SQLSTATE ${sqlstate}`, sql, options);
  return new (classFor(fields))(fields, sql, options);
}

function classFor(fields: ServerErrorFields): typeof DatabaseError {
  const { sqlstate, message } = fields;
  if (isStale(fields)) return StaleStatementError;
  if (sqlstate === "57014") return isStatementTimeout(message) ? StatementTimeoutError : StatementCancelledError;
  return BY_SQLSTATE[sqlstate] ?? (sqlstate.startsWith("23") ? IntegrityError : DatabaseError);
}
