/** One call of a session at a time: a second one is refused while the first runs. @module */
import { settledWithin } from "../base/within.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import { checkOptions } from "../engine/check_options.ts";
import { LIMIT } from "../engine/option_kinds.ts";
import { runAwaiting, type Steps } from "../engine/steps.ts";
import { CallSite } from "../base/call_site.ts";
import { ConcurrentUseError } from "./errors.ts";
import type { SessionAction } from "./session_state.ts";
import type { SessionTransaction } from "./session_transaction.ts";

/** Runs the calls of a session that is awaited. */
export class CallGuard {
  readonly #transaction: SessionTransaction;
  /** The call that runs, and whether its transaction was begun by an earlier one. */
  #running: { what: string; isLater: boolean } | undefined;
  /** From where the transaction was begun; its later calls take no stack, which would make a commit 7% longer. */
  #site: CallSite | undefined;
  /** Settles with the call that was made last. */
  #done: Promise<unknown> = Promise.resolve();

  constructor(transaction: SessionTransaction) {
    this.#transaction = transaction;
  }

  /** From where the transaction was begun. */
  get site(): CallSite | undefined {
    return this.#site;
  }

  /**
   * Runs a call alone.
   *
   * @param limits end the whole call.
   * @throws {ConcurrentUseError} when another one runs; it names both. @throws what the state of the session forbids.
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

  /** Waits for the call that runs, however it ends. @param timeout milliseconds. */
  async idle(timeout: number): Promise<void> {
    const limit = performance.now() + timeout;
    while (this.#running && performance.now() < limit) await settledWithin(limit - performance.now(), this.#done);
  }
}
