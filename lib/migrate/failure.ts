/** Creates the error of a failed revision. @module */
import { basename } from "node:path";
import { CommitOutcomeUnknownError, ConnectionLostError } from "../engine/errors.ts";
import { IrreversibleError, type MigrationError, MigrationInterruptedError, RevisionFailedError } from "./errors.ts";
import { rootCause } from "./root_cause.ts";
import type { Revision } from "./revision_file.ts";
import type { MigrationStep } from "./steps.ts";

/** Advice for common errors of migrations, by SQLSTATE. */
const ADVICE: Record<string, string> = {
  "25006": "The database is read-only, such as a standby. Connect to the primary server with --url.",
  "25001": "This statement cannot run in a transaction. Move it to a revision of its own, with " +
    "export const transactional = false.",
  "42501":
    "The role lacks a privilege. GRANT it as the owner or a superuser, or run migrations as the owner of the tables " +
    "with --url.",
  "55P03":
    "Another transaction holds a conflicting lock. To find it: SELECT pid, state, query FROM pg_stat_activity WHERE " +
    "xact_start < now() - interval '1 s'. Or increase --lock-timeout.",
  "55P04": "A new enum value cannot be used before it is committed. Use it in a later revision.",
};

/** SQLSTATEs, or their classes, of errors that a correction of the revision does not remove. */
const NOT_OF_THE_REVISION = /^(08|40|53|57|58|25006|28|42501|55P03)/;

/** Advice when the outcome of a COMMIT is unknown. */
const LOOK = "Check the current revision to see whether it was committed.";

/**
 * Creates the error that reports revision, statement, SQLSTATE and advice.
 *
 * @param step failed step
 * @param thrown error thrown by the revision
 * @param outcome sentences that state what was rolled back and what remains
 * @param signal signal of the run: if aborted, the error is a consequence of it
 * @returns the error to throw
 */
export function failure(
  { revision, direction }: MigrationStep,
  thrown: unknown,
  outcome: string,
  signal?: AbortSignal,
): MigrationError {
  const error = rootCause(thrown);
  const isUnknown = error instanceof CommitOutcomeUnknownError;
  if (signal?.aborted) {
    const what = isUnknown ? `The outcome of its COMMIT is unknown. ${LOOK}` : outcome;
    return new MigrationInterruptedError(revision, what, { cause: thrown });
  }
  const { sqlstate = "" } = Object(error) as { sqlstate?: string };
  const step = {
    id: revision.id,
    message: revision.message,
    direction,
    outcome: isUnknown
      ? LOOK
      : error instanceof IrreversibleError
      ? outcome
      : `${outcome} ${whatNext(error, sqlstate)}`,
    place: placeOf(thrown, revision),
    advice: ADVICE[sqlstate],
  };
  return new RevisionFailedError(step, thrown);
}

function whatNext(error: unknown, sqlstate: string): string {
  if (error instanceof ConnectionLostError) return "Run the command again when the server accepts connections.";
  return NOT_OF_THE_REVISION.test(sqlstate)
    ? "Run the command again when the cause is removed."
    : "Correct the revision and run the command again.";
}

/** Position in the revision file, from the stack of an error. */
function placeOf(error: unknown, { path }: Revision): string | undefined {
  const file = basename(path);
  for (const line of (error as Error | undefined)?.stack?.split("\n") ?? []) {
    const [, at] = line.includes(file) ? /\?[0-9a-f]+(:\d+:\d+)/.exec(line) ?? [] : [];
    if (at) return `${file}${at}`;
  }
}
