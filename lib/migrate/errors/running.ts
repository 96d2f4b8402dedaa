/**
 * Errors of revisions that run, or are written as SQL.
 *
 * @module
 */
import { EngineError } from "../../base/error.ts";
import { shorten } from "../../base/text.ts";
import { ConnectionLostError, DatabaseError } from "../../engine/errors.ts";
import { rootCause } from "../root_cause.ts";
import { MigrationError } from "./migration_error.ts";

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

/** A revision cannot be written as an SQL script, because its statements depend on data. */
export class OfflineError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "OFFLINE";
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
