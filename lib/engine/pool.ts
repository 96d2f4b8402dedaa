/**
 * The connection pool: up to `size` connections kept open, up to `maxOverflow` more on demand, and a fair queue for
 * callers that find all of them in use. Modelled on SQLAlchemy's QueuePool
 * (https://docs.sqlalchemy.org/en/20/core/pooling.html).
 *
 * @module
 */
import type { CallSite } from "../base/call_site.ts";
import type { DriverConnection } from "./driver.ts";
import { EngineDisposedError, PoolTimeoutError } from "./errors.ts";
import { type CloseReason, type EngineEvents, since } from "./events.ts";
import { IdleWatch } from "./idle_watch.ts";
import { PooledConnection } from "./pooled_connection.ts";
import { closeWithin, ping, resetWithin } from "./reuse.ts";
import { type Waiter, WaitQueue } from "./wait_queue.ts";
import { settledWithin, unlessAborted } from "../base/within.ts";

/** Options of a pool; times in milliseconds. */
export interface PoolOptions {
  /** Number of connections kept open. */
  readonly size: number;
  /** Extra connections allowed beyond `size`, closed as soon as nobody waits for them. */
  readonly maxOverflow: number;
  /** Maximum wait for a connection that is in use. */
  readonly timeout: number;
  /** True to ping an idle connection before handing it out. */
  readonly prePing: boolean;
  /** Age at which a connection is replaced at its next checkout. */
  readonly recycle: number;
  /** Age at which a connection is closed, even while it is idle. */
  readonly maxLifetime: number;
  /** Idle time after which a connection is closed. */
  readonly idleTimeout: number;
  /** Idle connections kept open despite `idleTimeout`. */
  readonly minIdle: number;
  /** Maximum time for the pool's own requests: a ping, a reset, a graceful close. */
  readonly answerTimeout: number;
}

/** The part of the engine that a pool uses. */
export interface PoolPort {
  /**
   * Opens a connection to the server.
   *
   * @param signal aborts the attempt.
   * @param timeLeft milliseconds that the caller has, if the driver blocks the thread.
   */
  open(signal: AbortSignal, timeLeft?: number): Promise<DriverConnection>;
  /** Resets a returned connection for its next holder, if required. */
  readonly reset?: ((connection: PooledConnection) => Promise<void>) | undefined;
}

/** The state of a pool at one moment. */
export interface PoolStatus extends Pick<PoolOptions, "size" | "maxOverflow"> {
  /** Connections in use. */
  readonly held: number;
  /** Idle connections. */
  readonly idle: number;
  /** Waiting callers. */
  readonly waiting: number;
}

/** Options of `dispose()`. */
export interface DisposeOptions {
  /**
   * Milliseconds for the holders of connections to return them; then their statements are cancelled on the server, and
   * the connections are dropped. By default `dispose()` does not wait for them: their connections are closed when they
   * are returned.
   */
  readonly timeout?: number;
  /** True to cancel and drop connections in use immediately. */
  readonly force?: boolean;
}

/** Milliseconds for the cancel request when connections in use are dropped. */
const CANCEL_GRACE = 200;

/** Hands out connections and takes them back. */
export class Pool {
  readonly #port: PoolPort;
  readonly #options: PoolOptions;
  readonly #events: EngineEvents;
  readonly #idle: PooledConnection[] = [];
  readonly #watch: IdleWatch;
  /** Connections in use, or on their way to or from a caller. */
  readonly #held = new Set<PooledConnection>();
  readonly #queue = new WaitQueue();
  #opening = 0;
  /** Connections being opened or closed in the background, which `dispose()` awaits. */
  readonly #background = new Set<Promise<void>>();
  #lastId = 0;
  #lastTicket = 0;
  /** Aborted when the pool is disposed of. */
  readonly #end = new AbortController();
  /** Resolves when the last connection is returned to a pool that is disposed of. */
  readonly #allBack = Promise.withResolvers<void>();

  constructor(port: PoolPort, options: PoolOptions, events: EngineEvents) {
    this.#port = port;
    this.#options = options;
    this.#events = events;
    this.#watch = new IdleWatch(this.#idle, options, (connection, reason) => this.#closeIdle(connection, reason));
  }

  get #disposed(): boolean {
    return this.#end.signal.aborted;
  }

  /** Returns the current state. */
  status(): PoolStatus {
    const { size, maxOverflow } = this.#options;
    return { size, maxOverflow, held: this.#held.size, idle: this.#idle.length, waiting: this.#queue.length };
  }

  /** Number of open connections: a broken one in use is held, but no longer open. */
  get connectionCount(): number {
    return this.#idle.length + [...this.#held].filter(({ driver }) => driver.lost === undefined).length;
  }

  /**
   * Hands out an idle or new connection, or waits in the queue. A caller that receives an expired or broken connection
   * loses only time: a new one is opened instead, and the caller keeps its place in the queue.
   *
   * @param timeLeft returns the milliseconds the caller has left, if the driver blocks the thread, where no signal is
   * heard.
   * @throws {PoolTimeoutError}
   * @throws {ConnectError}
   * @throws {EngineDisposedError}
   * @throws the signal's reason
   */
  async checkout(holder: CallSite, signal?: AbortSignal, timeLeft?: Waiter["timeLeft"]): Promise<PooledConnection> {
    const ticket = ++this.#lastTicket;
    let waitingSince: number | undefined;
    while (true) {
      signal?.throwIfAborted();
      if (this.#disposed) throw new EngineDisposedError();
      const idle = this.#idle.pop();
      if (idle) this.#held.add(idle);
      const connection = idle ?? await this.#wait(ticket, waitingSince ??= performance.now(), signal, timeLeft);
      const mustTest = !connection.isFresh;
      connection.holdBy(holder);
      let flaw = connection.flaw();
      if (mustTest) flaw ??= connection.flawOfAge(connection.heldSince, this.#options.recycle);
      if (mustTest && this.#options.prePing) flaw ??= await this.#ping(connection, signal, timeLeft?.());
      if (!flaw) {
        this.#reportCheckout(connection);
        return connection;
      }
      waitingSince ??= connection.heldSince;
      this.#inBackground(this.#putBack(connection, flaw));
    }
  }

  #reportCheckout({ id, heldSince, holder }: PooledConnection): void {
    if (!this.#events.wants("checkout")) return; // a call site takes time to format
    this.#events.emit({ type: "checkout", at: heldSince, connection: id, holder: `${holder}` });
  }

  /**
   * Takes a connection back: hands it to the first waiting caller, keeps it, or closes it.
   *
   * @param limit milliseconds to wait until it is reset or closed, which then continues in the background.
   */
  async checkin(connection: PooledConnection, limit: number = Infinity): Promise<void> {
    if (!this.#held.has(connection)) return;
    const { reset } = this.#port;
    const work = reset && !this.#disposed && !connection.flaw()
      ? resetWithin(connection, reset, this.#options.answerTimeout).then(() => this.#takeBack(connection))
      : this.#takeBack(connection);
    if (!work) return;
    this.#inBackground(work);
    // a lost connection may still occupy a thread for a moment
    await settledWithin(connection.driver.lost ? 0 : limit, work);
  }

  /**
   * Closes idle connections, aborts connection attempts, and rejects waiting and new callers; connections in use are
   * closed when they are returned, or as the options say. Finishes in time whatever the network does: a connection that
   * cannot be closed gracefully is dropped.
   */
  async dispose({ timeout, force = false }: DisposeOptions = {}): Promise<void> {
    this.#watch.stop();
    const limit = timeout ?? this.#options.answerTimeout;
    this.#queue.rejectAll(() => new EngineDisposedError());
    this.#end.abort(new EngineDisposedError()); // nobody waits for connections being opened
    for (const connection of this.#idle.splice(0)) this.#inBackground(this.#close(connection, "disposed", limit));
    if (force) await this.#cutOff();
    const isAwaited = timeout !== undefined && this.#held.size > 0 && !force;
    await settledWithin(limit, Promise.all([...this.#background, isAwaited ? this.#allBack.promise : undefined]));
    if (isAwaited) await this.#cutOff();
  }

  /** Requests cancellation of the statements in flight; returns their number. */
  async cancel(): Promise<number> {
    const busy = [...this.#held].filter(({ driver, underWay }) => driver.lost === undefined && underWay > 0);
    await Promise.all(busy.map(({ driver }) => settledWithin(this.#options.answerTimeout, driver.cancel())));
    return busy.length;
  }

  /** Cancels the statements of connections in use on the server, and drops these connections. */
  async #cutOff(): Promise<void> {
    const reason = new Error("the engine was disposed of");
    const cut = async ({ driver }: PooledConnection) => {
      await settledWithin(CANCEL_GRACE, driver.cancel()); // first: a dropped connection can no longer be cancelled
      driver.drop(reason);
    };
    await Promise.all([...this.#held].filter(({ driver }) => driver.lost === undefined).map(cut));
  }

  /**
   * Pings a connection.
   *
   * @throws the signal's reason; the connection is then returned to the pool.
   */
  async #ping(
    connection: PooledConnection,
    signal: AbortSignal | undefined,
    timeLeft: number | undefined,
  ): Promise<CloseReason | undefined> {
    const asked = this.#flawOfAnswer(connection, Math.min(this.#options.answerTimeout, timeLeft ?? Infinity));
    try {
      return await unlessAborted(asked, signal);
    } catch (reason) {
      this.#inBackground(asked.then((flaw) => this.#putBack(connection, flaw ?? connection.flaw())));
      throw reason;
    }
  }

  async #flawOfAnswer({ driver }: PooledConnection, answerTimeout: number): Promise<CloseReason | undefined> {
    const outcome = await ping(driver, answerTimeout);
    if (outcome === "unanswered") this.#dropIdle();
    return outcome !== "alive" ? "broken" : this.#disposed ? "disposed" : undefined;
  }

  /** Drops the idle connections: a network that loses one ping loses the others too, and only one caller waits for it. */
  #dropIdle(): void {
    for (const idle of this.#idle.splice(0)) {
      idle.driver.drop(new Error("a connection beside it got no answer"));
      this.#inBackground(this.#close(idle, "broken"));
    }
  }

  #takeBack(connection: PooledConnection): Promise<void> | undefined {
    this.#held.delete(connection);
    this.#events.emit({ type: "checkin", ...since(connection.heldSince), connection: connection.id });
    connection.release();
    return this.#putBack(connection, connection.flaw());
  }

  /**
   * Keeps a connection that is no longer in use, or closes one that has a flaw.
   *
   * @returns a promise if that takes time.
   */
  #putBack(connection: PooledConnection, flaw: CloseReason | undefined): Promise<void> | undefined {
    this.#held.delete(connection);
    const closing = flaw ? this.#close(connection, flaw) : this.#offer(connection);
    this.#openForWaiters(); // without waiting for a slow close
    const end = () => {
      if (this.#disposed && this.#held.size === 0) this.#allBack.resolve();
    };
    return closing ? closing.then(end) : void end();
  }

  /**
   * Hands a free connection to the first waiting caller, keeps it, or closes it if there are enough.
   *
   * @returns a promise if it is closed.
   */
  #offer(connection: PooledConnection): Promise<void> | undefined {
    if (this.#disposed) return this.#close(connection, "disposed");
    const waiter = this.#queue.shift();
    if (waiter) {
      this.#held.add(connection); // now, not when the caller resumes: the limit has to hold in between
      waiter.resolve(connection);
    } else if (this.#idle.length + this.#held.size + this.#opening < this.#options.size) {
      this.#idle.push(connection);
      connection.isFresh = false;
      this.#watch.add(connection);
    } else return this.#close(connection, "overflow");
  }

  async #wait(
    ticket: number,
    waitingSince: number,
    signal: AbortSignal | undefined,
    timeLeft: Waiter["timeLeft"],
  ): Promise<PooledConnection> {
    const at = performance.now();
    const waiter = this.#queue.add(ticket, timeLeft);
    this.#openForWaiters();
    const mustQueue = this.#isBehindOthers(waiter);
    const expire = () => {
      if (this.#isBehindOthers(waiter)) this.#queue.reject(waiter, this.#timeoutError());
    };
    const timer = setTimeout(expire, this.#options.timeout - (at - waitingSince));
    const abort = () => this.#queue.reject(waiter, signal?.reason);
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

  /** True unless a connection is being opened for this caller, a wait that `connectTimeout` limits. */
  #isBehindOthers(waiter: Waiter): boolean {
    return this.#queue.position(waiter) >= this.#opening;
  }

  /** Opens connections for waiting callers, up to the limit. */
  #openForWaiters(): void {
    const most = this.#options.size + this.#options.maxOverflow;
    while (this.#opening < this.#queue.length && this.#opening + this.#idle.length + this.#held.size < most) {
      const { timeLeft } = this.#queue.at(this.#opening++);
      this.#inBackground(this.#openOne(timeLeft?.()));
    }
  }

  async #openOne(timeLeft: number | undefined): Promise<void> {
    const at = performance.now();
    try {
      const driver = await this.#port.open(this.#end.signal, timeLeft);
      const connection = new PooledConnection(++this.#lastId, driver, this.#options.maxLifetime);
      this.#opening--;
      connection.driver.onLost = () => this.#closeIdle(connection, "broken");
      this.#events.emit({ type: "connect", ...since(at), connection: connection.id });
      await this.#offer(connection);
    } catch (error) {
      this.#opening--;
      this.#queue.shift()?.reject(error);
      this.#openForWaiters();
    }
  }

  /** Closes a connection if it is idle: the next caller must not get it. One in use is closed when it is returned. */
  #closeIdle(connection: PooledConnection, reason: CloseReason): void {
    const index = this.#idle.indexOf(connection);
    if (index === -1) return;
    this.#idle.splice(index, 1);
    this.#inBackground(this.#close(connection, reason));
  }

  #inBackground(work: Promise<void> | undefined): void {
    if (!work) return;
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }

  /** Closes a connection, and drops it if that takes too long. */
  async #close(
    connection: PooledConnection,
    reason: CloseReason,
    limit: number = this.#options.answerTimeout,
  ): Promise<void> {
    const at = performance.now();
    await closeWithin(connection, limit);
    this.#events.emit({ type: "close", at, connection: connection.id, reason });
  }

  #timeoutError(): PoolTimeoutError {
    const { size, maxOverflow, timeout } = this.#options;
    const now = performance.now();
    const holders = [...this.#held].map((connection) => connection.describeHolder(now));
    const limits = `poolSize ${size}, maxOverflow ${maxOverflow}`;
    return new PoolTimeoutError(timeout / 1000, holders, limits, this.#opening);
  }
}
