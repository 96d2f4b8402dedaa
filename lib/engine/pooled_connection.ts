/**
 * A connection, and what a pool, or the engine without promises, knows of it.
 *
 * @module
 */
import type { CallSite } from "../base/call_site.ts";
import type { DriverConnection } from "./driver.ts";
import type { CloseReason } from "./events.ts";

/** Lifetimes differ by up to so much, so that connections that were opened together are not closed together. */
const JITTER = 0.025;

/** A connection that belongs to a pool. */
export class PooledConnection<Driver extends DriverConnection = DriverConnection> {
  /** Who holds it, while it is out. */
  holder: CallSite | undefined;
  /** True until it was handed out, or had to wait for somebody. */
  isFresh = true;
  /** When it was handed out last, as `performance.now()`. */
  heldSince = 0;
  /** When it became idle. */
  idleSince = 0;
  /** When it was opened. */
  readonly openedAt: number = performance.now();
  /** When it is closed, unless it is out. */
  readonly expiresAt: number;
  /** The statement sent last, for the message of a pool that ran dry. */
  lastSql: string | undefined;
  /** Statements sent and not answered yet. */
  underWay = 0;
  /** The end of its last transaction, if nobody awaited it and it is on its way. */
  ending: Promise<void> | undefined;
  /** Set to have it closed instead of kept when it comes back. */
  discard = false;

  /** @param maxLifetime milliseconds. */
  constructor(readonly id: number, readonly driver: Driver, maxLifetime: number) {
    this.expiresAt = this.openedAt + maxLifetime * (1 - Math.random() * JITTER);
  }

  get isUsable(): boolean {
    return !this.discard && this.driver.lost === undefined;
  }

  /**
   * Why nobody should get it.
   *
   * @param isEnding true while the end of its last transaction is on its way.
   */
  flaw(isEnding: boolean = this.ending !== undefined): CloseReason | undefined {
    return this.isUsable ? this.flawOfState(isEnding) : "broken";
  }

  /** As `flaw()`, of a connection that stands: to look whether it does costs calls in libpq. */
  flawOfState(isEnding: boolean): CloseReason | undefined {
    // what was begun must not go on under the hands of the next one; a ROLLBACK on its way comes before all of his
    if (!isEnding && this.driver.transactionStatus !== "idle") return "unfinished";
    return this.expiresAt < Infinity && this.expiresAt <= performance.now() ? "expired" : undefined;
  }

  /**
   * Why somebody who asks for it at this time gets another one.
   *
   * @param recycle the age for that, in milliseconds.
   */
  flawOfAge(now: number, recycle: number): CloseReason | undefined {
    return now - this.openedAt > recycle ? "recycled" : undefined;
  }

  /** Forgets the end of the transaction when it has arrived. */
  forgetEnding(): void {
    const { ending } = this;
    void ending?.then(() => {
      if (this.ending === ending) this.ending = undefined;
    });
  }
}
