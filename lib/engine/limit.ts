/** How long a call may wait, and what becomes of an answer that does not come in time. @module */
import { AnswerTimeoutError, ConnectError, ConnectionLostError, DatabaseError } from "./errors.ts";
import { settledWithin } from "../base/within.ts";

/** Milliseconds that a server is given to cancel a statement; then the connection is dropped. */
const CANCEL_GRACE = 200;
/** Milliseconds until a request to cancel is repeated for the first time; then twice as long, and so on. */
const FIRST_RETRY_DELAY = 50;

/** What ends a call that waits for the server. */
export interface LimitOptions {
  /** Cancels on the server what the call waits for; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait, instead of `commandTimeout`; then an {@linkcode AnswerTimeoutError} is thrown. */
  readonly timeout?: number | undefined;
}

/** The limits among the options of a call; `undefined` when there are none. */
export function limitsOf({ signal, timeout }: LimitOptions = {}): LimitOptions | undefined {
  if (signal) return { signal, timeout };
  return timeout === undefined ? undefined : { timeout };
}

/** The end of a call's time. */
export class Limit {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that it was given. */
  readonly timeout: number;
  readonly #deadline: number;

  private constructor(signal: AbortSignal | undefined, timeout: number) {
    this.signal = signal;
    this.timeout = timeout;
    this.#deadline = performance.now() + timeout;
  }

  /** A limit that begins now; `undefined` when there is none. @param usual milliseconds, where nothing else is said. */
  static of({ signal, timeout }: LimitOptions, usual: number = Infinity): Limit | undefined {
    const time = timeout ?? usual;
    return signal || time < Infinity ? new Limit(signal, time) : undefined;
  }

  /** @throws the signal's reason, when it is aborted. */
  throwIfAborted(): void {
    this.signal?.throwIfAborted();
  }

  /** Milliseconds that are left; `undefined` when only a signal ends it. */
  get left(): number | undefined {
    return this.timeout === Infinity ? undefined : Math.max(0, this.#deadline - performance.now());
  }

  /** What is left, for one of several statements of a call. */
  get rest(): LimitOptions {
    return limitsOf({ signal: this.signal, timeout: this.left })!;
  }

  get isOver(): boolean {
    return this.signal?.aborted || this.left === 0;
  }
}

/**
 * Waits for a connection.
 *
 * @throws {AnswerTimeoutError} @throws the signal's reason @throws what `connect` throws
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

/** As `withinLimit()`, by a call that blocks the thread and ends by itself when the time is over. */
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

/** The connection on which an answer is waited for. */
export interface LimitedConnection {
  /** The answer to what others sent before: their time is not over, and a request to cancel would hit theirs. */
  readonly others: Promise<unknown>;
  /** The answer to what was sent just before, for the same call. */
  readonly before: Promise<unknown>;
  /** Asks the server to cancel what it runs now. */
  cancel(): Promise<void>;
  /** Breaks the connection off. */
  drop(reason: Error): void;
}

/**
 * Waits for an answer, and a moment longer than the limit: the server is asked to cancel the statement, and when that has
 * no effect the connection is dropped.
 *
 * @param sql for the message. @param unanswered what to throw when nobody knows what became of the statement.
 * @throws the signal's reason, or {AnswerTimeoutError}, when the time was over; else what the statement failed with.
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
    const isFromDriver = error instanceof AnswerTimeoutError; // whose limit is what was left of ours
    const isLost = error instanceof ConnectionLostError || isFromDriver && error.outcome === "dropped";
    if (!hasGivenUp && !isFromDriver && !(isLost && limit.isOver)) throw error;
    if (!isLost && !isFromDriver && !isCancellation(error)) throw error;
    const reason = limit.signal?.aborted
      ? limit.signal.reason
      : new AnswerTimeoutError(limit.timeout / 1000, isLost ? "dropped" : "cancelled", sql, { cause: error });
    throw isLost ? unanswered(reason) : reason;
  } finally {
    clearTimeout(timer);
    limit.signal?.removeEventListener("abort", giveUp);
    await attempt?.requested; // else it could hit the holder's next statement
  }
}

/** True of what a statement fails with when it, or the one before it in the transaction, was cancelled. */
function isCancellation(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlstate === "57014" || error.sqlstate === "25P02");
}

/** Asks the server to cancel a statement until it is answered, or its time is over; then the connection is dropped. */
class CancelAttempt {
  readonly #connection: LimitedConnection;
  #isAnswered = false;
  /** Others have their answers: the server is at our statement. */
  #isOurTurn = false;
  /** The request under way. */
  requested: Promise<unknown> | undefined;

  constructor(answer: Promise<unknown>, connection: LimitedConnection) {
    this.#connection = connection;
    void this.#run(answer.then(() => {}, () => {}).then(() => void (this.#isAnswered = true)));
  }

  /** Its time is over; while the others' is not, it goes on behind them. */
  giveUp(): void {
    if (!this.#isAnswered && this.#isOurTurn) this.#connection.drop(new Error("no answer in time"));
  }

  async #run(answered: Promise<void>): Promise<void> {
    const { others, before } = this.#connection;
    await Promise.race([answered, others.catch(() => {})]);
    this.#isOurTurn = true;
    const deadline = performance.now() + CANCEL_GRACE;
    const left = () => Math.max(0, deadline - performance.now());
    await settledWithin(left(), before);
    // a request that arrives between two statements is lost: ask again until there is an answer
    for (let pause = FIRST_RETRY_DELAY; !this.#isAnswered && left() > 0; pause *= 2) {
      await (this.requested = settledWithin(left(), this.#connection.cancel()));
      await settledWithin(Math.min(pause, left()), answered);
    }
    this.giveUp();
  }
}
