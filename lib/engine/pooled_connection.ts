/**
 * A connection with the bookkeeping of a pool, or of a blocking engine.
 *
 * @module
 */
import type { CallSite } from "../base/call_site.ts";
import { shorten } from "../base/text.ts";
import type { DriverConnection } from "./driver.ts";
import type { CloseReason } from "./events.ts";

/** Random share by which lifetimes are shortened, so that connections opened together do not all expire together. */
const JITTER = 0.025;

/** A connection of a pool. */
export class PooledConnection<Driver extends DriverConnection = DriverConnection> {
  /** The call site that holds it while it is checked out. */
  holder: CallSite | undefined;
  /** True for a connection just opened for a waiting caller: it needs no test before it is handed out. */
  isFresh = true;
  /** Time of the last checkout, as `performance.now()`. */
  heldSince = 0;
  /** Time at which it became idle. */
  idleSince = 0;
  /** Time at which it was opened. */
  readonly openedAt: number = performance.now();
  /** Time at which it expires; a connection that is checked out is closed when it is returned. */
  readonly expiresAt: number;
  /** The statement sent last, for the message of a pool timeout. */
  lastSql: string | undefined;
  /** Number of statements in flight. */
  underWay = 0;
  /** The ROLLBACK of its last transaction, if it is still in flight and nobody awaits it. */
  ending: Promise<void> | undefined;
  /** True to close it instead of keeping it when it is returned. */
  discard = false;

  /** @param maxLifetime milliseconds. */
  constructor(readonly id: number, readonly driver: Driver, maxLifetime: number) {
    this.expiresAt = this.openedAt + maxLifetime * (1 - Math.random() * JITTER);
  }

  get isUsable(): boolean {
    return !this.discard && this.driver.lost === undefined;
  }

  /**
   * Returns the reason the connection must not be handed out, if any.
   *
   * @param isEnding true while the ROLLBACK of its last transaction is in flight.
   */
  flaw(isEnding: boolean = this.ending !== undefined): CloseReason | undefined {
    return this.isUsable ? this.flawOfState(isEnding) : "broken";
  }

  /** Like `flaw()`, for a connection known to be alive: in libpq that check costs calls. */
  flawOfState(isEnding: boolean): CloseReason | undefined {
    // the next holder must not inherit an open transaction; a ROLLBACK in flight precedes all its statements
    if (!isEnding && this.driver.transactionStatus !== "idle") return "unfinished";
    return this.expiresAt < Infinity && this.expiresAt <= performance.now() ? "expired" : undefined;
  }

  /**
   * Returns the reason the connection is too old to hand out, if it is.
   *
   * @param now the current time, as `performance.now()`.
   * @param recycle maximum age in milliseconds.
   */
  flawOfAge(now: number, recycle: number): CloseReason | undefined {
    return now - this.openedAt > recycle ? "recycled" : undefined;
  }

  /** Records its holder. */
  holdBy(holder: CallSite): void {
    this.isFresh = false;
    this.holder = holder;
    this.heldSince = performance.now();
  }

  /** Forgets its holder, and the pending ROLLBACK once it is answered. */
  release(): void {
    this.holder = undefined;
    this.lastSql = undefined;
    const { ending } = this;
    void ending?.then(() => {
      if (this.ending === ending) this.ending = undefined;
    });
  }

  /**
   * Describes who holds it, and for how long.
   *
   * @param now the current time, as `performance.now()`.
   */
  describeHolder(now: number): string {
    const sql = this.lastSql === undefined ? "no statement yet" : `last statement: ${shorten(this.lastSql, 80)}`;
    return `connection ${this.id}, for ${((now - this.heldSince) / 1000).toFixed(1)} s, by ${this.holder}; ${sql}`;
  }
}
