/**
 * Transactions that are run again when the server could not let them through: two of them stood in each other's way, and
 * nothing is wrong with either.
 *
 * @module
 */
import { sleep } from "../base/sleep.ts";
import type { ConnectOptions } from "../engine/engine.ts";
import {
  CommitOutcomeUnknownError,
  DeadlockError,
  FailedTransactionError,
  SerializationError,
} from "../engine/errors.ts";
import { EngineError } from "../base/error.ts";
import { PendingRollbackError } from "./errors.ts";

/** What runs work in a transaction of its own: what `sessionmaker()` returns, or an engine. */
export interface Transactional<Unit> {
  begin<T>(work: (unit: Unit) => T | Promise<T>, options?: ConnectOptions): Promise<T>;
}

/** How often and when a transaction is run again; how it begins. */
export interface RetryOptions extends ConnectOptions {
  /** How often it is run at most, the first time included (default 5). */
  readonly attempts?: number;
  /** The longest wait before the second attempt, in milliseconds; it doubles with each further one (default 20). */
  readonly baseDelay?: number;
  /** The longest wait before any attempt, in milliseconds (default 1,000). */
  readonly maxDelay?: number;
  /** Further errors after which it is worth another attempt, such as `StaleDataError`. */
  readonly also?: (error: unknown) => boolean;
  /**
   * Ends the waiting, also for a connection and for COMMIT: `retry()` throws its reason. The statements of the work are not
   * interrupted: give it to them, too. `timeout` is for each attempt anew.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A transaction was run as often as it may be, and never got through; `cause` is the last error. */
export class RetryLimitError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "RETRY_LIMIT";

  constructor(readonly attempts: number, override readonly cause: Error) {
    super(
      `Gave up after ${attempts} attempts, each undone by the server. The last time: ${
        cause.message.split("\n")[0]
      }. ` +
        "Make the transactions shorter, let them lock rows in one order, or allow more attempts.",
      { cause },
    );
  }
}

/**
 * Runs work in a transaction, and the whole of it again, with a new session and a new transaction, when the server ended
 * it for the sake of another: SQLSTATE 40001 (could not be put in an order) and 40P01 (deadlock), COMMIT included. Before
 * each further attempt it waits for a random time up to a limit that doubles, so that the two do not meet again.
 *
 * The work may run several times: what it does outside of the database (mails, counters) does not belong in it.
 * It is never run again after a `CommitOutcomeUnknownError`: what may have been committed would be done twice.
 *
 * ```ts ignore
 * await retry(getSession, async (session) => {
 *   const account = await session.getOne(Account, 1);
 *   account.balance -= 10;
 * }, { isolationLevel: "SERIALIZABLE" });
 * await retry(engine, (connection) => connection.execute("UPDATE …"));
 * ```
 *
 * @returns what the work returned the time it got through.
 * @throws {RetryLimitError} when it never did. @throws the signal's reason. @throws every other error as it is.
 * Source of the waiting: "full jitter" of M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015.
 */
export async function retry<Unit, T>(
  transactional: Transactional<Unit>,
  work: (unit: Unit) => T | Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 5, baseDelay = 20, maxDelay = 1_000, also = () => false, signal, ...begin } = options;
  if (!(attempts >= 1)) throw new RangeError(`retry: attempts is ${attempts}; it must be at least 1.`);
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await transactional.begin(work, signal ? { ...begin, signal } : begin);
    } catch (error) {
      if (error instanceof CommitOutcomeUnknownError || !(isConflict(error) || also(error))) throw error;
      if (attempt >= attempts) throw new RetryLimitError(attempt, error as Error);
    }
    await sleep(backoff(attempt, baseDelay, maxDelay), signal);
  }
}

/** True when the server ended the transaction for the sake of another, so that it may well succeed the next time. */
export function isConflict(error: unknown): boolean {
  // work that went on after the conflict meets its consequence
  if (error instanceof FailedTransactionError || error instanceof PendingRollbackError) return isConflict(error.cause);
  return error instanceof SerializationError || error instanceof DeadlockError;
}

/** How long to wait after an attempt, in milliseconds. @param attempt counted from 1. @param random from 0 to below 1. */
export function backoff(attempt: number, base: number, most: number, random: () => number = Math.random): number {
  return random() * Math.min(most, base * 2 ** (attempt - 1));
}
