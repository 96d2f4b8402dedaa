/**
 * The pool: up to `size` connections kept open, up to `maxOverflow` more while they are needed, and a fair queue for
 * whoever comes when all are out. SQLAlchemy's QueuePool is the model
 * (https://docs.sqlalchemy.org/en/20/core/pooling.html).
 *
 * @module
 */
import type { CallSite } from "../text/call_site.ts";
import type { DriverConnection } from "./driver.ts";
import { EngineDisposedError, PoolTimeoutError } from "./errors.ts";
import { type CloseReason, type EngineEvents, since } from "./events.ts";
import { shorten } from "../text/text.ts";

/** How many connections a pool keeps and how long it lets others wait. */
export interface PoolOptions {
  /** Connections kept open. */
  readonly size: number;
  /** Connections above `size`, closed as soon as nobody waits for them. */
  readonly maxOverflow: number;
  /** Milliseconds to wait for a connection. */
  readonly timeout: number;
  /** Ask each idle connection whether it still lives before handing it out. */
  readonly prePing: boolean;
  /** Milliseconds after which a connection is replaced when somebody asks for it. */
  readonly recycle: number;
}

/** The numbers of a pool at one moment. */
export interface PoolStatus extends Pick<PoolOptions, "size" | "maxOverflow"> {
  /** Connections handed out. */
  readonly held: number;
  /** Connections open and free. */
  readonly idle: number;
  /** Callers in the queue. */
  readonly waiting: number;
}

/** A connection that belongs to a pool. */
export class PooledConnection {
  /** Who holds it, while it is out. */
  holder: CallSite | undefined;
  /** When it was handed out, as `performance.now()`. */
  heldSince = 0;
  /** When it was opened. */
  readonly openedAt: number = performance.now();
  /** The statement sent last, for the message of a pool that ran dry. */
  lastSql: string | undefined;
  /** Statements sent and not answered yet. */
  underWay = 0;
  /** The end of its last transaction, if nobody awaited it. */
  ending: Promise<void> | undefined;
  /** Set to have it closed instead of kept when it comes back. */
  discard = false;

  constructor(readonly id: number, readonly driver: DriverConnection) {}

  get isUsable(): boolean {
    return !this.discard && this.driver.lost === undefined;
  }
}

/** Hands connections out and takes them back. */
export class Pool {
  readonly #open: () => Promise<DriverConnection>;
  readonly #options: PoolOptions;
  readonly #events: EngineEvents;
  readonly #idle: PooledConnection[] = [];
  readonly #held = new Set<PooledConnection>();
  readonly #waiters: PromiseWithResolvers<PooledConnection>[] = [];
  #opening = 0;
  /** Connections being opened or closed while nobody awaits it: `dispose()` does. */
  readonly #background = new Set<Promise<void>>();
  #lastId = 0;
  #disposed = false;

  /** @param open opens a connection to the server. */
  constructor(open: () => Promise<DriverConnection>, options: PoolOptions, events: EngineEvents) {
    this.#open = open;
    this.#options = options;
    this.#events = events;
  }

  /** The numbers of this moment. */
  status(): PoolStatus {
    const { size, maxOverflow } = this.#options;
    return { size, maxOverflow, held: this.#held.size, idle: this.#idle.length, waiting: this.#waiters.length };
  }

  /**
   * Hands out an idle connection, or a new one, or waits in the queue.
   *
   * @throws {PoolTimeoutError} @throws {ConnectError} @throws {EngineDisposedError} @throws the signal's reason
   */
  async checkout(holder: CallSite, signal?: AbortSignal): Promise<PooledConnection> {
    while (true) {
      signal?.throwIfAborted();
      if (this.#disposed) throw new EngineDisposedError();
      const idle = this.#idle.pop();
      if (idle) this.#held.add(idle);
      const connection = idle ?? await this.#wait(signal);
      const isOld = connection.heldSince > 0 && performance.now() - connection.openedAt > this.#options.recycle;
      connection.holder = holder;
      connection.heldSince = performance.now();
      if (!isOld && connection.isUsable && (!this.#options.prePing || await isAlive(connection))) {
        if (this.#events.wants("checkout")) {
          const { id, heldSince: at } = connection;
          this.#events.emit({ type: "checkout", at, connection: id, holder: `${holder}` });
        }
        return connection;
      }
      this.#held.delete(connection);
      this.#inBackground(this.#close(connection, isOld ? "recycled" : "broken"));
    }
  }

  /** Takes a connection back: for the first in the queue, to keep, or to close. */
  async checkin(connection: PooledConnection): Promise<void> {
    if (!this.#held.delete(connection)) return;
    this.#events.emit({ type: "checkin", ...since(connection.heldSince), connection: connection.id });
    connection.holder = undefined;
    connection.lastSql = undefined;
    if (!connection.isUsable) await this.#close(connection, "broken");
    else await this.#offer(connection);
    this.#openForWaiters();
  }

  /** Closes what is idle and refuses what comes; connections still out are closed when they come back. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new EngineDisposedError());
    for (const connection of this.#idle.splice(0)) this.#inBackground(this.#close(connection, "disposed"));
    await Promise.all(this.#background);
  }

  /** Gives a free connection to the first waiter, keeps it, or closes it when there are enough. */
  async #offer(connection: PooledConnection): Promise<void> {
    if (this.#disposed) return await this.#close(connection, "disposed");
    const waiter = this.#waiters.shift();
    if (waiter) {
      this.#held.add(connection); // now, not when the waiter's task goes on: the limit must hold in between
      waiter.resolve(connection);
    } else if (this.#idle.length + this.#held.size + this.#opening < this.#options.size) this.#idle.push(connection);
    else await this.#close(connection, "overflow");
  }

  async #wait(signal: AbortSignal | undefined): Promise<PooledConnection> {
    const waiter = Promise.withResolvers<PooledConnection>();
    const at = performance.now();
    this.#waiters.push(waiter);
    this.#openForWaiters();
    // opening a connection takes time too, but only who stands behind others waits for the pool
    const mustQueue = this.#opening < this.#waiters.length;
    const leave = (error: unknown) => {
      const index = this.#waiters.indexOf(waiter);
      if (index !== -1) this.#waiters.splice(index, 1);
      waiter.reject(error);
    };
    const expire = () => {
      // for who is among the first a connection is being opened: connectTimeout limits that
      if (this.#waiters.indexOf(waiter) >= this.#opening) leave(this.#timeoutError());
    };
    const timer = setTimeout(expire, this.#options.timeout);
    const abort = () => leave(signal?.reason);
    signal?.addEventListener("abort", abort);
    let connection: number | undefined;
    try {
      const taken = await waiter.promise;
      connection = taken.id;
      return taken;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (mustQueue) this.#events.emit({ type: "wait", ...since(at), connection });
    }
  }

  /** Opens connections while callers wait that nobody opens one for, and the limit allows. */
  #openForWaiters(): void {
    const most = this.#options.size + this.#options.maxOverflow;
    while (this.#opening < this.#waiters.length && this.#opening + this.#idle.length + this.#held.size < most) {
      this.#opening++;
      this.#inBackground(this.#openOne());
    }
  }

  async #openOne(): Promise<void> {
    const at = performance.now();
    try {
      const connection = new PooledConnection(++this.#lastId, await this.#open());
      this.#opening--;
      connection.driver.onLost = () => this.#forget(connection);
      this.#events.emit({ type: "connect", ...since(at), connection: connection.id });
      await this.#offer(connection);
    } catch (error) {
      this.#opening--;
      this.#waiters.shift()?.reject(error);
      this.#openForWaiters();
    }
  }

  /** An idle connection broke: whoever asks next must not get it. One that is out is closed when it comes back. */
  #forget(connection: PooledConnection): void {
    const index = this.#idle.indexOf(connection);
    if (index === -1) return;
    this.#idle.splice(index, 1);
    this.#inBackground(this.#close(connection, "broken"));
  }

  #inBackground(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }

  async #close(connection: PooledConnection, reason: CloseReason): Promise<void> {
    const at = performance.now();
    await connection.ending;
    await connection.driver.close();
    this.#events.emit({ type: "close", at, connection: connection.id, reason });
  }

  #timeoutError(): PoolTimeoutError {
    const now = performance.now();
    const { size, maxOverflow, timeout } = this.#options;
    const holders = [...this.#held].map(({ id, holder, heldSince, lastSql }) => {
      const sql = lastSql === undefined ? "no statement yet" : `last statement: ${shorten(lastSql, 80)}`;
      return `connection ${id}, for ${((now - heldSince) / 1000).toFixed(1)} s, by ${holder}; ${sql}`;
    });
    const limits = `poolSize ${size}, maxOverflow ${maxOverflow}`;
    return new PoolTimeoutError(timeout / 1000, holders, limits, this.#opening);
  }
}

function isAlive({ driver }: PooledConnection): Promise<boolean> {
  return driver.query({ sql: "SELECT 1", parameters: [] }).then(() => true, () => false);
}
