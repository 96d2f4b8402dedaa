/**
 * Routes to the server: with a delay, or through a round-trip counter.
 *
 * @module
 */
import { RoundTripCounter } from "../network/round_trips.ts";
import { type SlowNetwork, slowNetwork } from "../network/slow_network.ts";
import { EngineUrl } from "../../lib/engine/url.ts";
import { withAddress } from "../connection_url.ts";
import { UsageError } from "../errors.ts";

/** @throws {UsageError} if the server is reached by a Unix socket, or its certificate is verified. */
function requireTcp(url: string): void {
  const { isSocket, sslMode } = EngineUrl.parse(url);
  if (isSocket || sslMode.startsWith("verify")) {
    throw new UsageError("--delay requires a server reached over TCP without certificate verification.");
  }
}

/**
 * Starts a delayed route.
 * @param milliseconds added to each round trip.
 * @throws {UsageError} if the server is reached by a Unix socket, or its certificate is verified.
 */
export async function delayed(url: string, milliseconds: number): Promise<SlowNetwork> {
  requireTcp(url); // fails before a process is started
  return await slowNetwork(url, milliseconds);
}

/**
 * Creates a round-trip counter, and the URL that leads through it.
 * @throws {UsageError} if the server is reached by a Unix socket, or its certificate is verified.
 */
export function counted(url: string): { counter: RoundTripCounter; url: string } {
  requireTcp(url);
  const counter = new RoundTripCounter(EngineUrl.parse(url));
  return { counter, url: withAddress(url, "127.0.0.1", Number(counter.url.port)) };
}
