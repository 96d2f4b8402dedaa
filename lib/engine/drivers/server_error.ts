/**
 * From what the server reports to the error that is thrown.
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
 * A prepared statement is stale or missing, or has a parameter of a type that was dropped. The error codes alone are too
 * broad: the server's function tells the first two, an internal error, which is never translated, the third.
 */
function isStale({ sqlstate, message, routine = "" }: ServerErrorFields): boolean {
  if (sqlstate === "XX000") return message.startsWith("cache lookup failed for type ");
  return routine === "RevalidateCachedQuery" || routine === "FetchPreparedStatement";
}

/** Said of a statement that was prepared and is not there. */
const GONE = "Behind a transaction pooler such as PgBouncer give the engine prepare: false.";

/**
 * Chooses the error class for what the server reported.
 *
 * @param fields what the server sent;
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
