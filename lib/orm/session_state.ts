/**
 * The states of a session and what leads from one to another: the one table that guards it.
 *
 * @module
 */
import { PendingRollbackError, SessionClosedError, TransactionBegunError } from "./errors.ts";

/** `idle`: no transaction; `active`: a transaction is open; `failed`: a flush failed; `closed`: over. */
export type SessionState = "idle" | "active" | "failed" | "closed";

/** What a session is told to do, or, as `fail`, meets; `work` is every read and write. */
export type SessionAction = "begin" | "work" | "fail" | "rollbackNested" | "commit" | "rollback" | "close";

/** Where each action leads; an action that is missing is refused. */
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
 * The state after an action.
 *
 * @param failure why the state is `failed`.
 * @throws {SessionClosedError} @throws {PendingRollbackError} @throws {TransactionBegunError}
 */
export function transition(state: SessionState, action: SessionAction, failure?: Error): SessionState {
  const next = TRANSITIONS[state][action];
  if (next !== undefined) return next;
  if (state === "closed") throw new SessionClosedError();
  if (state === "failed") throw new PendingRollbackError(failure);
  throw new TransactionBegunError();
}
