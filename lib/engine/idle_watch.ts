/**
 * Closes idle connections: those that have expired, and those in excess of the minimum.
 *
 * @module
 */
import type { CloseReason } from "./events.ts";
import type { PooledConnection } from "./pooled_connection.ts";

/** Limits of idle connections; times in milliseconds. */
interface Limits {
  readonly maxLifetime: number;
  readonly idleTimeout: number;
  /** Idle connections kept open despite `idleTimeout`. */
  readonly minIdle: number;
}

/** Maximum delay of a timer. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A single timer for all connections, which does not keep the process alive; none is started if nothing can expire. */
export class IdleWatch {
  readonly #idle: readonly PooledConnection[];
  readonly #limits: Limits;
  readonly #close: (connection: PooledConnection, reason: CloseReason) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Time at which the timer fires. */
  #next = Infinity;

  /**
   * @param idle the idle connections, longest idle first.
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

  /** Starts watching a connection that has become idle. */
  add(connection: PooledConnection): void {
    const { maxLifetime, idleTimeout } = this.#limits;
    if (maxLifetime === Infinity && idleTimeout === Infinity) return;
    connection.idleSince = performance.now();
    this.#wakeAt(this.#endOf(connection));
  }

  /** Stops watching. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#next = Infinity;
  }

  /** Returns the time at which a connection is closed if it stays idle. */
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
