/**
 * Runs transactions again that the server aborted because they conflicted with concurrent ones.
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
import { AfterCommitError, PendingRollbackError } from "./errors.ts";

/** Runs work in a transaction of its own: a session maker or an engine. */
export interface Transactional<Unit> {
  /** Runs `work` in a transaction of its own. */
  begin<T>(work: (unit: Unit) => T | Promise<T>, options?: ConnectOptions): Promise<T>;
}

/** Settings of `retry()`, and of the transactions that it begins. */
export interface RetryOptions extends ConnectOptions {
  /** Maximum number of attempts, including the first (default 5). */
  readonly attempts?: number;
  /** Maximum delay before the second attempt, in milliseconds; doubled for each further attempt (default 20). */
  readonly baseDelay?: number;
  /** Maximum delay before any attempt, in milliseconds (default 1,000). */
  readonly maxDelay?: number;
  /** Reports whether a further error, such as `StaleDataError`, is worth another attempt. */
  readonly also?: (error: unknown) => boolean;
  /**
   * Aborts delays, the wait for a connection, and COMMIT: `retry()` throws its reason. Statements of the work are not
   * interrupted: pass the signal to them, too. `timeout` applies to each attempt.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The last permitted attempt of a transaction failed, too; `cause` is its error. */
export class RetryLimitError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "RETRY_LIMIT";

  /** @ignore */
  constructor(readonly attempts: number, override readonly cause: Error) {
    super(
      `Gave up after ${attempts} attempts. Last error: ${cause.message.split("\n")[0]}. ` +
        "Shorten the transactions, lock rows in a consistent order, or allow more attempts.",
      { cause },
    );
  }
}

/**
 * Runs work in a transaction, and repeats it in a new transaction (and session) if the server aborts it in favour of a
 * concurrent one: SQLSTATE 40001 (serialization failure) and 40P01 (deadlock), at COMMIT too. Each delay is random, up
 * to a limit that doubles, so that the same transactions do not conflict again ("full jitter" of M. Brooker,
 * Exponential Backoff and Jitter, AWS Architecture Blog, 2015).
 *
 * The work may run several times: keep side effects outside the database, such as mails, out of it. It is not repeated
 * after a `CommitOutcomeUnknownError`, because its changes may be committed, or an `AfterCommitError`, because they are.
 *
 * ```ts ignore
 * await retry(getSession, async (session) => {
 *   const account = await session.getOne(Account, 1);
 *   account.balance -= 10;
 * }, { isolationLevel: "SERIALIZABLE" });
 * await retry(engine, (connection) => connection.execute("UPDATE …"));
 * ```
 *
 * @returns the value of the attempt that was committed.
 * @throws {RetryLimitError} when the last attempt fails, too.
 * @throws the signal's reason when it aborts.
 * @throws every other error unchanged.
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
      const mayBeCommitted = error instanceof CommitOutcomeUnknownError || error instanceof AfterCommitError;
      if (mayBeCommitted || !(isConflict(error) || also(error))) throw error;
      if (attempt >= attempts) throw new RetryLimitError(attempt, error as Error);
    }
    await sleep(backoff(attempt, baseDelay, maxDelay), signal);
  }
}

/** Reports whether the server aborted the transaction because of a concurrent one, so that a repetition may succeed. */
export function isConflict(error: unknown): boolean {
  // work that continued after the conflict fails with a consequence of it
  if (error instanceof FailedTransactionError || error instanceof PendingRollbackError) return isConflict(error.cause);
  return error instanceof SerializationError || error instanceof DeadlockError;
}

/**
 * Returns a random delay after an attempt, in milliseconds.
 *
 * @param attempt counted from 1.
 * @param base maximum delay after the first attempt, in milliseconds.
 * @param max maximum delay after any attempt, in milliseconds.
 * @param random returns a number from 0 to below 1.
 */
export function backoff(attempt: number, base: number, max: number, random: () => number = Math.random): number {
  return random() * Math.min(max, base * 2 ** (attempt - 1));
}
