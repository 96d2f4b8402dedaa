/**
 * The pool: up to `size` connections kept open, up to `maxOverflow` more while they are needed, and a fair queue for
 * whoever comes when all are out. SQLAlchemy's QueuePool is the model
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

/** How many connections a pool keeps, for how long, and how long it lets others wait; times are milliseconds. */
export interface PoolOptions {
  /** Connections kept open. */
  readonly size: number;
  /** Connections above `size`, closed as soon as nobody waits for them. */
  readonly maxOverflow: number;
  /** How long to wait for others to give a connection back. */
  readonly timeout: number;
  /** Ask each idle connection whether it still lives before handing it out. */
  readonly prePing: boolean;
  /** After which time a connection is replaced when somebody asks for it. */
  readonly recycle: number;
  /** After which time a connection is closed, unless it is out. */
  readonly maxLifetime: number;
  /** After which time a connection that nobody asked for is closed. */
  readonly idleTimeout: number;
  /** Idle connections that `idleTimeout` leaves open. */
  readonly minIdle: number;
  /** How long the server may take for what the pool itself wants of it: an answer to a ping, a reset, a farewell. */
  readonly answerTimeout: number;
}

/** What a pool needs of its engine. */
export interface PoolPort {
  /**
   * Opens a connection to the server.
   *
   * @param signal gives up. @param left milliseconds that its caller has, where a call blocks the thread.
   */
  open(signal: AbortSignal, timeLeft?: number): Promise<DriverConnection>;
  /** Makes a connection that came back fit for the next user, where that is wanted. */
  readonly reset?: ((connection: PooledConnection) => Promise<void>) | undefined;
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

/** How a pool ends. */
export interface DisposeOptions {
  /**
   * Milliseconds for those who hold a connection to give it back; then what they run is cancelled on the server, and the
   * connection dropped. Without it nobody waits for them: their connections are closed when they come back.
   */
  readonly timeout?: number;
  /** Cancels and drops at once what is out. */
  readonly force?: boolean;
}

/** Milliseconds for the request to cancel a statement, at the pool's end. */
const CANCEL_GRACE = 200;

/** Hands connections out and takes them back. */
export class Pool {
  readonly #port: PoolPort;
  readonly #options: PoolOptions;
  readonly #events: EngineEvents;
  readonly #idle: PooledConnection[] = [];
  readonly #watch: IdleWatch;
  /** Handed out, or on the way there or back. */
  readonly #held = new Set<PooledConnection>();
  readonly #queue = new WaitQueue();
  #opening = 0;
  /** Connections being opened or closed while nobody awaits it: `dispose()` does. */
  readonly #background = new Set<Promise<void>>();
  #lastId = 0;
  #lastTicket = 0;
  /** Aborted when the pool ends. */
  readonly #end = new AbortController();
  /** Settled when nothing is out any more, at the pool's end. */
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

  /** The numbers of this moment. */
  status(): PoolStatus {
    const { size, maxOverflow } = this.#options;
    return { size, maxOverflow, held: this.#held.size, idle: this.#idle.length, waiting: this.#queue.length };
  }

  /**
   * Hands out an idle connection, or a new one, or waits in the queue. Who is given one that is old or dead has lost
   * nothing but time: a new one is opened in its place, and nobody who came later gets it.
   *
   * @param left milliseconds that are left, where a call blocks the thread and no signal is heard.
   * @throws {PoolTimeoutError} @throws {ConnectError} @throws {EngineDisposedError} @throws the signal's reason
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
      const { isFresh } = connection;
      connection.isFresh = false;
      connection.holder = holder;
      connection.heldSince = performance.now();
      let flaw = connection.flaw();
      if (!flaw && !isFresh) flaw = connection.flawOfAge(connection.heldSince, this.#options.recycle);
      if (!flaw && !isFresh && this.#options.prePing) flaw = await this.#ping(connection, signal, timeLeft?.());
      if (!flaw) {
        if (this.#events.wants("checkout")) {
          const { id, heldSince: at } = connection;
          this.#events.emit({ type: "checkout", at, connection: id, holder: `${holder}` });
        }
        return connection;
      }
      waitingSince ??= connection.heldSince;
      this.#inBackground(this.#putBack(connection, flaw));
    }
  }

  /**
   * Takes a connection back: for the first in the queue, to keep, or to close.
   *
   * @param limit milliseconds to wait for what has to be done with it; then that goes on behind the caller's back.
   */
  async checkin(connection: PooledConnection, limit: number = Infinity): Promise<void> {
    if (!this.#held.has(connection)) return;
    const { reset } = this.#port;
    const work = reset && !this.#disposed && !connection.flaw()
      ? resetWithin(connection, reset, this.#options.answerTimeout).then(() => this.#takeBack(connection))
      : this.#takeBack(connection);
    if (!work) return;
    this.#inBackground(work);
    await settledWithin(connection.driver.lost ? 0 : limit, work); // what is lost may still occupy a thread for a moment
  }

  /**
   * Closes what is idle, gives up what is being opened, and refuses what comes; connections still out are closed when they
   * come back, or as the options say. It ends in time, whatever the network does: what cannot be closed politely is dropped.
   */
  async dispose({ timeout, force = false }: DisposeOptions = {}): Promise<void> {
    this.#watch.stop();
    const limit = timeout ?? this.#options.answerTimeout;
    this.#queue.rejectAll(() => new EngineDisposedError());
    this.#end.abort(new EngineDisposedError()); // nobody waits for what is being opened
    for (const connection of this.#idle.splice(0)) this.#inBackground(this.#close(connection, "disposed", limit));
    if (force) await this.#cutOff();
    const isAwaited = timeout !== undefined && this.#held.size > 0 && !force;
    await settledWithin(limit, Promise.all([...this.#background, isAwaited ? this.#allBack.promise : undefined]));
    if (isAwaited) await this.#cutOff();
  }

  /** Cancels on the server what runs in the connections that are out, and drops them. */
  async #cutOff(): Promise<void> {
    const reason = new Error("the engine was disposed of");
    const cut = async ({ driver }: PooledConnection) => {
      await settledWithin(CANCEL_GRACE, driver.cancel()); // before the end: a dropped connection cancels nothing any more
      driver.drop(reason);
    };
    await Promise.all([...this.#held].filter(({ driver }) => driver.lost === undefined).map(cut));
  }

  /** Asks a connection whether it still lives. @throws the signal's reason; then the connection goes back. */
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
    connection.holder = undefined;
    connection.lastSql = undefined;
    connection.forgetEnding();
    return this.#putBack(connection, connection.flaw());
  }

  /** Ends the time of a connection that was out: it is free again, or, with a flaw, closed. @returns what takes time. */
  #putBack(connection: PooledConnection, flaw: CloseReason | undefined): Promise<void> | undefined {
    this.#held.delete(connection);
    const closing = flaw ? this.#close(connection, flaw) : this.#offer(connection);
    this.#openForWaiters(); // not behind a farewell that may take its time
    const end = () => {
      if (this.#disposed && this.#held.size === 0) this.#allBack.resolve();
    };
    return closing ? closing.then(end) : void end();
  }

  /** Gives a free connection to the first waiter, keeps it, or closes it when there are enough: that takes time. */
  #offer(connection: PooledConnection): Promise<void> | undefined {
    if (this.#disposed) return this.#close(connection, "disposed");
    const waiter = this.#queue.shift();
    if (waiter) {
      this.#held.add(connection); // now, not when the waiter's task goes on: the limit must hold in between
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

  /** Opens connections while callers wait that nobody opens one for, and the limit allows. */
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

  /** Closes a connection if it is idle: whoever asks next must not get it. One that is out is closed when it comes back. */
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

  /** Closes a connection politely; where that takes too long it is dropped. */
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
