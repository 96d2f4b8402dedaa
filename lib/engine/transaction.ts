/**
 * The transaction of a connection: when one begins by itself, what an answer means for it, how it ends. The rules are the
 * same whether one awaits the server or blocks the thread, and stand here once, without I/O. Nothing is guessed from SQL:
 * whenever no statement is under way, what the server said last is what counts.
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
import type { SavepointSteps } from "./savepoint.ts";
import type { Role } from "./statement_report.ts";
import { type Eventual, step, type Steps } from "./steps.ts";
import { beginStatement, type TransactionOptions } from "./transaction_options.ts";

/** An open transaction; another one is another object, and what belonged to this one ends with it. */
export class Transaction {
  /** The error that made the server ignore the rest of it. */
  failure: Error | undefined;
  /** The names of the savepoints that are open, the outermost first. */
  readonly savepoints: string[] = [];

  /** @param mayHaveWritten true when something in it did more than read: then its ROLLBACK is waited for. */
  constructor(public mayHaveWritten: boolean) {}
}

/** An open connection, whoever holds it now. */
export interface TrackedConnection {
  readonly driver: Pick<DriverConnection, "transactionStatus" | "lost">;
  /** Statements sent and not answered yet. */
  underWay: number;
}

/** Sends what ends a transaction, on a connection of either kind. */
export type SendControl = (sql: string, role: Role, transaction: Transaction) => Eventual<RawResult>;

/** Which transaction is open, if one is, as far as its connection can know. */
export class TransactionState {
  readonly #connection: TrackedConnection;
  readonly #options: TransactionOptions;
  #current: Transaction | undefined;
  #lastSavepoint = 0;

  /** @param options how transactions begin. */
  constructor(connection: TrackedConnection, options: TransactionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** The transaction that is open: from the moment in which its BEGIN is sent. */
  get current(): Transaction | undefined {
    return this.#current;
  }

  /** True while a transaction is open whose statements only read: nobody needs to await its ROLLBACK. */
  get hasOnlyRead(): boolean {
    return this.#current !== undefined && !this.#current.mayHaveWritten;
  }

  /** True: no transaction begins by itself. */
  get isAutocommit(): boolean {
    return this.#options.isolationLevel === "AUTOCOMMIT";
  }

  /**
   * A statement is about to be sent: it belongs to the transaction that is open, or to one that begins now.
   *
   * @param onlyReads it changes nothing and takes no lock. @returns the BEGIN to send ahead of it, if one is needed.
   */
  beforeStatement(onlyReads: boolean): string | undefined {
    const begin = this.#current || this.isAutocommit ? undefined : this.#open(this.#options);
    if (this.#current && !onlyReads) this.#current.mayHaveWritten = true;
    return begin;
  }

  /**
   * A transaction is about to be begun by the caller.
   *
   * @param options what is missing is as the connection was told. @returns the BEGIN to send.
   * @throws {TransactionStateError} when one is open.
   */
  begin({ isolationLevel, readOnly }: TransactionOptions): string {
    if (this.#current) throw new TransactionStateError("A transaction is open: commit() or rollback() it first.");
    const { isolationLevel: level, readOnly: access } = this.#options;
    return this.#open({ isolationLevel: isolationLevel ?? level, readOnly: readOnly ?? access });
  }

  /**
   * Sets a savepoint; where no transaction is open, one begins with it.
   *
   * @param execute sends a statement on the connection.
   */
  *savepoint(
    execute: (sql: string, limits: LimitOptions) => Eventual<unknown>,
    limits: LimitOptions,
  ): Steps<SavepointSteps> {
    const name = `sp_${++this.#lastSavepoint}`;
    const set = execute(`SAVEPOINT ${name}`, limits);
    const sentIn = this.#current;
    yield* step(set);
    const transaction = sentIn ?? this.#current; // which a statement may have begun meanwhile
    const savepoints = transaction?.savepoints ?? [];
    savepoints.push(name);
    const end = () => savepoints.splice(savepoints.indexOf(name)); // those inside end with it
    const isOpen = () => this.#current === transaction && savepoints.includes(name);
    return {
      get isOpen() {
        return isOpen();
      },
      *commit(limits) {
        yield* step(execute(`RELEASE SAVEPOINT ${name}`, limits));
        end();
      },
      *rollback(limits) {
        end();
        yield* step(execute(`ROLLBACK TO SAVEPOINT ${name}`, limits));
      },
    };
  }

  /**
   * Commits the transaction that is open, if one is.
   *
   * @throws {FailedTransactionError} when the server rolled back instead.
   * @throws {CommitOutcomeUnknownError} when COMMIT was sent and never answered.
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

  /** Rolls back the transaction that is open, if one is; with a lost connection the server has done so already. */
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
   * True when a statement that failed has done nothing and can be sent again: it was prepared for a table that has changed
   * since, and no transaction has failed with it.
   *
   * @param transaction the one that was open when it was sent.
   */
  canRepeat(error: unknown, transaction: Transaction | undefined): boolean {
    const isOutside = transaction === undefined && this.#current === undefined;
    return error instanceof StaleStatementError && isOutside && this.#connection.driver.transactionStatus === "idle";
  }

  /** COMMIT or ROLLBACK is about to be sent. @returns the transaction that it ends; `undefined` when none is open. */
  end(): Transaction | undefined {
    const ended = this.#current;
    this.#current = undefined;
    return ended;
  }

  /** A statement was sent. */
  sent(): void {
    this.#connection.underWay++;
  }

  /**
   * A statement was answered, or will never be.
   *
   * @param transaction the one that was open when it was sent. @param error what it failed with, if it did.
   */
  answered(transaction: Transaction | undefined, error: Error | undefined): void {
    if (error && transaction) {
      if (error instanceof FailedTransactionError) error.cause ??= transaction.failure;
      else transaction.failure ??= error;
    }
    if (--this.#connection.underWay === 0) this.#adoptServerStatus();
  }

  /** With nothing under way the server's word is newer than ours. */
  #adoptServerStatus(): void {
    const { driver } = this.#connection;
    const status = driver.transactionStatus;
    if (status === "in transaction" && this.#current) this.#current.failure = undefined; // as after ROLLBACK TO
    if ((status === "idle") === (this.#current === undefined)) return;
    if (driver.lost) return; // what it said is no longer true: rolled back, and whoever commits is told so
    this.#current = status === "idle" ? undefined : new Transaction(true);
  }

  #open(options: TransactionOptions): string {
    const begin = beginStatement(options);
    this.#current = new Transaction(false);
    return begin;
  }
}

/** @throws {FailedTransactionError} when the answer to COMMIT says that the server rolled back instead. */
function requireCommitted({ command }: RawResult, transaction: Transaction): void {
  if (command === "COMMIT") return;
  const message = "nothing was committed: an earlier statement of this transaction failed";
  throw new FailedTransactionError({ sqlstate: "25P02", message }, "COMMIT", { cause: transaction.failure });
}

/** What a failed COMMIT means. @param wasLost the connection was lost before: then COMMIT was not even sent. */
function commitFailure(error: unknown, wasLost: boolean): unknown {
  const isUnanswered = error instanceof ConnectionLostError ||
    error instanceof AnswerTimeoutError && error.outcome === "dropped";
  return isUnanswered && !wasLost ? new CommitOutcomeUnknownError({ cause: error }) : error;
}
