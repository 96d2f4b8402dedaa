/** The errors of migrations. Each says what happened, where, and what to do. @module */
import { ConnectionLostError, DatabaseError } from "../engine/errors.ts";
import { EngineError } from "../base/error.ts";
import { shorten } from "../base/text.ts";
import { rootCause } from "./root_cause.ts";
import { quote } from "../base/quote.ts";

/** Base class of all errors thrown by migrations. */
export abstract class MigrationError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MIGRATION_ERROR";
}

/** Two revision files have the same id. */
export class DuplicateRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DUPLICATE_REVISION";

  /**
   * Creates the error.
   *
   * @param id id that both files have
   */
  constructor(readonly id: string) {
    super(`Duplicate revision id ${id}. Change the id of one revision, in its file name and in the file.`);
  }
}

/** The parent of a revision does not exist. */
export class MissingParentError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_PARENT";

  /**
   * Creates the error.
   *
   * @param id id of the revision
   * @param parent id of the missing parent
   */
  constructor(readonly id: string, readonly parent: string) {
    super(`Revision ${id} has the parent ${parent}, which does not exist. Restore that file, or correct downRevision.`);
  }
}

/** Revisions depend on each other in a cycle. */
export class RevisionCycleError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "REVISION_CYCLE";

  /**
   * Creates the error.
   *
   * @param ids the cycle: each is a child of the next, the last one of the first
   */
  constructor(readonly ids: readonly string[]) {
    super(`Revisions form a cycle: ${[...ids, ids[0]].join(" revises ")}. Correct the downRevision of one of them.`);
  }
}

/** Several revisions have no child, so "head" is ambiguous. */
export class MultipleHeadsError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MULTIPLE_HEADS";

  /**
   * Creates the error.
   *
   * @param ids ids of the heads
   */
  constructor(readonly ids: readonly string[]) {
    super(
      `Multiple heads: ${ids.join(", ")}. "head" is ambiguous. ` +
        `Merge them: deno task migrate merge -m "merge ${ids.join(" and ")}" ${ids.join(" ")}\n` +
        'Or specify "heads" for all of them, or the id of one.',
    );
  }
}

/** No revision has the given id, or several begin with the given prefix. */
export class UnknownRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNKNOWN_REVISION";

  /**
   * Creates the error.
   *
   * @param asked id or prefix that was looked up
   * @param candidates ids with this prefix; all known ids if none has it
   * @param ambiguous whether several ids have the prefix
   */
  constructor(readonly asked: string, candidates: readonly string[], ambiguous: boolean) {
    const list = candidates.join(", ") || "none";
    super(
      ambiguous
        ? `Revision id "${asked}" is ambiguous: ${list}. Give a longer prefix.`
        : `Revision "${asked}" does not exist. Known revisions: ${list}.`,
    );
  }
}

/** A target cannot be reached from the current revision, or does not fit the command. */
export class InvalidTargetError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_TARGET";
}

/** A file in `versions/` is not a valid revision. No revision was run. */
export class InvalidRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_REVISION";

  /**
   * Creates the error.
   *
   * @param file path of the file
   * @param problem the problem and its correction
   * @param options the cause, such as a syntax error
   */
  constructor(readonly file: string, problem: string, options?: ErrorOptions) {
    super(`${file} is not a valid revision: ${problem}.`, options);
  }
}

/** A revision runs CREATE INDEX CONCURRENTLY without an index name. */
export class UnnamedIndexError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNNAMED_INDEX";

  /** Creates the error. */
  constructor() {
    super(
      "CREATE INDEX CONCURRENTLY requires an index name. If the revision fails, the next run uses it to find and drop " +
        "the INVALID index.",
    );
  }
}

/** A new revision has no message. */
export class MissingMessageError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_MESSAGE";

  /** Creates the error. */
  constructor() {
    super('A revision requires a message: -m "create heroes".');
  }
}

/** The migrations folder or its `env.ts` is missing or incomplete. */
export class InvalidDirectoryError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_DIRECTORY";
}

/** `env.ts` fails to load, or fails to return the URL of the database. */
export class MissingUrlError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_URL";
}

/** The current revision of the database has no file. */
export class UnknownDatabaseRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNKNOWN_DATABASE_REVISION";

  /**
   * Creates the error.
   *
   * @param id id of the current revision
   * @param directory migrations folder
   */
  constructor(readonly id: string, directory: string) {
    super(
      `The database is at revision ${id}, which has no file in ${directory}. ` +
        "Update the checkout, or give the URL of another database.",
    );
  }
}

/** No schema of the search path exists. */
export class MissingSchemaError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_SCHEMA";

  /**
   * Creates the error.
   *
   * @param searchPath the search path of the connection
   */
  constructor(searchPath: string) {
    super(`No schema of the search path (${searchPath}) exists. Create one with CREATE SCHEMA.`);
  }
}

/** Another program changed the version table during the run. */
export class VersionTableChangedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "VERSION_TABLE_CHANGED";

  /**
   * Creates the error.
   *
   * @param table quoted name of the version table
   */
  constructor(table: string) {
    super(`Another program changed the table ${table} during this run. Check its rows, then run the command again.`);
  }
}

/** The migration lock was not released within the timeout. */
export class MigrationLockTimeoutError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MIGRATION_LOCK_TIMEOUT";

  /**
   * Creates the error.
   *
   * @param seconds the timeout, in seconds
   * @param holder description of the process that holds the lock
   */
  constructor(seconds: number, holder: string) {
    super(
      `Timed out after ${seconds} s waiting for the migration lock: ${holder} is running migrations on this schema. ` +
        "Try again later. If that process hangs, terminate it with SELECT pg_terminate_backend(pid).",
    );
  }
}

/** A revision tried to control the transaction it runs in. */
export class RevisionTransactionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "REVISION_TRANSACTION";

  /**
   * Creates the error.
   *
   * @param problem the rejected operation
   */
  constructor(problem: string) {
    super(
      `${problem}: the runner begins and commits the transaction of a revision. ` +
        "Use db.transaction() for a savepoint.",
    );
  }
}

/** A revision returned before one of its queries finished. */
export class NotAwaitedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_AWAITED";

  /**
   * Creates the error.
   *
   * @param statement SQL of the query
   */
  constructor(readonly statement: string) {
    super(
      `The revision did not await a query: ${shorten(statement, 200)}\n` +
        "Add await, so that the query runs in the transaction of the revision and its errors are reported.",
    );
  }
}

/**
 * Throw it in the `down` of a revision that cannot be undone.
 *
 * ```ts ignore
 * export function down(): Promise<void> {
 *   throw new IrreversibleError("PostgreSQL cannot remove an enum value");
 * }
 * ```
 */
export class IrreversibleError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "IRREVERSIBLE";

  /**
   * Creates the error.
   *
   * @param reason why the revision cannot be undone
   */
  constructor(reason: string) {
    super(reason);
  }
}

/** The role lacks the privilege to create the scratch schema that autogenerate needs. */
export class ScratchSchemaError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SCRATCH_SCHEMA";

  /**
   * Creates the error.
   *
   * @param options the error of the server as cause
   */
  constructor(options?: ErrorOptions) {
    super(
      "Permission denied to create a schema. Autogenerate creates the tables of the models in a scratch schema, which " +
        "is rolled back. Grant the privilege: GRANT CREATE ON DATABASE … TO …",
      options,
    );
  }
}

/** A revision cannot share a transaction with others. Nothing was changed. */
export class NotInOneTransactionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_IN_ONE_TRANSACTION";

  /** Id of the revision. */
  readonly revision: string;

  /**
   * Creates the error.
   *
   * @param revision the revision
   * @param why reason, as the end of a sentence
   * @param options the error of the server as cause
   */
  constructor({ id, message }: { readonly id: string; readonly message: string }, why: string, options?: ErrorOptions) {
    super(
      `Revision ${id} (${message}) cannot run in a single transaction: ${why}. Nothing was changed. ` +
        "Omit --single-transaction and --dry-run to run each revision in its own transaction.",
      options,
    );
    this.revision = id;
  }
}

/** A transaction pooler makes session-level locks ineffective. Nothing was run. */
export class TransactionPoolerError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_POOLER";

  /**
   * Creates the error.
   *
   * @param direct URL of the server without the password; `undefined` if unknown
   */
  constructor(direct: string | undefined) {
    super(
      "The connection goes through a transaction pooler, which makes the session-level migration lock ineffective. " +
        "Nothing was run. Connect to the server directly: --url " + (direct ?? "with the host and port of the server"),
    );
  }
}

/** The role lacks the privilege to create the version table. */
export class MissingPrivilegeError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_PRIVILEGE";

  /**
   * Creates the error.
   *
   * @param role name of the role
   * @param schema name of the schema
   * @param options the error of the server as cause
   */
  constructor(role: string, schema: string, options?: ErrorOptions) {
    super(
      `Permission denied for role ${role} to create tables in schema ${schema}. As its owner or a superuser, run: ` +
        `GRANT CREATE ON SCHEMA ${quote(schema)} TO ${quote(role)};  Or connect as another role with --url.`,
      options,
    );
  }
}

/** A revision cannot be written as an SQL script, because its statements depend on data. */
export class OfflineError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "OFFLINE";
}

/** A command would overwrite a file. */
export class FileExistsError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FILE_EXISTS";
}

/** The signal was aborted while a revision ran. Earlier revisions stay applied. */
export class MigrationInterruptedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MIGRATION_INTERRUPTED";

  /** Id of the revision. */
  readonly revision: string;

  /**
   * Creates the error.
   *
   * @param revision the interrupted revision
   * @param outcome sentences that state what was rolled back and what remains
   * @param options the error of the interrupted statement as cause
   */
  constructor(
    { id, message }: { readonly id: string; readonly message: string },
    outcome: string,
    options?: ErrorOptions,
  ) {
    super(`Interrupted in revision ${id} (${message}). ${outcome}`, options);
    this.revision = id;
  }
}

/** A failed step, as {@linkcode RevisionFailedError} reports it. */
export interface FailedStep {
  /** Id of the revision. */
  readonly id: string;
  /** Message of the revision. */
  readonly message: string;
  /** Whether the revision was applied or undone. */
  readonly direction: "upgrade" | "downgrade";
  /** Sentences that state what was rolled back, what remains, and what to do. */
  readonly outcome: string;
  /** How to correct this kind of error, if known. */
  readonly advice?: string;
  /** Position in the revision file, if known: `3f2a…_create_heroes.ts:12:9`. */
  readonly place?: string;
}

/**
 * A revision failed and was rolled back. Earlier revisions stay applied. The message lists the statements that ran
 * outside a transaction, which stay too.
 */
export class RevisionFailedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "REVISION_FAILED";

  /** Id of the revision. */
  readonly revision: string;
  /** SQLSTATE reported by the server. */
  readonly sqlstate: string | undefined;
  /** The statement that failed. */
  readonly statement: string | undefined;

  /**
   * Creates the error.
   *
   * @param step the failed step
   * @param thrown error that the revision threw
   */
  constructor(step: FailedStep, thrown: unknown) {
    const error = rootCause(thrown);
    const { sql, sqlstate } = error as Partial<DatabaseError>;
    const irreversible = error instanceof IrreversibleError;
    const lines = [
      `Revision ${step.id} (${step.message}) ${irreversible ? "cannot be undone" : `failed during ${step.direction}`}.`,
    ];
    lines.push(`  ${irreversible ? "Reason" : "Error"}: ${reason(error)}`);
    if (sqlstate) lines.push(`  SQLSTATE: ${sqlstate}`);
    if (error instanceof DatabaseError && error.detail) lines.push(`  Detail: ${error.detail}`);
    if (error instanceof DatabaseError && error.hint) lines.push(`  Hint: ${error.hint}`);
    if (sql) lines.push(`  Statement: ${shorten(sql, 500)}`);
    if (step.place) lines.push(`  At: ${step.place}`);
    lines.push(step.outcome);
    if (step.advice) lines.push(step.advice);
    super(lines.join("\n"), { cause: thrown });
    this.revision = step.id;
    this.sqlstate = sqlstate;
    this.statement = sql;
  }
}

/** The first line of the message; the fields of a DatabaseError get lines of their own. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConnectionLostError) return error.message.split("\nSQL: ")[0];
  if (error instanceof DatabaseError) return error.message.split("\n")[0].replace(/ \(SQLSTATE \w{5}\)$/, "");
  return error instanceof EngineError ? error.message : `${error.name}: ${error.message}`;
}
