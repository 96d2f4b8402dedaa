/**
 * The errors of the engine. Each says what happened, where, and what to do.
 *
 * What the server reports is a {@linkcode DatabaseError} or one of its subclasses, chosen by SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 *
 * @module
 */
import { EngineError } from "../base/error.ts";
import { maskUrl, shorten } from "../base/text.ts";

/** The part of a database URL that is wrong. */
export type UrlPart = "url" | "dialect" | "driver" | "user" | "password" | "host" | "port" | "database" | "options";

/** A database URL could not be read; `part` names the part at fault. */
export class InvalidUrlError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_URL";

  constructor(readonly part: UrlPart, url: string, problem: string) {
    const what = part === "url" ? "this is not a database URL" : `wrong ${part}`;
    super(`Cannot read the database URL "${maskUrl(url)}": ${what}: ${problem}.`);
  }
}

/** No connection became free in time; the message names who holds them. */
export class PoolTimeoutError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "POOL_TIMEOUT";

  /** @param opening connections that the server has not accepted yet */
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

  constructor(what: string) {
    super(`Cannot ${what}: this connection was closed. Take a new one with engine.connect().`);
  }
}

/** A method was called that the state of the transaction does not allow. */
export class TransactionStateError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_STATE";
}

/** A query that had to return a row returned none. */
export class NoResultFound extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NO_RESULT";

  constructor() {
    super(
      "No row was found, but exactly one was required. Use oneOrNone(), scalarOneOrNone() or first() if that may be.",
    );
  }
}

/** A query that had to return at most one row returned more. */
export class MultipleResultsFound extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MULTIPLE_RESULTS";

  constructor(required: "exactly one" | "at most one") {
    super(`More than one row was found, but ${required} was required. Narrow the query, or use first() or all().`);
  }
}

/** A result repeats its objects, because a relation to many was joined to them, and was read all the same. */
export class UniqueRequiredError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNIQUE_REQUIRED";

  constructor() {
    super(
      "This result has an object once for each row that joinedload() joined to it. Call unique() before you read it, " +
        "or load the relation with selectinload().",
    );
  }
}

/** What PostgreSQL says of an error, under the names this library uses. */
export interface ServerErrorFields extends Omit<DatabaseError, "name" | "code" | "stack" | "cause" | "sql"> {
  /** The function of the server that found the error. */
  readonly routine?: string;
}

/** An error the server reported; `sqlstate` is its five-character code. */
export class DatabaseError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DATABASE_ERROR";

  readonly sqlstate!: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;

  /** @param sql the statement that failed, without its parameters. */
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
/** A value that must be unique exists already (23505). */
export class UniqueViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNIQUE_VIOLATION";
}
/** A row refers to one that does not exist, or is still referred to (23503). */
export class ForeignKeyViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FOREIGN_KEY_VIOLATION";
}
/** A column that must have a value got none (23502). */
export class NotNullViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_NULL_VIOLATION";
}
/** A row breaks a CHECK constraint (23514). */
export class CheckViolationError extends IntegrityError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CHECK_VIOLATION";
}
/** Concurrent transactions could not be put in an order (40001): run the whole transaction again. */
export class SerializationError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SERIALIZATION_FAILURE";
}
/** The server broke a deadlock by ending this transaction (40P01): run the whole transaction again. */
export class DeadlockError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DEADLOCK";
}
/**
 * A statement was cancelled on the server (57014): by someone else, for example with pg_cancel_backend(), unless it is a
 * StatementTimeoutError. Of a server that speaks a language not known here it may be about `statementTimeout` all the same.
 */
export class StatementCancelledError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STATEMENT_CANCELLED";
}
/** A statement ran longer than `statementTimeout` (57014). */
export class StatementTimeoutError extends StatementCancelledError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STATEMENT_TIMEOUT";
}
/** A lock could not be had in time or at once (55P03). */
export class LockTimeoutError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "LOCK_TIMEOUT";
}
/** An earlier statement failed, so the server ignores this one until `rollback()` (25P02). */
export class FailedTransactionError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FAILED_TRANSACTION";
}

/**
 * A prepared statement no longer fits its tables or types, or is gone (0A000, XX000, 26000). It is prepared anew the next
 * time: run the transaction again. Outside a transaction the engine does that by itself.
 */
export class StaleStatementError extends DatabaseError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STALE_STATEMENT";
}

/** A connection could not be opened: no server there, a wrong password, no such database. */
export class ConnectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONNECT_FAILED";

  constructor(url: string, problem: string, readonly sqlstate?: string, options?: ErrorOptions) {
    super(`Cannot connect to ${url}: ${problem}`, options);
  }
}

/** COPY between server and client, which no driver here can do. The connection can still be used. */
export class CopyNotSupportedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "COPY_NOT_SUPPORTED";

  constructor(readonly sql: string) {
    super(
      "COPY … FROM STDIN and TO STDOUT are not supported: nothing was copied. Other statements of the same text, if any, " +
        "may have been committed. Send rows with INSERT … SELECT FROM unnest(…), read them with stream(), or copy with " +
        `psql.\nSQL: ${shorten(sql, 300)}`,
    );
  }
}

/** A setting of a role that changes values without a trace; `cure` is the value to give it. */
export interface RoleSetting {
  readonly name: string;
  readonly value: string;
  readonly effect: string;
  readonly cure: string;
}

/** The role has a setting that would change values without a trace, and a pooler keeps us from setting it right. */
export class RoleSettingError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ROLE_SETTING";

  /** @param role the role in its database, as ALTER ROLE names it. */
  constructor(url: string, role: string, readonly setting: RoleSetting) {
    const { name, value, effect, cure } = setting;
    super(
      `Cannot use ${url}: for this role ${name} is ${value}, so that ${effect}, and the pooler in between does not pass on ` +
        `what would set it right. Run ALTER ROLE ${role} SET ${name} = ${cure}; it holds for the connections that the ` +
        "pooler opens from then on (PgBouncer: RECONNECT).",
    );
  }
}

/** The connection broke. An open transaction was rolled back by the server; the pool opens a new connection. */
export class ConnectionLostError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONNECTION_LOST";

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
   * @param seconds its time limit; @param outcome `"cancelled"` when the server said so, and the connection can still be
   * used; `"dropped"` when it said nothing: then what became of the statement is unknown; `"unsent"` when there was no
   * connection in time.
   */
  constructor(
    seconds: number,
    readonly outcome: "cancelled" | "dropped" | "unsent",
    readonly sql?: string,
    options?: ErrorOptions,
  ) {
    const time = Number(seconds.toFixed(3)); // of a call's later statements it is what was left
    const what = {
      cancelled: `No answer within ${time} s: the statement was cancelled.`,
      dropped: `No answer within ${time} s: the connection was dropped.`,
      unsent: `No connection within ${time} s: nothing was sent.`,
    };
    super(`${what[outcome]}${sql ? `\nSQL: ${shorten(sql, 300)}` : ""}`, options);
  }
}

/** The connection broke while COMMIT was on its way: look in the database whether it took effect, never just retry. */
export class CommitOutcomeUnknownError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "COMMIT_OUTCOME_UNKNOWN";

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

  /** @param problem the message of libpq. */
  constructor(problem: string, readonly sql?: string) {
    super(`libpq rejected the call: ${problem}${sql ? `\nSQL: ${shorten(sql, 300)}` : ""}`);
  }
}
