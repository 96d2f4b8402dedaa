/**
 * Input and output of a connection. Nothing here blocks: each wait is yielded.
 *
 * @module
 */
import { cancelling, cancelOnThread } from "./cancel.ts";
import type { Libpq } from "./symbols.ts";
import { TimeIsUp, type Wait, type Work } from "./waiting.ts";

/** Milliseconds for the server to cancel a statement that timed out, before the connection is dropped. */
const GRACE = 200;

/** The connection was closed while a statement was in flight. */
export class WireClosed extends Error {}

/** The byte stream of a connection, in both directions. */
export class Wire {
  readonly #pq: Libpq;
  readonly #socket: number;
  #connection: Deno.PointerValue;
  /** Time at which the current statement times out, as `performance.now()`. */
  #until = Infinity;
  #isCancelled = false;

  /** @param connection address of an open connection, which this object closes. */
  constructor(pq: Libpq, connection: Deno.PointerValue) {
    this.#pq = pq;
    this.#connection = connection;
    this.#socket = pq.PQsocket(connection);
  }

  /** Address of the connection; `null` once closed, which libpq treats as a broken connection. */
  get connection(): Deno.PointerValue {
    return this.#connection;
  }

  /** True if the time was over and cancellation was requested. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /**
   * Limits the total time of the following operations.
   *
   * @param milliseconds `Infinity` for no limit.
   */
  limit(milliseconds: number): void {
    this.#until = performance.now() + milliseconds;
    this.#isCancelled = false;
  }

  /**
   * Sends unsent data and waits for the next result; `null` after the last one.
   *
   * @throws {TimeIsUp}
   */
  *result(): Work<Deno.PointerValue> {
    while (this.#pq.PQisBusy(this.#connection) === 1) {
      if (this.#isLate()) yield* this.#timeIsUp();
      yield this.#wait();
      this.#receive();
    }
    return this.#pq.PQgetResult(this.#connection);
  }

  /**
   * Waits for input.
   *
   * @throws {TimeIsUp}
   * @throws {WireClosed}
   */
  *input(): Work<void> {
    if (this.#isLate()) yield* this.#timeIsUp();
    yield this.#wait();
    this.#receive();
  }

  /** Closes the connection gracefully, without waiting. Statements in flight fail with a WireClosed. */
  close(): void {
    this.#pq.PQfinish(this.#connection);
    this.#connection = null;
  }

  #isLate(): boolean {
    return this.#until !== Infinity && performance.now() >= this.#until;
  }

  #wait(): Wait {
    const hasUnsent = this.#pq.PQflush(this.#connection) === 1;
    return { socket: this.#socket, forRead: true, forWrite: hasUnsent, until: this.#until };
  }

  #receive(): void {
    if (this.#connection === null) throw new WireClosed();
    this.#pq.PQconsumeInput(this.#connection); // also sends
  }

  /** On the first timeout requests cancellation and extends the wait; on the second gives up. */
  *#timeIsUp(): Work<void> {
    if (this.#isCancelled) throw new TimeIsUp();
    this.#isCancelled = true;
    this.#until = performance.now() + GRACE;
    try {
      if (this.#pq.PQcancelCreate) yield* cancelling(this.#pq, this.#connection, this.#until);
      else void cancelOnThread(this.#pq, this.#connection).catch(() => {});
    } catch {
      // the connection is broken: the wait times out
    }
  }
}
