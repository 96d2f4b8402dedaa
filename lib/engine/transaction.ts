/**
 * The transaction of a connection: when one begins automatically, what each answer means for it, how it ends. These
 * rules are the same for promise-based and blocking connections, and perform no I/O. Nothing is inferred from SQL:
 * whenever no statement is in flight, the status reported by the server counts.
 *
 * @module
 */
import type { DriverConnection, RawResult } from "./driver.ts";
import {
  AnswerTimeoutError,
  CommitOutcomeUnknownError,
  ConnectionLostError,
  FailedTransactionError,
  StaleStatementError,
  TransactionStateError,
} from "./errors.ts";
import type { LimitOptions } from "./limit.ts";
import { savepointSql, type SavepointSteps } from "./savepoint.ts";
import type { Role } from "./statement_report.ts";
import { type Eventual, step, type Steps } from "./steps.ts";
import { beginStatement, type TransactionOptions } from "./transaction_options.ts";

/** An open transaction; each one is a new object, which also owns its savepoints. */
export class Transaction {
  /** The error after which the server rejects its statements. */
  failure: Error | undefined;
  /** Names of the open savepoints, outermost first. */
  readonly savepoints: string[] = [];

  /** @param mayHaveWritten true if not all of its statements only read: then its ROLLBACK is awaited. */
  constructor(public mayHaveWritten: boolean) {}
}

/** A connection with a count of its statements in flight. */
export interface TrackedConnection {
  readonly driver: Pick<DriverConnection, "transactionStatus" | "lost">;
  /** Number of statements in flight. */
  underWay: number;
}

/** Sends COMMIT or ROLLBACK, on a promise-based or blocking connection. */
export type SendControl = (sql: string, role: Role, transaction: Transaction) => Eventual<RawResult>;

/** The open transaction of a connection, as far as the client can know it. */
export class TransactionState {
  readonly #connection: TrackedConnection;
  readonly #options: TransactionOptions;
  #current: Transaction | undefined;
  #lastSavepoint = 0;

  /** @param options of transactions that begin automatically. */
  constructor(connection: TrackedConnection, options: TransactionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** The open transaction, from the moment its BEGIN is sent. */
  get current(): Transaction | undefined {
    return this.#current;
  }

  /** True while a transaction is open whose statements only read: nobody needs to await its ROLLBACK. */
  get hasOnlyRead(): boolean {
    return this.#current !== undefined && !this.#current.mayHaveWritten;
  }

  /** True if no transaction begins automatically. */
  get isAutocommit(): boolean {
    return this.#options.isolationLevel === "AUTOCOMMIT";
  }

  /**
   * Assigns a statement about to be sent to the open transaction, or to one that begins with it.
   *
   * @param onlyReads true if it changes nothing and takes no lock.
   * @returns the BEGIN to send ahead of it, if one is needed.
   */
  beforeStatement(onlyReads: boolean): string | undefined {
    const begin = this.#current || this.isAutocommit ? undefined : this.#open(this.#options);
    if (this.#current && !onlyReads) this.#current.mayHaveWritten = true;
    return begin;
  }

  /**
   * Begins a transaction at the caller's request.
   *
   * @param options override those of the connection.
   * @returns the BEGIN to send.
   * @throws {TransactionStateError} if one is open.
   */
  begin({ isolationLevel, readOnly }: TransactionOptions): string {
    if (this.#current) throw new TransactionStateError("A transaction is open: commit() or rollback() it first.");
    const { isolationLevel: level, readOnly: access } = this.#options;
    return this.#open({ isolationLevel: isolationLevel ?? level, readOnly: readOnly ?? access });
  }

  /**
   * Sets a savepoint; without an open transaction, one begins with it.
   *
   * @param execute sends a statement on the connection.
   */
  *savepoint(
    execute: (sql: string, limits: LimitOptions) => Eventual<unknown>,
    limits: LimitOptions,
  ): Steps<SavepointSteps> {
    const name = `sp_${++this.#lastSavepoint}`;
    const sql = savepointSql(name);
    const set = execute(sql.set, limits);
    const sentIn = this.#current;
    yield* step(set);
    const transaction = sentIn ?? this.#current; // a statement may have begun one meanwhile
    const savepoints = transaction?.savepoints ?? [];
    savepoints.push(name);
    const end = () => savepoints.splice(savepoints.indexOf(name)); // nested savepoints end with it
    const isOpen = () => this.#current === transaction && savepoints.includes(name);
    return {
      get isOpen() {
        return isOpen();
      },
      *commit(limits) {
        yield* step(execute(sql.release, limits));
        end();
      },
      *rollback(limits) {
        end();
        yield* step(execute(sql.rollback, limits));
      },
    };
  }

  /**
   * Commits the open transaction, if there is one.
   *
   * @throws {FailedTransactionError} if the server rolled back instead.
   * @throws {CommitOutcomeUnknownError} if COMMIT was sent and never answered.
   */
  *commit(send: SendControl): Steps<void> {
    const transaction = this.end();
    if (!transaction) return;
    const wasLost = this.#connection.driver.lost !== undefined;
    let answer: RawResult;
    try {
      answer = yield* step(send("COMMIT", "commit", transaction));
    } catch (error) {
      throw commitFailure(error, wasLost);
    }
    requireCommitted(answer, transaction);
  }

  /** Rolls back the open transaction, if there is one; if the connection is lost, the server has already done so. */
  *rollback(send: SendControl): Steps<void> {
    const transaction = this.end();
    if (!transaction || this.#connection.driver.lost) return;
    try {
      yield* step(send("ROLLBACK", "rollback", transaction));
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
    }
  }

  /**
   * True if a failed statement had no effect and can be sent again: it was prepared before its table changed, and was
   * not part of a transaction.
   *
   * @param transaction the one open when it was sent.
   */
  canRepeat(error: unknown, transaction: Transaction | undefined): boolean {
    const isOutside = transaction === undefined && this.#current === undefined;
    return error instanceof StaleStatementError && isOutside && this.#connection.driver.transactionStatus === "idle";
  }

  /**
   * Ends the open transaction, as COMMIT or ROLLBACK is about to be sent.
   *
   * @returns the ended transaction; `undefined` if none was open.
   */
  end(): Transaction | undefined {
    const ended = this.#current;
    this.#current = undefined;
    return ended;
  }

  /** Counts a statement that was sent. */
  sent(): void {
    this.#connection.underWay++;
  }

  /**
   * Counts a statement that was answered, or failed.
   *
   * @param transaction the one open when it was sent.
   * @param error of the statement, if it failed.
   */
  answered(transaction: Transaction | undefined, error: Error | undefined): void {
    if (error && transaction) {
      if (error instanceof FailedTransactionError) error.cause ??= transaction.failure;
      else transaction.failure ??= error;
    }
    if (--this.#connection.underWay === 0) this.#adoptServerStatus();
  }

  /** Adopts the server's status, if no statement is in flight. */
  #adoptServerStatus(): void {
    const { driver } = this.#connection;
    const status = driver.transactionStatus;
    if (status === "in transaction" && this.#current) this.#current.failure = undefined; // as after ROLLBACK TO
    if ((status === "idle") === (this.#current === undefined)) return;
    if (driver.lost) return; // the last status is outdated: the server has rolled back, and the next commit reports it
    this.#current = status === "idle" ? undefined : new Transaction(true);
  }

  #open(options: TransactionOptions): string {
    const begin = beginStatement(options);
    this.#current = new Transaction(false);
    return begin;
  }
}

/**
 * Checks the answer to COMMIT.
 *
 * @throws {FailedTransactionError} if the server rolled back instead.
 */
function requireCommitted({ command }: RawResult, transaction: Transaction): void {
  if (command === "COMMIT") return;
  const message = "nothing was committed: an earlier statement of this transaction failed";
  throw new FailedTransactionError({ sqlstate: "25P02", message }, "COMMIT", { cause: transaction.failure });
}

/**
 * Returns the error to throw for a failed COMMIT.
 *
 * @param wasLost true if the connection was already lost: COMMIT was not sent.
 */
function commitFailure(error: unknown, wasLost: boolean): unknown {
  const isUnanswered = error instanceof ConnectionLostError ||
    error instanceof AnswerTimeoutError && error.outcome === "dropped";
  return isUnanswered && !wasLost ? new CommitOutcomeUnknownError({ cause: error }) : error;
}
