/**
 * The driver for libpq, PostgreSQL's C client library. A call blocks the thread, and so everything else in the program,
 * until the server has answered; with `nonblocking: true` threads of Deno's pool wait instead.
 *
 * @module
 */
import type { ConnectSettings, Driver } from "../driver.ts";
import { connecting, start, startOnThread } from "./libpq/connect.ts";
import { LibpqConnection } from "./libpq/connection.ts";
import { libpq } from "./libpq/library.ts";
import { socketPoll } from "./libpq/socket_poll.ts";
import type { Libpq } from "./libpq/symbols.ts";
import { runBlocking, Threads } from "./libpq/waiting.ts";

export const driver: Driver = {
  name: "libpq",
  blocksThread: true,
  // deno-lint-ignore require-await -- an error of connectSync() becomes a rejection
  async connect(settings: ConnectSettings): Promise<LibpqConnection> {
    return settings.nonblocking ? connectOnThreads(settings) : connectSync(settings);
  },
};

/**
 * Opens a connection and blocks the thread meanwhile.
 *
 * @throws {ConnectError}
 * @throws {LibpqNotFoundError}
 */
export function connectSync(settings: ConnectSettings, pq: Libpq = libpq()): LibpqConnection {
  const until = performance.now() + settings.connectTimeout;
  const work = connecting(pq, settings, start(pq, settings), until);
  return new LibpqConnection(pq, settings, runBlocking(socketPoll(pq), work));
}

/**
 * Opens a connection; other threads wait.
 *
 * @throws {ConnectError}
 * @throws {LibpqNotFoundError}
 * @throws the reason of the settings' signal
 */
export async function connectOnThreads(settings: ConnectSettings, pq: Libpq = libpq()): Promise<LibpqConnection> {
  const until = performance.now() + settings.connectTimeout;
  const work = connecting(pq, settings, await startOnThread(pq, settings, until), until);
  return new LibpqConnection(pq, settings, await new Threads(socketPoll(pq)).run(work, settings.signal));
}
