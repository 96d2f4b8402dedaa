/**
 * The transaction of a session: its connection, and the state that says what may be done.
 *
 * @module
 */
import type { ExecuteOptions, Query, TransactionOptions } from "../engine/connection.ts";
import type { Limit, LimitOptions } from "../engine/limit.ts";
import type { Result } from "../engine/result.ts";
import { type Eventual, step, type Steps } from "../engine/steps.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";

/** What a session asks of a connection. One that blocks returns the values, another one promises them. */
export interface SessionConnection {
  execute<Row>(query: Query<Row>, parameters: readonly unknown[], options: ExecuteOptions): Eventual<Result<Row>>;
  beginNested(limits: LimitOptions): Eventual<NestedTransaction>;
  commit(limits: LimitOptions): Eventual<void>;
  close(limits: Pick<LimitOptions, "timeout">): Eventual<void>;
}

/** A savepoint on such a connection. */
export interface NestedTransaction {
  readonly isOpen: boolean;
  commit(limits: LimitOptions): Eventual<void>;
  rollback(limits: LimitOptions): Eventual<void>;
}

const UNLIMITED: LimitOptions = {};

/** One transaction after another, each on a connection of its own. */
export class SessionTransaction<Connection extends SessionConnection = SessionConnection> {
  /** When the call that runs has to be over. */
  limit: Limit | undefined;
  readonly #connect: (options: TransactionOptions) => Eventual<Connection>;
  readonly #options: TransactionOptions;
  #state: SessionState = "idle";
  /** Why the state is `failed`. */
  #failure: Error | undefined;
  /** Of the transaction that is open. */
  #connection: Connection | undefined;

  /** @param connect takes a connection. @param options how transactions begin, unless `begun()` is told otherwise. */
  constructor(connect: (options: TransactionOptions) => Eventual<Connection>, options: TransactionOptions) {
    this.#connect = connect;
    this.#options = options;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** True from the first statement to the end of the transaction. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** The time left to the call that runs, for each of its statements. */
  get limits(): LimitOptions {
    return this.limit?.rest ?? UNLIMITED;
  }

  /** @throws {SessionClosedError} @throws {PendingRollbackError} @throws {TransactionBegunError} */
  assert(action: SessionAction): void {
    transition(this.#state, action, this.#failure);
  }

  /** The connection of the transaction that is open. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** The connection of the transaction, which begins with it. */
  *begun(options?: TransactionOptions): Steps<Connection> {
    if (!this.#connection) {
      const { isolationLevel, readOnly } = { ...this.#options, ...options };
      this.#connection = yield* step(this.#connect({ isolationLevel, readOnly }));
      this.#state = transition(this.#state, "work");
    }
    return this.#connection;
  }

  /** An error leaves nothing of the transaction to keep. @returns the error. */
  fail(error: unknown): unknown {
    this.#state = transition(this.#state, "fail");
    this.#failure = error as Error;
    return error;
  }

  /** A savepoint was rolled back, and what failed after it undone. */
  recover(): void {
    this.#state = transition(this.#state, "rollbackNested");
  }

  /** Ends the transaction. @returns its connection, if it had one: to be closed, which rolls back uncommitted work. */
  end(action: "commit" | "rollback" | "close"): Connection | undefined {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = undefined;
    return connection;
  }
}
