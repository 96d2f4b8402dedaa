/** The errors of migrations. Each says what happened, where, and what to do. @module */
import {
  CommitOutcomeUnknownError,
  ConnectionLostError,
  DatabaseError,
  EngineError,
  FailedTransactionError,
} from "../engine/errors.ts";
import { shorten } from "../engine/text.ts";

/** Base of every error that migrations throw on purpose. */
export abstract class MigrationError extends EngineError {}

/** Two revisions have the same id. */
export class DuplicateRevisionError extends MigrationError {
  constructor(readonly id: string) {
    super(`Two revisions have the id ${id}. Give one of them another id, in its file name and inside the file.`);
  }
}

/** A revision names a parent that does not exist. */
export class MissingParentError extends MigrationError {
  constructor(readonly id: string, readonly parent: string) {
    super(
      `Revision ${id} comes after ${parent}, but there is no revision ${parent}. Restore it, or correct the parent.`,
    );
  }
}

/** Revisions come after each other in a circle. */
export class RevisionCycleError extends MigrationError {
  /** @param ids each comes after the next, the last after the first. */
  constructor(readonly ids: readonly string[]) {
    const circle = [...ids, ids[0]].join(", which comes after ");
    super(`The revisions form a circle: ${circle}. Correct one of their parents.`);
  }
}

/** There is more than one newest revision, so "head" does not say which. */
export class MultipleHeadsError extends MigrationError {
  constructor(readonly ids: readonly string[]) {
    super(
      `There are ${ids.length} heads: ${ids.join(" and ")}. Each is the newest of its line, so "head" is ambiguous. ` +
        "Put one behind the other by changing its parent; a command that merges them comes with a later version.",
    );
  }
}

/** A revision was asked for that no file has, or by too few letters of its id. */
export class UnknownRevisionError extends MigrationError {
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
export class InvalidTargetError extends MigrationError {}

/** A file in `versions/` is not a revision as it should be; nothing was run. */
export class InvalidRevisionError extends MigrationError {
  /** @param file its path; @param problem what is wrong, with what to write instead. */
  constructor(readonly file: string, problem: string, options?: ErrorOptions) {
    super(`${file} is not a valid revision: ${problem}.`, options);
  }
}

/** The folder of the migrations, or its `env.ts`, cannot be used. */
export class InvalidDirectoryError extends MigrationError {}

/** `env.ts` cannot say where the database is. */
export class MissingUrlError extends MigrationError {}

/** The database stands at a revision of which there is no file. */
export class UnknownDatabaseRevisionError extends MigrationError {
  constructor(readonly id: string, directory: string) {
    super(
      `The database is at revision ${id}, but there is no file of it in ${directory}. ` +
        "Get the newest revisions, for example from version control; or give the URL of another database.",
    );
  }
}

/** The search path names no existing schema in which the tables could be made. */
export class MissingSchemaError extends MigrationError {
  constructor(searchPath: string) {
    super(`No schema of the search path (${searchPath}) exists. Create it first with CREATE SCHEMA.`);
  }
}

/** The row of a head is not there as it was read. */
export class VersionTableChangedError extends MigrationError {
  constructor(table: string) {
    super(`Something else than this run changed the table ${table}. Look at its rows, then run again.`);
  }
}

/** Another process was running migrations all the time. */
export class MigrationLockTimeoutError extends MigrationError {
  constructor(seconds: number, holder: string) {
    super(
      `Gave up after ${seconds} s: ${holder} is running migrations on this schema. ` +
        "Try again when it is done; if it hangs, end it with SELECT pg_terminate_backend(pid).",
    );
  }
}

/** A revision tried to end the transaction in which it runs. */
export class RevisionTransactionError extends MigrationError {
  constructor(what: string) {
    super(
      `A revision runs inside one transaction that the runner begins and commits; ${what}. ` +
        "For a part that may fail on its own use db.transaction(): it becomes a savepoint.",
    );
  }
}

/** What a failed revision was to do. */
export interface FailedStep {
  readonly id: string;
  readonly message: string;
  readonly direction: "upgrade" | "downgrade";
  /** Where the database stands, when the step was rolled back: "base" or ids. */
  readonly position: string;
  /** The place in the revision's file, where it is known: `3f2a…_create_heroes.ts:12:9`. */
  readonly place?: string;
}

/** A revision failed and was rolled back; those before it stay. */
export class RevisionFailedError extends MigrationError {
  readonly revision: string;
  /** The code of the error that the server reported. */
  readonly sqlstate: string | undefined;
  /** The statement that failed. */
  readonly statement: string | undefined;

  constructor(step: FailedStep, thrown: unknown) {
    const error = rootCause(thrown);
    const { sql, sqlstate } = error as Partial<DatabaseError>;
    const lines = [`Revision ${step.id} (${step.message}) failed in its ${step.direction}.`];
    lines.push(`  Error: ${reason(error)}`);
    if (sqlstate) lines.push(`  SQLSTATE: ${sqlstate}`);
    if (error instanceof DatabaseError && error.detail) lines.push(`  Detail: ${error.detail}`);
    if (error instanceof DatabaseError && error.hint) lines.push(`  Hint: ${error.hint}`);
    if (sql) lines.push(`  Statement: ${shorten(sql, 500)}`);
    if (step.place) lines.push(`  At: ${step.place}`);
    lines.push(
      error instanceof CommitOutcomeUnknownError
        ? "Ask for the current revision to see whether it took effect."
        : `It was rolled back; the database is at ${step.position}. Correct the revision and run the command again.`,
    );
    super(lines.join("\n"), { cause: thrown });
    this.revision = step.id;
    this.sqlstate = sqlstate;
    this.statement = sql;
  }
}

/** Of "the transaction has failed already" the error that made it fail. */
function rootCause(error: unknown): unknown {
  return error instanceof FailedTransactionError && error.cause ? rootCause(error.cause) : error;
}

/** The first line: what a DatabaseError has below it stands in lines of its own here. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConnectionLostError) return error.message.split("\nSQL: ")[0];
  if (error instanceof DatabaseError) return error.message.split("\n")[0].replace(/ \(SQLSTATE \w{5}\)$/, "");
  return error instanceof EngineError ? error.message : `${error.name}: ${error.message}`;
}
