/**
 * Routes to the server: direct, with a delay, or through a round-trip counter.
 *
 * @module
 */
import { startNetworkDelay } from "../network/network_delay.ts";
import { RoundTripCounter } from "../network/round_trips.ts";
import { EngineUrl } from "../../lib/engine/url.ts";
import { withoutDriver } from "../connection_url.ts";
import { UsageError } from "../errors.ts";

/**
 * Returns the URL of the same database at another address.
 * @throws {UsageError} if the server listens on a Unix socket or requires TLS.
 */
export function withAddress(url: string, port: number): string {
  const { isSocket, sslMode } = EngineUrl.parse(url);
  if (isSocket || sslMode.startsWith("verify")) {
    throw new UsageError("--delay requires a server reached over TCP without certificate verification.");
  }
  return withoutDriver(url).replace(/^(\w+:\/\/(?:[^@/?]*@)?)[^/?]*/, `$1127.0.0.1:${port}`);
}

/** A delayed route to the server. */
export interface Delayed extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts a delayed route.
 * @param milliseconds added to each round trip.
 */
export async function delayed(url: string, milliseconds: number): Promise<Delayed> {
  withAddress(url, 0); // fails before a process is started
  const proxy = await startNetworkDelay(EngineUrl.parse(url), milliseconds);
  return { url: withAddress(url, proxy.port), [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

/** Creates a round-trip counter, and the URL that leads through it. */
export function counted(url: string): { counter: RoundTripCounter; url: string } {
  withAddress(url, 0);
  const counter = new RoundTripCounter(EngineUrl.parse(url));
  return { counter, url: withAddress(url, counter.url.port) };
}
