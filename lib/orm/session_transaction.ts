/**
 * The transaction of a session: its connection, the state that says what may be done, and that it is for one task at a
 * time: a second call is refused while the first runs.
 *
 * @module
 */
import type { Connection, TransactionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { CallSite } from "../text/call_site.ts";
import { ConcurrentUseError } from "./errors.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";

/** One transaction after another, each on a connection of its own. */
export class SessionTransaction {
  readonly #engine: Engine;
  readonly #options: TransactionOptions;
  /** The call that runs now, and from where it was made or, of a later one, its transaction begun. */
  #running: { what: string; isLater: boolean; site: CallSite } | undefined;
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
  constructor(engine: Engine, options: TransactionOptions) {
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
  async run<T>(action: SessionAction, what: string, work: () => Promise<T>): Promise<T> {
    if (this.#running) {
      const { what: running, isLater, site } = this.#running;
      const first = `${running}, ${isLater ? "in the transaction begun by" : "called by"} ${site}`;
      throw new ConcurrentUseError(first, `${what}, called by ${new CallSite()}`);
    }
    this.assert(action);
    this.#running = { what, isLater: this.#site !== undefined, site: this.#site ?? new CallSite() };
    try {
      return await (this.#done = work()) as T;
    } finally {
      this.#running = undefined;
    }
  }

  /** Waits for the call that runs, however it ends. */
  async idle(): Promise<void> {
    while (this.#running) await this.#done.catch(() => {});
  }

  /** The connection of the transaction, which begins with it. */
  async begun(options?: TransactionOptions): Promise<Connection> {
    if (!this.#connection) {
      this.#site = this.#running?.site;
      const { isolationLevel, readOnly } = { ...this.#options, ...options };
      this.#connection = await this.#engine.connect({ isolationLevel, readOnly, holder: this.#site });
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

  /** Ends the transaction: what was not committed is rolled back. */
  async end(action: "commit" | "rollback" | "close"): Promise<void> {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = this.#site = undefined;
    await connection?.close();
  }
}
