/**
 * The transaction of a session: its connection and its state.
 *
 * @module
 */
import type { ExecuteOptions, Query, TransactionOptions } from "../engine/connection.ts";
import { Limit, type LimitOptions } from "../engine/limit.ts";
import type { Result } from "../engine/result.ts";
import { type Eventual, step, type Steps } from "../engine/steps.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";

/** The methods of a connection that a session needs. A blocking one returns values, another one promises. */
export interface SessionConnection {
  execute<Row>(query: Query<Row>, parameters: readonly unknown[], options: ExecuteOptions): Eventual<Result<Row>>;
  beginNested(limits: LimitOptions): Eventual<NestedTransaction>;
  commit(limits: LimitOptions): Eventual<void>;
  close(limits: Pick<LimitOptions, "timeout">): Eventual<void>;
}

/** A savepoint of such a connection. */
export interface NestedTransaction {
  readonly isOpen: boolean;
  commit(limits: LimitOptions): Eventual<void>;
  rollback(limits: LimitOptions): Eventual<void>;
}

const UNLIMITED: LimitOptions = {};

/** The transactions of a session, one after another, each on its own connection. */
export class SessionTransaction<Connection extends SessionConnection = SessionConnection> {
  /** The limit of the running call. */
  limit: Limit | undefined;
  readonly #connect: (options: TransactionOptions) => Eventual<Connection>;
  readonly #options: TransactionOptions;
  /** The limit of all calls together. */
  readonly #whole: Limit | undefined;
  #state: SessionState = "idle";
  /** The error that led to the state `failed`. */
  #failure: Error | undefined;
  /** The connection of the open transaction. */
  #connection: Connection | undefined;

  /**
   * @param connect checks out a connection.
   * @param options the defaults for transactions, and the limit of all of them together, from now.
   */
  constructor(
    connect: (options: TransactionOptions) => Eventual<Connection>,
    options: TransactionOptions & Pick<LimitOptions, "timeout">,
  ) {
    this.#connect = connect;
    this.#options = options;
    this.#whole = Limit.of({ timeout: options.timeout });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** True while a transaction is open. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** The limits for the next statement of the running call. */
  get limits(): LimitOptions {
    const call = this.limit?.rest ?? UNLIMITED;
    return this.#whole ? { ...call, timeout: Math.min(call.timeout ?? Infinity, this.#whole.left!) } : call;
  }

  /**
   * Checks that the state permits an action.
   *
   * @throws {SessionClosedError} when the session is closed.
   * @throws {PendingRollbackError} when a flush failed.
   * @throws {TransactionBegunError} when `begin` finds a transaction.
   */
  assert(action: SessionAction): void {
    transition(this.#state, action, this.#failure);
  }

  /** The connection of the open transaction. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Returns the connection of the transaction; begins one if none is open. */
  *begin(options?: TransactionOptions): Steps<Connection> {
    if (!this.#connection) {
      const { isolationLevel, readOnly } = { ...this.#options, ...options };
      this.#connection = yield* step(this.#connect({ isolationLevel, readOnly }));
      this.#state = transition(this.#state, "work");
    }
    return this.#connection;
  }

  /**
   * Records an error after which the transaction can only be rolled back.
   *
   * @returns the error.
   */
  fail(error: unknown): unknown {
    this.#state = transition(this.#state, "fail");
    this.#failure = error as Error;
    return error;
  }

  /** Records that a rollback to a savepoint undid the failure. */
  recover(): void {
    this.#state = transition(this.#state, "rollbackNested");
  }

  /**
   * Ends the transaction.
   *
   * @returns its connection, if one was open; closing it rolls back uncommitted work.
   */
  end(action: "commit" | "rollback" | "close"): Connection | undefined {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = undefined;
    return connection;
  }
}
