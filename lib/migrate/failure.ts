/** What is said of a revision that failed. @module */
import { basename } from "node:path";
import { CommitOutcomeUnknownError } from "../engine/errors.ts";
import { IrreversibleError, type MigrationError, MigrationInterruptedError, RevisionFailedError } from "./errors.ts";
import { rootCause } from "./root_cause.ts";
import type { Revision } from "./revision_file.ts";
import type { MigrationStep } from "./steps.ts";

/** What to do about errors that migrations often meet, by SQLSTATE. */
const ADVICE: Record<string, string> = {
  "25001": "Such a statement runs outside a transaction: export const transactional = false from the revision, and " +
    "leave nothing else in it.",
  "42501":
    "The role of the URL lacks a right. Its owner, or a superuser, can GRANT it; or migrate as the owner of the " +
    "tables, with --url.",
  "55P03":
    "Another transaction holds a lock for longer. See who: SELECT pid, state, query FROM pg_stat_activity WHERE " +
    "xact_start < now() - interval '1 s'. Or give --lock-timeout more seconds.",
  "55P04": "A new enum value can be used once the transaction that added it is committed: use it in a later revision.",
};

/** What to do when nobody knows what became of a COMMIT. */
const LOOK = "Ask for the current revision to see whether it took effect.";

/**
 * The error that names revision, statement and SQLSTATE, with advice where there is some.
 *
 * @param thrown by the revision or the server. @param outcome what the revision leaves behind, in sentences.
 * @param signal what may have stopped the run: then whatever was thrown is a consequence.
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
    const what = isUnknown ? `The server did not say what became of its COMMIT. ${LOOK}` : outcome;
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
      : `${outcome} Correct the revision and run the command again.`,
    place: placeOf(thrown, revision),
    advice: ADVICE[sqlstate],
  };
  return new RevisionFailedError(step, thrown);
}

/** The line of the revision's file in an error's stack. */
function placeOf(error: unknown, { path }: Revision): string | undefined {
  const file = basename(path);
  for (const line of (error as Error | undefined)?.stack?.split("\n") ?? []) {
    const [, at] = line.includes(file) ? /\?[0-9a-f]+(:\d+:\d+)/.exec(line) ?? [] : [];
    if (at) return `${file}${at}`;
  }
}
