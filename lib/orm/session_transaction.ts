/** The transaction of a session: its connection, and the state that says what may be done. @module */
import type { Connection, TransactionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import type { OneAtATime } from "./one_at_a_time.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";

/** One transaction after another, each on a connection of its own. */
export class SessionTransaction {
  readonly #engine: Engine;
  readonly #options: TransactionOptions;
  readonly #calls: OneAtATime;
  #state: SessionState = "idle";
  /** Why the state is `failed`. */
  #failure: Error | undefined;
  /** Of the transaction that is open. */
  #connection: Connection | undefined;

  /** @param options how a transaction begins, as far as `begun()` is not told; @param calls those of the session. */
  constructor(engine: Engine, options: TransactionOptions, calls: OneAtATime) {
    this.#engine = engine;
    this.#options = options;
    this.#calls = calls;
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

  /** The connection of the transaction, which begins with it. */
  async begun(options?: TransactionOptions): Promise<Connection> {
    if (!this.#connection) {
      this.#connection = await this.#engine.connect({ ...this.#options, ...options, holder: this.#calls.site });
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
    this.#connection = undefined;
    await connection?.close();
  }
}
