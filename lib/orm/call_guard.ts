/**
 * Runs the calls of a session one at a time: a second call is refused while the first runs.
 *
 * @module
 */
import { settledWithin } from "../base/within.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { LIMIT } from "../engine/option_kinds.ts";
import { runAwaiting, type Steps } from "../engine/steps.ts";
import { CallSite } from "../base/call_site.ts";
import { ConcurrentUseError } from "./errors.ts";
import type { SessionAction } from "./session_state.ts";
import type { SessionTransaction } from "./session_transaction.ts";

/** Runs and awaits the calls of a session. */
export class CallGuard {
  readonly #transaction: SessionTransaction;
  /** The running call, and whether an earlier call began its transaction. */
  #running: { what: string; isLater: boolean } | undefined;
  /** Where the transaction was begun. Later calls capture no stack, which would slow a commit by 7%. */
  #site: CallSite | undefined;
  /** Settles with the latest call. */
  #done: Promise<unknown> = Promise.resolve();

  constructor(transaction: SessionTransaction) {
    this.#transaction = transaction;
  }

  /** Where the transaction was begun. */
  get site(): CallSite | undefined {
    return this.#site;
  }

  /**
   * Runs a call.
   *
   * @param what the name of the call, for messages.
   * @param limits apply to the whole call.
   * @throws {ConcurrentUseError} when another call runs.
   * @throws {SessionClosedError} when the session is closed.
   * @throws {PendingRollbackError} when a flush failed.
   * @throws {TransactionBegunError} when `begin()` finds a transaction.
   */
  async run<T>(
    action: SessionAction,
    what: string,
    work: Steps<T>,
    limits?: LimitOptions,
  ): Promise<T> {
    if (this.#running) {
      const { what: running, isLater } = this.#running;
      const first = `${running}, ${isLater ? "in the transaction begun by" : "called by"} ${this.#site}`;
      throw new ConcurrentUseError(first, `${what}, called by ${new CallSite()}`);
    }
    const transaction = this.#transaction;
    transaction.assert(action);
    if (limits) checkOptions(what, limits, LIMIT);
    limits?.signal?.throwIfAborted();
    if (!transaction.isOpen) this.#site = new CallSite();
    this.#running = { what, isLater: transaction.isOpen };
    transaction.limit = limits && Limit.of(limits);
    try {
      return await (this.#done = runAwaiting(work)) as T;
    } finally {
      this.#running = transaction.limit = undefined;
    }
  }

  /**
   * Waits for the running call, whether it succeeds or fails.
   *
   * @param timeout milliseconds.
   */
  async idle(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout;
    while (this.#running && performance.now() < deadline) await settledWithin(deadline - performance.now(), this.#done);
  }
}
