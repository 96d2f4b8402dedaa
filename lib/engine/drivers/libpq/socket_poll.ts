/**
 * Waits until a socket is ready, for a limited time, with the best function that libpq or the system offers.
 *
 * @module
 */
import type { Libpq } from "./symbols.ts";
import type { Wait } from "./waiting.ts";

/** Waits for a socket: true if it is ready, false on timeout or after a signal. */
export interface SocketPoll {
  /**
   * Blocks the thread.
   *
   * @param milliseconds the longest to wait; `Infinity` for no limit.
   */
  here(wait: Wait, milliseconds: number): boolean;
  /** Waits on another thread. */
  onThread(wait: Wait, milliseconds: number): Promise<boolean>;
}

/** Chooses the function for this version of libpq. */
export function socketPoll(pq: Libpq): SocketPoll {
  const { PQsocketPoll, PQsocketPollOnThread, poll, pollOnThread } = pq;
  if (PQsocketPoll && PQsocketPollOnThread) return libpqPoll(PQsocketPoll, PQsocketPollOnThread);
  if (poll && pollOnThread) return systemPoll(poll, pollOnThread, POSIX);
  const winsock = Deno.dlopen("ws2_32.dll", {
    WSAPoll,
    WSAPollOnThread: { ...WSAPoll, name: "WSAPoll", nonblocking: true },
  });
  return systemPoll(winsock.symbols.WSAPoll, winsock.symbols.WSAPollOnThread, WINDOWS);
}

const WSAPoll = { parameters: ["buffer", "usize", "i32"], result: "i32" } as const;

/** Uses `PQsocketPoll`, since libpq 17, which takes the end of the wait as a time. */
function libpqPoll(
  here: NonNullable<Libpq["PQsocketPoll"]>,
  onThread: NonNullable<Libpq["PQsocketPollOnThread"]>,
): SocketPoll {
  return {
    here: ({ socket, forRead, forWrite }, milliseconds) =>
      here(socket, Number(forRead), Number(forWrite), endAfter(milliseconds)) > 0,
    onThread: async ({ socket, forRead, forWrite }, milliseconds) =>
      await onThread(socket, Number(forRead), Number(forWrite), endAfter(milliseconds)) > 0,
  };
}

/** Returns the end of the wait in microseconds since 1970; 0 for no wait, -1 for no limit. */
function endAfter(milliseconds: number): bigint {
  if (milliseconds <= 0) return 0n;
  return milliseconds === Infinity ? -1n : BigInt((Date.now() + Math.ceil(milliseconds)) * 1000);
}

type Poll = NonNullable<Libpq["poll"]>;
type PollOnThread = NonNullable<Libpq["pollOnThread"]>;

/** Layout of a system's `struct pollfd`. */
interface PollFormat {
  readonly size: number;
  /** Offset of the requested events; the socket is at offset 0. */
  readonly eventsAt: number;
  readonly readable: number;
  readonly writable: number;
}

const POSIX: PollFormat = { size: 8, eventsAt: 4, readable: 0x1, writable: 0x4 };
const WINDOWS: PollFormat = { size: 16, eventsAt: 8, readable: 0x300, writable: 0x10 };

/** Uses the system's `poll` or `WSAPoll`. */
function systemPoll(
  here: Poll,
  onThread: PollOnThread,
  { size, eventsAt, readable, writable }: PollFormat,
): SocketPoll {
  const wanted = ({ socket, forRead, forWrite }: Wait) => {
    const view = new DataView(new ArrayBuffer(size));
    view.setInt32(0, socket, true);
    view.setInt16(eventsAt, (forRead ? readable : 0) | (forWrite ? writable : 0), true);
    return new Uint8Array(view.buffer);
  };
  return {
    here: (wait, milliseconds) => here(wanted(wait), 1n, timeoutOf(milliseconds)) > 0,
    onThread: async (wait, milliseconds) => {
      const memory = wanted(wait);
      inUse.add(memory);
      try {
        return await onThread(memory, 1n, timeoutOf(milliseconds)) > 0;
      } finally {
        inUse.delete(memory);
      }
    },
  };
}

/** Memory that calls on other threads read: it must not be garbage-collected before they return. */
const inUse = new Set<Uint8Array>();

/** Returns the timeout in whole milliseconds; -1 for no limit. */
function timeoutOf(milliseconds: number): number {
  return milliseconds === Infinity ? -1 : Math.min(Math.max(0, Math.ceil(milliseconds)), 2 ** 31 - 1);
}
