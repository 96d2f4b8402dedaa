/**
 * The transaction of a session: its connection, the state that says what may be done, and that it is for one task at a
 * time: a second call is refused while the first runs.
 *
 * @module
 */
import type { SessionOptions } from "./session_options.ts";
import type { Connection, TransactionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { Limit, type LimitOptions, withinLimit } from "../engine/limit.ts";
import { checkLimitOptions } from "../engine/options.ts";
import { settledWithin } from "../base/within.ts";
import { CallSite } from "../text/call_site.ts";
import { ConcurrentUseError } from "./errors.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";

const UNLIMITED: LimitOptions = {};

/** One transaction after another, each on a connection of its own. */
export class SessionTransaction {
  readonly #engine: Engine;
  readonly #options: SessionOptions;
  /** The call that runs now, and from where it was made or, of a later one, its transaction begun. */
  #running: { what: string; isLater: boolean; site: CallSite } | undefined;
  /** The end of its time. */
  #limit: Limit | undefined;
  /** Settles with the call that was made last. */
  #done: Promise<unknown> = Promise.resolve();
  #state: SessionState = "idle";
  /** Why the state is `failed`. */
  #failure: Error | undefined;
  /** Of the transaction that is open. */
  #connection: Connection | undefined;
  /** From where that was begun; its later calls take no stack of their own, which would make a commit 7% longer. */
  #site: CallSite | undefined;

  /** @param options how a transaction begins, as far as `begun()` is not told. */
  constructor(engine: Engine, options: SessionOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** True from the first statement to the end of the transaction. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** @throws {SessionClosedError} @throws {PendingRollbackError} @throws {TransactionBegunError} */
  assert(action: SessionAction): void {
    transition(this.#state, action, this.#failure);
  }

  /**
   * Runs a call alone.
   *
   * @throws {ConcurrentUseError} when another one runs; it names both. @throws what `assert()` throws.
   */
  async run<T>(
    action: SessionAction,
    what: string,
    work: () => Promise<T>,
    limits: LimitOptions = UNLIMITED,
  ): Promise<T> {
    if (this.#running) {
      const { what: running, isLater, site } = this.#running;
      const first = `${running}, ${isLater ? "in the transaction begun by" : "called by"} ${site}`;
      throw new ConcurrentUseError(first, `${what}, called by ${new CallSite()}`);
    }
    this.assert(action);
    if (limits !== UNLIMITED) checkLimitOptions(what, { signal: limits.signal, timeout: limits.timeout });
    limits.signal?.throwIfAborted();
    this.#limit = Limit.of(limits);
    this.#running = { what, isLater: this.#site !== undefined, site: this.#site ?? new CallSite() };
    try {
      return await (this.#done = work()) as T;
    } finally {
      this.#running = this.#limit = undefined;
    }
  }

  /** What is left of the time of the call that runs, for each of its statements. */
  get limits(): LimitOptions {
    return this.#limit?.rest ?? UNLIMITED;
  }

  /** Waits for the call that runs, however it ends. @param timeout milliseconds. */
  async idle(timeout: number): Promise<void> {
    const limit = performance.now() + timeout;
    while (this.#running && performance.now() < limit) await settledWithin(limit - performance.now(), this.#done);
  }

  /** The connection of the transaction, which begins with it. */
  async begun(options?: TransactionOptions): Promise<Connection> {
    if (!this.#connection) {
      this.#site = this.#running?.site;
      const { isolationLevel, readOnly } = { ...this.#options, ...options };
      const { commandTimeout } = this.#options;
      this.#connection = await withinLimit(
        this.#limit,
        (signal) => this.#engine.connect({ isolationLevel, readOnly, commandTimeout, signal, holder: this.#site }),
      );
      this.#state = transition(this.#state, "work");
    }
    return this.#connection;
  }

  /** Does what leaves nothing of the transaction to keep when it goes wrong. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#state = transition(this.#state, "fail");
      this.#failure = error as Error;
      throw error;
    }
  }

  /** A savepoint was rolled back: what failed in it is undone. */
  recover(): void {
    this.#state = transition(this.#state, "rollbackNested");
  }

  /** Ends the transaction: what was not committed is rolled back. @param timeout milliseconds, then it is dropped. */
  async end(action: "commit" | "rollback" | "close", timeout?: number): Promise<void> {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = this.#site = undefined;
    await connection?.close({ timeout });
  }
}
