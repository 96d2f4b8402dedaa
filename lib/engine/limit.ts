/**
 * Time limits of calls, and the cancellation of statements that exceed them.
 *
 * @module
 */
import { AnswerTimeoutError, ConnectError, ConnectionLostError, DatabaseError } from "./errors.ts";
import { settledWithin } from "../base/within.ts";

/** Milliseconds for the server to cancel a statement; then the connection is dropped. */
const CANCEL_GRACE = 200;
/** Milliseconds until a cancel request is repeated for the first time; the delay doubles each time. */
const FIRST_RETRY_DELAY = 50;

/** Limits of a call that waits for the server. */
export interface LimitOptions {
  /** Cancels the statement on the server; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait (default: `commandTimeout`); then an {@linkcode AnswerTimeoutError} is thrown. */
  readonly timeout?: number | undefined;
}

/** Returns the limits among the options of a call; `undefined` if there are none. */
export function limitsOf({ signal, timeout }: LimitOptions = {}): LimitOptions | undefined {
  if (signal) return { signal, timeout };
  return timeout === undefined ? undefined : { timeout };
}

/** The time limit of a call. */
export class Limit {
  readonly signal: AbortSignal | undefined;
  /** The total milliseconds. */
  readonly timeout: number;
  readonly #deadline: number;

  private constructor(signal: AbortSignal | undefined, timeout: number) {
    this.signal = signal;
    this.timeout = timeout;
    this.#deadline = performance.now() + timeout;
  }

  /**
   * Starts a limit; returns `undefined` if there is none.
   *
   * @param usual default milliseconds.
   */
  static of({ signal, timeout }: LimitOptions, usual: number = Infinity): Limit | undefined {
    const time = timeout ?? usual;
    return signal || time < Infinity ? new Limit(signal, time) : undefined;
  }

  /**
   * Throws if the signal is aborted.
   *
   * @throws the signal's reason
   */
  throwIfAborted(): void {
    this.signal?.throwIfAborted();
  }

  /** Remaining milliseconds; `undefined` if only a signal limits the call. */
  get left(): number | undefined {
    return this.timeout === Infinity ? undefined : Math.max(0, this.#deadline - performance.now());
  }

  /** The remaining limits, for one of several statements of a call. */
  get rest(): LimitOptions {
    return limitsOf({ signal: this.signal, timeout: this.left })!;
  }

  get isOver(): boolean {
    return this.signal?.aborted || this.left === 0;
  }
}

/**
 * Waits for a connection within a limit.
 *
 * @throws {AnswerTimeoutError}
 * @throws the signal's reason
 * @throws the errors of `connect`
 */
export async function withinLimit<T>(
  limit: Limit | undefined,
  connect: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (limit?.left === undefined) return await connect(limit?.signal);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(unsent(limit)), limit.left);
  try {
    return await connect(limit.signal ? AbortSignal.any([limit.signal, late.signal]) : late.signal);
  } catch (error) {
    throw isLate(error, limit) ? unsent(limit, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Like `withinLimit()`, for a blocking call that itself returns when the time is over. */
export function withinLimitSync<T>(limit: Limit | undefined, connect: () => T): T {
  try {
    return connect();
  } catch (error) {
    throw limit && isLate(error, limit) ? unsent(limit, error) : error;
  }
}

function isLate(error: unknown, limit: Limit): boolean {
  return error instanceof ConnectError && limit.left === 0;
}

function unsent(limit: Limit, cause?: unknown): AnswerTimeoutError {
  return new AnswerTimeoutError(limit.timeout / 1000, "unsent", undefined, { cause });
}

/** The connection on which a limited call waits. */
export interface LimitedConnection {
  /** The answers to earlier statements of other calls: their time is not over, and a cancel request would hit them. */
  readonly otherCalls: Promise<unknown>;
  /** The answer to the preceding statement of the same call. */
  readonly preceding: Promise<unknown>;
  /** Requests cancellation of the running statement. */
  cancel(): Promise<void>;
  /** Drops the connection. */
  drop(reason: Error): void;
}

/**
 * Waits for an answer. When the limit is exceeded, requests cancellation of the statement and waits a moment longer; if
 * that has no effect, drops the connection.
 *
 * @param sql for the message.
 * @param unanswered creates the error to throw if the outcome of the statement is unknown.
 * @throws {AnswerTimeoutError} if the time was over.
 * @throws the signal's reason
 * @throws the error of the statement
 */
export async function answerWithin<T>(
  answer: Promise<T>,
  limit: Limit,
  connection: LimitedConnection,
  sql?: string,
  unanswered: (reason: unknown) => unknown = (reason) => reason,
): Promise<T> {
  const abandoned = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasGivenUp = false;
  let attempt: CancelAttempt | undefined;
  const giveUp = () => {
    clearTimeout(timer);
    hasGivenUp = true;
    attempt = new CancelAttempt(answer, connection);
    timer = setTimeout(() => {
      attempt?.giveUp();
      abandoned.reject(new ConnectionLostError("no answer in time", sql));
    }, CANCEL_GRACE);
  };
  limit.signal?.addEventListener("abort", giveUp, { once: true });
  if (limit.left !== undefined) timer = setTimeout(giveUp, limit.left);
  try {
    return await Promise.race([answer, abandoned.promise]);
  } catch (error) {
    const isFromDriver = error instanceof AnswerTimeoutError; // the driver's limit is the remainder of this one
    const isLost = error instanceof ConnectionLostError || isFromDriver && error.outcome === "dropped";
    const isOfCancelRequest = hasGivenUp && (isLost || isCancellation(error));
    if (!isFromDriver && !isOfCancelRequest && !(isLost && limit.isOver)) throw error;
    const reason = limit.signal?.aborted
      ? limit.signal.reason
      : new AnswerTimeoutError(limit.timeout / 1000, isLost ? "dropped" : "cancelled", sql, { cause: error });
    throw isLost ? unanswered(reason) : reason;
  } finally {
    clearTimeout(timer);
    limit.signal?.removeEventListener("abort", giveUp);
    await attempt?.requested; // otherwise it could cancel the holder's next statement
  }
}

/** True for the error of a statement that was cancelled, or that follows a cancelled one in its transaction. */
function isCancellation(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlstate === "57014" || error.sqlstate === "25P02");
}

/**
 * Requests cancellation of a statement repeatedly until it is answered; when the time is over, drops the connection.
 */
class CancelAttempt {
  readonly #connection: LimitedConnection;
  #isAnswered = false;
  /** True once the earlier statements of other calls are answered, and the server runs this one. */
  #isOurTurn = false;
  /** The request in flight. */
  requested: Promise<unknown> | undefined;

  constructor(answer: Promise<unknown>, connection: LimitedConnection) {
    this.#connection = connection;
    void this.#run(answer.then(() => {}, () => {}).then(() => void (this.#isAnswered = true)));
  }

  /**
   * Drops the connection if this statement is the one that does not answer; otherwise leaves it to the calls that wait
   * longer.
   */
  giveUp(): void {
    if (!this.#isAnswered && this.#isOurTurn) this.#connection.drop(new Error("no answer in time"));
  }

  async #run(answered: Promise<void>): Promise<void> {
    const { otherCalls, preceding } = this.#connection;
    await Promise.race([answered, otherCalls.catch(() => {})]);
    this.#isOurTurn = true;
    const deadline = performance.now() + CANCEL_GRACE;
    const left = () => Math.max(0, deadline - performance.now());
    await settledWithin(left(), preceding);
    // a request that arrives between two statements has no effect: repeat it until there is an answer
    for (let pause = FIRST_RETRY_DELAY; !this.#isAnswered && left() > 0; pause *= 2) {
      await (this.requested = settledWithin(left(), this.#connection.cancel()));
      await settledWithin(Math.min(pause, left()), answered);
    }
    this.giveUp();
  }
}
