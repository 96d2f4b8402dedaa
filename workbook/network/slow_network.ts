/**
 * Simulated network latency between a program and its database.
 *
 * @module
 */
import { EngineUrl } from "../../lib/engine/url.ts";
import { withAddress } from "../connection_url.ts";
import { SetupError } from "../errors.ts";
import { startNetworkDelay } from "./network_delay.ts";

/** A delayed route to the database. */
export interface SlowNetwork extends AsyncDisposable {
  /** URL of the database through the proxy. */
  readonly url: string;
}

/** A database without a network in between: it is reached by a Unix socket. */
export class SlowNetworkError extends SetupError {
  override name = "SlowNetworkError";
}

/**
 * Starts the proxy; it stops at the end of the block, or with this process.
 *
 * ```ts ignore
 * await using network = await slowNetwork(workbook.url, 5);
 * await using engine = createEngine(network.url);
 * ```
 *
 * @param milliseconds added to each round trip.
 * @throws {SlowNetworkError} for a Unix socket.
 * @throws {SetupError} if the proxy's process does not start.
 */
export async function slowNetwork(url: string, milliseconds: number): Promise<SlowNetwork> {
  const { host, port, isSocket } = EngineUrl.parse(url);
  if (isSocket) throw new SlowNetworkError("A Unix socket has no network latency: use a URL with host and port.");
  const proxy = await startNetworkDelay({ host, port }, milliseconds);
  return {
    url: withAddress(url, "127.0.0.1", proxy.port),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
