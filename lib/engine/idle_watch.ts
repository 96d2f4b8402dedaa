/**
 * Closes connections that nobody asked for: old ones, and those above what is kept ready.
 *
 * @module
 */
import type { CloseReason } from "./events.ts";
import type { PooledConnection } from "./pooled_connection.ts";

/** When idle connections end; times are milliseconds. */
interface Limits {
  readonly maxLifetime: number;
  readonly idleTimeout: number;
  /** Connections that `idleTimeout` leaves open. */
  readonly minIdle: number;
}

/** What a timer can wait for at most. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One timer for all, which does not keep a program from ending; none where nothing is to be closed. */
export class IdleWatch {
  readonly #idle: readonly PooledConnection[];
  readonly #limits: Limits;
  readonly #close: (connection: PooledConnection, reason: CloseReason) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer ends. */
  #next = Infinity;

  /**
   * @param idle those that are idle, the one that is so longest first;
   * @param close closes one of them.
   */
  constructor(
    idle: readonly PooledConnection[],
    limits: Limits,
    close: (connection: PooledConnection, reason: CloseReason) => void,
  ) {
    this.#idle = idle;
    this.#limits = limits;
    this.#close = close;
  }

  /** A connection became idle. */
  add(connection: PooledConnection): void {
    const { maxLifetime, idleTimeout } = this.#limits;
    if (maxLifetime === Infinity && idleTimeout === Infinity) return;
    connection.idleSince = performance.now();
    this.#wakeAt(this.#endOf(connection));
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#next = Infinity;
  }

  /** When a connection is to be closed if nobody asks for it. */
  #endOf({ expiresAt, idleSince }: PooledConnection): number {
    const { idleTimeout, minIdle } = this.#limits;
    return this.#idle.length > minIdle ? Math.min(expiresAt, idleSince + idleTimeout) : expiresAt;
  }

  #wakeAt(time: number): void {
    if (time >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = time;
    const wait = Math.min(Math.max(time - performance.now(), 1), LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#look(), wait);
    this.#timer.unref();
  }

  #look(): void {
    this.#next = Infinity;
    const now = performance.now();
    for (const connection of [...this.#idle]) {
      if (this.#endOf(connection) > now) continue;
      this.#close(connection, connection.expiresAt <= now ? "expired" : "idle");
    }
    for (const connection of this.#idle) this.#wakeAt(this.#endOf(connection));
  }
}
