/** The errors of migrations. Each says what happened, where, and what to do. @module */
import { ConnectionLostError, DatabaseError } from "../engine/errors.ts";
import { EngineError } from "../base/error.ts";
import { shorten } from "../base/text.ts";
import { rootCause } from "./root_cause.ts";
import { quote } from "../base/quote.ts";

/** Base of every error that migrations throw on purpose. */
export abstract class MigrationError extends EngineError {
  static override readonly code: string = "MIGRATION_ERROR";
}

/** Two revisions have the same id. */
export class DuplicateRevisionError extends MigrationError {
  static override readonly code: string = "DUPLICATE_REVISION";

  constructor(readonly id: string) {
    super(`Two revisions have the id ${id}. Give one of them another id, in its file name and inside the file.`);
  }
}

/** A revision names a parent that does not exist. */
export class MissingParentError extends MigrationError {
  static override readonly code: string = "MISSING_PARENT";

  constructor(readonly id: string, readonly parent: string) {
    super(
      `Revision ${id} comes after ${parent}, but there is no revision ${parent}. Restore it, or correct the parent.`,
    );
  }
}

/** Revisions come after each other in a circle. */
export class RevisionCycleError extends MigrationError {
  static override readonly code: string = "REVISION_CYCLE";

  /** @param ids each comes after the next, the last after the first. */
  constructor(readonly ids: readonly string[]) {
    const circle = [...ids, ids[0]].join(", which comes after ");
    super(`The revisions form a circle: ${circle}. Correct one of their parents.`);
  }
}

/** There is more than one newest revision, so "head" does not say which. */
export class MultipleHeadsError extends MigrationError {
  static override readonly code: string = "MULTIPLE_HEADS";

  constructor(readonly ids: readonly string[]) {
    super(
      `There are ${ids.length} heads: ${ids.join(" and ")}. Each is the newest of its line, so "head" is ambiguous. ` +
        `Bring them together: deno task migrate merge -m "merge ${ids.join(" and ")}" ${ids.join(" ")}\n` +
        "Or name them all with heads, or one by its id.",
    );
  }
}

/** A revision was asked for that no file has, or by too few letters of its id. */
export class UnknownRevisionError extends MigrationError {
  static override readonly code: string = "UNKNOWN_REVISION";

  /** @param candidates the ids that begin so, or, when none does, all there are. */
  constructor(readonly asked: string, candidates: readonly string[], ambiguous: boolean) {
    const list = candidates.join(", ") || "none";
    super(
      ambiguous
        ? `Several revisions begin with "${asked}": ${list}. Write more of the id.`
        : `There is no revision "${asked}". Known revisions: ${list}.`,
    );
  }
}

/** An upgrade or a downgrade leads nowhere from where the database stands. */
export class InvalidTargetError extends MigrationError {
  static override readonly code: string = "INVALID_TARGET";
}

/** A file in `versions/` is not a revision as it should be; nothing was run. */
export class InvalidRevisionError extends MigrationError {
  static override readonly code: string = "INVALID_REVISION";

  /** @param file its path; @param problem what is wrong, with what to write instead. */
  constructor(readonly file: string, problem: string, options?: ErrorOptions) {
    super(`${file} is not a valid revision: ${problem}.`, options);
  }
}

/** A revision makes an index with CONCURRENTLY and gives it no name. */
export class UnnamedIndexError extends MigrationError {
  static override readonly code: string = "UNNAMED_INDEX";

  constructor() {
    super(
      "CREATE INDEX CONCURRENTLY without a name. Give the index one: by it the next run finds what this one leaves " +
        "INVALID when it fails.",
    );
  }
}

/** A new revision does not say what it does. */
export class MissingMessageError extends MigrationError {
  static override readonly code: string = "MISSING_MESSAGE";

  constructor() {
    super('A revision says what it does, in a few words: -m "create heroes".');
  }
}

/** The folder of the migrations, or its `env.ts`, cannot be used. */
export class InvalidDirectoryError extends MigrationError {
  static override readonly code: string = "INVALID_DIRECTORY";
}

/** `env.ts` cannot say where the database is. */
export class MissingUrlError extends MigrationError {
  static override readonly code: string = "MISSING_URL";
}

/** The database stands at a revision of which there is no file. */
export class UnknownDatabaseRevisionError extends MigrationError {
  static override readonly code: string = "UNKNOWN_DATABASE_REVISION";

  constructor(readonly id: string, directory: string) {
    super(
      `The database is at revision ${id}, but there is no file of it in ${directory}. ` +
        "Get the newest revisions, for example from version control; or give the URL of another database.",
    );
  }
}

/** The search path names no existing schema in which the tables could be made. */
export class MissingSchemaError extends MigrationError {
  static override readonly code: string = "MISSING_SCHEMA";

  constructor(searchPath: string) {
    super(`No schema of the search path (${searchPath}) exists. Create it first with CREATE SCHEMA.`);
  }
}

/** The row of a head is not there as it was read. */
export class VersionTableChangedError extends MigrationError {
  static override readonly code: string = "VERSION_TABLE_CHANGED";

  constructor(table: string) {
    super(`Something else than this run changed the table ${table}. Look at its rows, then run again.`);
  }
}

/** Another process was running migrations all the time. */
export class MigrationLockTimeoutError extends MigrationError {
  static override readonly code: string = "MIGRATION_LOCK_TIMEOUT";

  constructor(seconds: number, holder: string) {
    super(
      `Gave up after ${seconds} s: ${holder} is running migrations on this schema. ` +
        "Try again when it is done; if it hangs, end it with SELECT pg_terminate_backend(pid).",
    );
  }
}

/** A revision tried to end the transaction in which it runs. */
export class RevisionTransactionError extends MigrationError {
  static override readonly code: string = "REVISION_TRANSACTION";

  constructor(what: string) {
    super(
      `A revision runs inside one transaction that the runner begins and commits; ${what}. ` +
        "For a part that may fail on its own use db.transaction(): it becomes a savepoint.",
    );
  }
}

/** A revision returned before a query of it was done. */
export class NotAwaitedError extends MigrationError {
  static override readonly code: string = "NOT_AWAITED";

  constructor(readonly statement: string) {
    super(
      `It returned without waiting for a query: ${shorten(statement, 200)}\n` +
        "Write await before it, so that it is part of the revision and its failure is not lost.",
    );
  }
}

/**
 * Thrown by the `down` of a revision that cannot be undone.
 *
 * ```ts ignore
 * export function down(): Promise<void> {
 *   throw new IrreversibleError("an enum value cannot be taken away again");
 * }
 * ```
 */
export class IrreversibleError extends MigrationError {
  static override readonly code: string = "IRREVERSIBLE";

  /** @param reason why there is no way back, and perhaps what to do instead. */
  constructor(reason: string) {
    super(reason);
  }
}

/** Models and database cannot be compared, because the role may not make the schema in which the models are tried. */
export class ScratchSchemaError extends MigrationError {
  static override readonly code: string = "SCRATCH_SCHEMA";

  constructor(options?: ErrorOptions) {
    super(
      "To compare the models with the database their tables are made in a schema of their own, which is rolled back, " +
        "but this role may not make schemas. Give it the right: GRANT CREATE ON DATABASE … TO …",
      options,
    );
  }
}

/** A revision cannot run together with others in one transaction; nothing was changed. */
export class NotInOneTransactionError extends MigrationError {
  static override readonly code: string = "NOT_IN_ONE_TRANSACTION";

  readonly revision: string;

  constructor({ id, message }: { readonly id: string; readonly message: string }, why: string, options?: ErrorOptions) {
    super(
      `Revision ${id} (${message}) cannot run inside one transaction with others, or for trial: ${why}. ` +
        "Nothing was changed. Upgrade without --single-transaction and --dry-run: then each revision has its own.",
      options,
    );
    this.revision = id;
  }
}

/** What stands between does not keep to one server process, so a lock of the session would not hold. */
export class TransactionPoolerError extends MigrationError {
  static override readonly code: string = "TRANSACTION_POOLER";

  /** @param direct a URL, without its password, that reaches the server itself; `undefined` when it does not tell. */
  constructor(direct: string | undefined) {
    super(
      "A pooler stands between this program and PostgreSQL and gives each transaction another server process. There the " +
        "lock that keeps two runs apart does not hold, so nothing was run. Connect to the server itself: --url " +
        (direct ?? "with the server's own host and port"),
    );
  }
}

/** The role may not make the tables in which migrations keep where the database stands. */
export class MissingPrivilegeError extends MigrationError {
  static override readonly code: string = "MISSING_PRIVILEGE";

  constructor(role: string, schema: string, options?: ErrorOptions) {
    super(
      `The role ${role} may not create tables in the schema ${schema}. Its owner, or a superuser, gives the right with: ` +
        `GRANT CREATE ON SCHEMA ${quote(schema)} TO ${quote(role)};  Or give the --url of a role that may.`,
      options,
    );
  }
}

/** A script for later cannot be written of a revision whose statements depend on what the database holds. */
export class OfflineError extends MigrationError {
  static override readonly code: string = "OFFLINE";
}

/** A file would be overwritten. */
export class FileExistsError extends MigrationError {
  static override readonly code: string = "FILE_EXISTS";
}

/** A run was stopped by its signal in the middle of a revision; those before it stay. */
export class MigrationInterruptedError extends MigrationError {
  static override readonly code: string = "MIGRATION_INTERRUPTED";

  readonly revision: string;

  /** @param outcome what the revision leaves behind, in sentences. */
  constructor(
    { id, message }: { readonly id: string; readonly message: string },
    outcome: string,
    options?: ErrorOptions,
  ) {
    super(`Interrupted in revision ${id} (${message}). ${outcome}`, options);
    this.revision = id;
  }
}

/** What a failed revision was to do. */
export interface FailedStep {
  readonly id: string;
  readonly message: string;
  readonly direction: "upgrade" | "downgrade";
  /** What it leaves behind and what to do, in sentences. */
  readonly outcome: string;
  /** What helps against this error, where something is known. */
  readonly advice?: string;
  /** The place in the revision's file, where it is known: `3f2a…_create_heroes.ts:12:9`. */
  readonly place?: string;
}

/**
 * A revision failed; those before it stay. It was rolled back; only what it did outside a transaction stays, and is
 * named.
 */
export class RevisionFailedError extends MigrationError {
  static override readonly code: string = "REVISION_FAILED";

  readonly revision: string;
  /** The code of the error that the server reported. */
  readonly sqlstate: string | undefined;
  /** The statement that failed. */
  readonly statement: string | undefined;

  constructor(step: FailedStep, thrown: unknown) {
    const error = rootCause(thrown);
    const { sql, sqlstate } = error as Partial<DatabaseError>;
    const irreversible = error instanceof IrreversibleError;
    const lines = [
      `Revision ${step.id} (${step.message}) ${irreversible ? "has no way down" : `failed in its ${step.direction}`}.`,
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

/** The first line: what a DatabaseError has below it stands in lines of its own here. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConnectionLostError) return error.message.split("\nSQL: ")[0];
  if (error instanceof DatabaseError) return error.message.split("\n")[0].replace(/ \(SQLSTATE \w{5}\)$/, "");
  return error instanceof EngineError ? error.message : `${error.name}: ${error.message}`;
}
