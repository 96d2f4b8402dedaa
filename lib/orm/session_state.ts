/**
 * The state machine of a session: the one table that permits or refuses its actions.
 *
 * @module
 */
import { PendingRollbackError, SessionClosedError, TransactionBegunError } from "./errors.ts";

/** `idle`: no transaction; `active`: a transaction is open; `failed`: a flush failed; `closed`: after `close()`. */
export type SessionState = "idle" | "active" | "failed" | "closed";

/** A call, or `fail`: the failure of a flush. `work` is every read and write. */
export type SessionAction = "begin" | "work" | "fail" | "rollbackNested" | "commit" | "rollback" | "close";

/** The next state for each action; a missing action is refused. */
export const TRANSITIONS: Readonly<Record<SessionState, Partial<Record<SessionAction, SessionState>>>> = {
  idle: { begin: "active", work: "active", commit: "idle", rollback: "idle", close: "closed" },
  active: {
    work: "active",
    rollbackNested: "active",
    fail: "failed",
    commit: "idle",
    rollback: "idle",
    close: "closed",
  },
  failed: { fail: "failed", rollbackNested: "active", rollback: "idle", close: "closed" },
  closed: { close: "closed" },
};

/**
 * Returns the state after an action.
 *
 * @param failure the error of the failed flush.
 * @throws {SessionClosedError} when the session is closed.
 * @throws {PendingRollbackError} when a flush failed and the action is not its rollback.
 * @throws {TransactionBegunError} when `begin` finds a transaction.
 */
export function transition(state: SessionState, action: SessionAction, failure?: Error): SessionState {
  const next = TRANSITIONS[state][action];
  if (next !== undefined) return next;
  if (state === "closed") throw new SessionClosedError();
  if (state === "failed") throw new PendingRollbackError(failure);
  throw new TransactionBegunError();
}
