/**
 * The errors of the engine. Each message says what happened, where, and what to do.
 *
 * An error reported by the server is a {@linkcode DatabaseError} or one of its subclasses, chosen by SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 *
 * @module
 */
import { EngineError } from "../base/error.ts";
import { maskUrl, shorten } from "../base/text.ts";

/** The invalid part of a database URL. */
export type UrlPart = "url" | "dialect" | "driver" | "user" | "password" | "host" | "port" | "database" | "options";

/** A database URL is invalid; `part` names the invalid part. */
export class InvalidUrlError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_URL";

  /** @ignore */
  constructor(readonly part: UrlPart, url: string, problem: string) {
    const what = part === "url" ? "this is not a database URL" : `wrong ${part}`;
    super(`Cannot read the database URL "${maskUrl(url)}": ${what}: ${problem}.`);
  }
}

/** No connection became free in time; the message lists the holders. */
export class PoolTimeoutError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "POOL_TIMEOUT";

  /**
   * @ignore
   * @param opening number of connection attempts in progress.
   */
  constructor(seconds: number, readonly holders: readonly string[], limits: string, opening = 0) {
    const lines = holders.map((line) => `  ${line}`);
    if (opening > 0) lines.push(`  nobody yet: ${opening} being opened, the server has not answered`);
    super(
      `No connection became free within ${seconds} s (${limits}). Held by:\n${lines.join("\n")}\n` +
        "Close connections sooner (await using), or give createEngine a larger poolSize or maxOverflow.",
    );
  }
}

/** The engine was disposed of. */
export class EngineDisposedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ENGINE_DISPOSED";

  constructor() {
    super("This engine was disposed of and opens no more connections. Create a new one with createEngine().");
  }
}

/** A connection was used after it was closed. */
export class ConnectionClosedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONNECTION_CLOSED";

  /** @ignore */
  constructor(what: string) {
    super(`Cannot ${what}: this connection was closed. Take a new one with engine.connect().`);
  }
}

/** The state of the transaction does not allow this call. */
export class TransactionStateError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_STATE";
}

/** A query returned no row where exactly one was required. */
export class NoResultFound extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NO_RESULT";

  constructor() {
    super(
      "No row was found, but exactly one was required. Use oneOrNone(), scalarOneOrNone() or first() if the query may return no row.",
    );
  }
}

/** A query returned several rows where at most one was allowed. */
export class MultipleResultsFound extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MULTIPLE_RESULTS";

  /** @ignore */
  constructor(required: "exactly one" | "at most one") {
    super(`More than one row was found, but ${required} was required. Narrow the query, or use first() or all().`);
  }
}

/** A result that repeats its objects, because a to-many relation was joined, was read without `unique()`. */
export class UniqueRequiredError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNIQUE_REQUIRED";

  constructor() {
    super(
      "This result repeats an object for each row that joinedload() joined to it. Call unique() before reading it, " +
        "or load the relation with selectinload().",
    );
  }
}

/** The fields of an error reported by PostgreSQL, under this library's names. */
export interface ServerErrorFields extends Omit<DatabaseError, "name" | "code" | "stack" | "cause" | "sql"> {
  /** The server's function that reported the error. */
  readonly routine?: string;
}

/** An error reported by the server; `sqlstate` is its five-character code. */
export class DatabaseError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DATABASE_ERROR";

  /** The five-character error code. */
  readonly sqlstate!: string;
  /** Further detail, if the server sends any. */
  readonly detail?: string;
  /** A suggestion of the server. */
  readonly hint?: string;
  /** Schema of the object concerned. */
  readonly schema?: string;
  /** Table concerned. */
  readonly table?: string;
  /** Column concerned. */
  readonly column?: string;
  /** Constraint that was violated. */
  readonly constraint?: string;

  /**
   * @ignore
   * @param sql the statement that failed, without its parameters.
   */
  constructor(fields: ServerErrorFields, readonly sql?: string, options?: ErrorOptions) {
    const lines = [`${fields.message} (SQLSTATE ${fields.sqlstate})`];
    if (fields.detail) lines.push(`Detail: ${fields.detail}`);
    if (fields.hint) lines.push(`Hint: ${fields.hint}`);
    if (sql) lines.push(`SQL: ${shorten(sql, 300)}`);
    super(lines.join("\n"), options);
    const { sqlstate, detail, hint, schema, table, column, constraint } = fields;
    Object.assign(this, { sqlstate, detail, hint, schema, table, column, constraint });
  }
}

/** A constraint was violated (SQLSTATE class 23); `constraint` names it. */
export class IntegrityError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INTEGRITY_VIOLATION";
}
/** A duplicate key value violates a unique constraint (23505). */
export class UniqueViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNIQUE_VIOLATION";
}
/** A foreign key constraint was violated: the referenced row does not exist, or the row is still referenced (23503). */
export class ForeignKeyViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FOREIGN_KEY_VIOLATION";
}
/** A NOT NULL column has no value (23502). */
export class NotNullViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_NULL_VIOLATION";
}
/** A row breaks a CHECK constraint (23514). */
export class CheckViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CHECK_VIOLATION";
}
/** A transaction could not be serialized with concurrent ones (40001): retry the whole transaction. */
export class SerializationError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SERIALIZATION_FAILURE";
}
/** The server resolved a deadlock by aborting this transaction (40P01): retry the whole transaction. */
export class DeadlockError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DEADLOCK";
}
/**
 * A statement was cancelled on the server (57014), for example by pg_cancel_backend(); unless it is a
 * StatementTimeoutError. If the server's language is unknown to this library, the cause may also be `statementTimeout`.
 */
export class StatementCancelledError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STATEMENT_CANCELLED";
}
/** A statement exceeded `statementTimeout` (57014). */
export class StatementTimeoutError extends StatementCancelledError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STATEMENT_TIMEOUT";
}
/** A lock was not available, immediately or within `lock_timeout` (55P03). */
export class LockTimeoutError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "LOCK_TIMEOUT";
}
/** An earlier statement failed: the server rejects statements until `rollback()` (25P02). */
export class FailedTransactionError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FAILED_TRANSACTION";
}

/**
 * A prepared statement no longer matches its tables or types, or does not exist (0A000, XX000, 26000). It is prepared
 * again on its next use: retry the transaction. Outside a transaction the engine retries by itself.
 */
export class StaleStatementError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STALE_STATEMENT";
}

/** Advice for a server without a free connection. */
const FULL = "Its connections are all in use: dispose of engines that you no longer need, give the others a smaller " +
  "poolSize, or raise the server's max_connections.";

/** A connection could not be opened: the server is unreachable, the password wrong, the database missing. */
export class ConnectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONNECT_FAILED";

  /** @ignore */
  constructor(url: string, problem: string, readonly sqlstate?: string, options?: ErrorOptions) {
    const advice = sqlstate === "53300" ? `\n${FULL}` : "";
    super(`Cannot connect to ${url}: ${problem}${advice}`, options);
  }
}

/** COPY between server and client is not supported. The connection remains usable. */
export class CopyNotSupportedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "COPY_NOT_SUPPORTED";

  /** @ignore */
  constructor(readonly sql: string) {
    super(
      "COPY … FROM STDIN and TO STDOUT are not supported: nothing was copied. Other statements of the same text, if any, " +
        "may have been committed. Send rows with INSERT … SELECT FROM unnest(…), read them with stream(), or copy with " +
        `psql.\nSQL: ${shorten(sql, 300)}`,
    );
  }
}

/** A setting of a role that changes values silently; `cure` is the value to set. */
export interface RoleSetting {
  /** Name of the setting. */
  readonly name: string;
  /** Its value for the role. */
  readonly value: string;
  /** The effect of the value, for the message. */
  readonly effect: string;
  /** The value to set instead. */
  readonly cure: string;
}

/** The role has a setting that would change values silently, and a pooler prevents this library from overriding it. */
export class RoleSettingError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ROLE_SETTING";

  /**
   * @ignore
   * @param role the role and its database, in the syntax of ALTER ROLE.
   */
  constructor(url: string, role: string, readonly setting: RoleSetting) {
    const { name, value, effect, cure } = setting;
    super(
      `Cannot use ${url}: for this role ${name} is ${value}, so that ${effect}, and the pooler does not pass on the ` +
        `setting that would correct it. Run ALTER ROLE ${role} SET ${name} = ${cure}; it applies to connections that the ` +
        "pooler opens from then on (PgBouncer: RECONNECT).",
    );
  }
}

/** The connection broke. The server rolls back an open transaction; the pool opens a new connection. */
export class ConnectionLostError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONNECTION_LOST";

  /** @ignore */
  constructor(problem: string, readonly sql?: string, options?: ErrorOptions) {
    const statement = sql ? `\nSQL: ${shorten(sql, 300)}` : "";
    super(
      `The connection to PostgreSQL was lost (${problem}); an open transaction is rolled back.${statement}`,
      options,
    );
  }
}

/** A statement was not answered in time. */
export class AnswerTimeoutError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ANSWER_TIMEOUT";

  /**
   * @ignore
   * @param seconds the time limit.
   * @param outcome `"cancelled"` if the server confirmed the cancellation: the connection remains usable. `"dropped"`
   * if it did not answer: the outcome of the statement is unknown. `"unsent"` if no connection was available in time.
   */
  constructor(
    seconds: number,
    readonly outcome: "cancelled" | "dropped" | "unsent",
    readonly sql?: string,
    options?: ErrorOptions,
  ) {
    const time = Number(seconds.toFixed(3)); // for later statements of a call it is the remainder
    const what = {
      cancelled: `No answer within ${time} s: the statement was cancelled.`,
      dropped: `No answer within ${time} s: the connection was dropped.`,
      unsent: `No connection within ${time} s: nothing was sent.`,
    };
    super(`${what[outcome]}${sql ? `\nSQL: ${shorten(sql, 300)}` : ""}`, options);
  }
}

/** The connection broke during COMMIT: check in the database whether it took effect, instead of simply retrying. */
export class CommitOutcomeUnknownError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "COMMIT_OUTCOME_UNKNOWN";

  /** @ignore */
  constructor(options?: ErrorOptions) {
    super(
      "The connection was lost during COMMIT: the transaction may or may not have been committed. " +
        "Read the data again to find out before you repeat it.",
      options,
    );
  }
}

/** libpq rejects a call; the connection can still be used. */
export class DriverError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DRIVER_FAILED";

  /**
   * @ignore
   * @param problem the message of libpq.
   */
  constructor(problem: string, readonly sql?: string) {
    super(`libpq rejected the call: ${problem}${sql ? `\nSQL: ${shorten(sql, 300)}` : ""}`);
  }
}
