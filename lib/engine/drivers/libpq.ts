/**
 * The driver over libpq, PostgreSQL's own client library in C. A call blocks the thread until the server has answered,
 * and with it everything else in this program; `nonblocking: true` makes the same calls on threads of Deno's pool.
 *
 * @module
 */
import type { ConnectSettings, Driver } from "../driver.ts";
import { blockingCalls, type Calls, callsOnThreads, runBlocking, runOnThreads, type Work } from "./libpq/calls.ts";
import { connecting } from "./libpq/connect.ts";
import { LibpqConnection } from "./libpq/connection.ts";
import { libpq } from "./libpq/library.ts";
import type { Libpq } from "./libpq/symbols.ts";

export const driver: Driver = {
  name: "libpq",
  async connect(settings: ConnectSettings): Promise<LibpqConnection> {
    if (!settings.nonblocking) return connectSync(settings);
    const pq = libpq();
    return await runOnThreads(opening(pq, callsOnThreads(pq), settings));
  },
};

/**
 * Opens a connection, blocking the thread meanwhile.
 *
 * @throws {ConnectError} @throws {LibpqNotFoundError}
 */
export function connectSync(settings: ConnectSettings): LibpqConnection {
  const pq = libpq();
  return runBlocking(opening(pq, blockingCalls(pq), settings));
}

function* opening(pq: Libpq, calls: Calls, settings: ConnectSettings): Work<LibpqConnection> {
  return new LibpqConnection(pq, calls, settings, yield* connecting(pq, calls, settings));
}
