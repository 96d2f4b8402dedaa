/**
 * What travels on one connection. Nothing here blocks: what is to be waited for is yielded.
 *
 * @module
 */
import { cancelling, cancelOnThread } from "./cancel.ts";
import type { Libpq } from "./symbols.ts";
import { TimeIsUp, type Wait, type Work } from "./waiting.ts";

/** Milliseconds for the server to cancel what took too long, before the connection is given up. */
const GRACE = 200;

/** The connection was closed while something was under way. */
export class WireClosed extends Error {}

/** A connection's bytes, out and in. */
export class Wire {
  readonly #pq: Libpq;
  readonly #socket: number;
  #connection: Deno.PointerValue;
  /** When what is under way is given up, as `performance.now()`. */
  #until = Infinity;
  #isCancelled = false;

  /** @param connection the address of an open connection, which this object closes. */
  constructor(pq: Libpq, connection: Deno.PointerValue) {
    this.#pq = pq;
    this.#connection = connection;
    this.#socket = pq.PQsocket(connection);
  }

  /** The address of the connection; `null` when it is closed, which libpq takes for a broken one. */
  get connection(): Deno.PointerValue {
    return this.#connection;
  }

  /** True when the time was over and the server was asked to cancel what it did. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /**
   * Limits the time of what is done next, all together.
   *
   * @param milliseconds `Infinity` for no limit.
   */
  limit(milliseconds: number): void {
    this.#until = performance.now() + milliseconds;
    this.#isCancelled = false;
  }

  /**
   * Sends what libpq could not send yet, and waits for the next result; `null` behind the last one.
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
   * Waits until something has come.
   *
   * @throws {TimeIsUp}
   * @throws {WireClosed}
   */
  *input(): Work<void> {
    if (this.#isLate()) yield* this.#timeIsUp();
    yield this.#wait();
    this.#receive();
  }

  /** Closes the connection, politely and without waiting. What is under way ends with a WireClosed. */
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
    this.#pq.PQconsumeInput(this.#connection); // sends, too
  }

  /** The first time the server is asked to cancel; then the wait goes on for a moment. */
  *#timeIsUp(): Work<void> {
    if (this.#isCancelled) throw new TimeIsUp();
    this.#isCancelled = true;
    this.#until = performance.now() + GRACE;
    try {
      if (this.#pq.PQcancelCreate) yield* cancelling(this.#pq, this.#connection, this.#until);
      else void cancelOnThread(this.#pq, this.#connection).catch(() => {});
    } catch {
      // then no answer will come either, and the time is soon over
    }
  }
}
