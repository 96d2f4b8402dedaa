/**
 * Channels of `node:diagnostics_channel`, on which programs that did not create an engine can learn of it: a monitor, or
 * the workbook, which closes what a notebook's last run left open. Nothing is kept here: without a subscriber a message
 * goes nowhere.
 *
 * @module
 */
import { type Channel, channel } from "node:diagnostics_channel";
import type { ConnectError } from "./errors.ts";
import type { EngineEvents } from "./events.ts";
import type { EngineUrl } from "./url.ts";

/** An engine of either kind, as far as an observer needs it. */
export interface ObservedEngine {
  /** The URL of its database; printing it masks the password. */
  readonly url: EngineUrl;
  /** Its events. */
  readonly events: EngineEvents;
  /** Number of its connections, in use and idle. */
  readonly connectionCount: number;
  /** Cancels its statements in flight; absent where calls block the thread, so that nobody could call it meanwhile. */
  cancel?(): Promise<number>;
  /** Closes its connections; with `force` those in use, too. */
  dispose(options?: { force?: boolean }): void | Promise<void>;
}

/** Names of the channels, for `diagnostics_channel.subscribe()`. */
export const channels = {
  /** An {@linkcode ObservedEngine} was created. */
  created: "postgresql:engine:created",
  /** An {@linkcode ObservedEngine} was disposed of. */
  disposed: "postgresql:engine:disposed",
  /** A connection could not be opened; the message is the {@linkcode ConnectError}. */
  refused: "postgresql:connect:failed",
} as const;

const created: Channel = channel(channels.created);
const disposed: Channel = channel(channels.disposed);
const refused: Channel = channel(channels.refused);

/** Reports an engine that was created. */
export function reportCreated(engine: ObservedEngine): void {
  created.publish(engine);
}

/** Reports an engine that was disposed of. */
export function reportDisposed(engine: ObservedEngine): void {
  disposed.publish(engine);
}

/** Reports a connection that could not be opened. */
export function reportRefused(error: ConnectError): void {
  refused.publish(error);
}
