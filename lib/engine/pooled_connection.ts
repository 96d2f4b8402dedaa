/** A connection, and what a pool knows of it. @module */
import type { CallSite } from "../text/call_site.ts";
import type { DriverConnection } from "./driver.ts";

/** Lifetimes differ by up to so much, so that connections that were opened together are not closed together. */
const JITTER = 0.025;

/** A connection that belongs to a pool. */
export class PooledConnection {
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
  constructor(readonly id: number, readonly driver: DriverConnection, maxLifetime: number) {
    this.expiresAt = this.openedAt + maxLifetime * (1 - Math.random() * JITTER);
  }

  get isUsable(): boolean {
    return !this.discard && this.driver.lost === undefined;
  }

  /** Forgets the end of the transaction when it has arrived. */
  forgetEnding(): void {
    const { ending } = this;
    void ending?.then(() => {
      if (this.ending === ending) this.ending = undefined;
    });
  }
}
