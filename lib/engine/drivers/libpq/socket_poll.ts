/**
 * Waiting until a socket is ready, for a limited time: chosen here, once, of what libpq and the system offer.
 *
 * @module
 */
import type { Libpq } from "./symbols.ts";
import type { Wait } from "./waiting.ts";

/** A way to wait: true when the socket is ready, false when the time is over or a signal has come. */
export interface SocketPoll {
  /**
   * Blocks the thread.
   *
   * @param milliseconds `Infinity` for no end.
   */
  here(wait: Wait, milliseconds: number): boolean;
  /** Waits on another thread. */
  onThread(wait: Wait, milliseconds: number): Promise<boolean>;
}

/** The way for this library. */
export function socketPoll(pq: Libpq): SocketPoll {
  const { PQsocketPoll, PQsocketPollOnThread, poll, pollOnThread } = pq;
  if (PQsocketPoll && PQsocketPollOnThread) return ofLibpq(PQsocketPoll, PQsocketPollOnThread);
  if (poll && pollOnThread) return ofSystem(poll, pollOnThread, POSIX);
  const winsock = Deno.dlopen("ws2_32.dll", {
    WSAPoll,
    WSAPollOnThread: { ...WSAPoll, name: "WSAPoll", nonblocking: true },
  });
  return ofSystem(winsock.symbols.WSAPoll, winsock.symbols.WSAPollOnThread, WINDOWS);
}

const WSAPoll = { parameters: ["buffer", "usize", "i32"], result: "i32" } as const;

/** libpq's own, since version 17: it takes the time at which the wait is over. */
function ofLibpq(
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

/** In microseconds since 1970; 0 stands for at once, -1 for no end. */
function endAfter(milliseconds: number): bigint {
  if (milliseconds <= 0) return 0n;
  return milliseconds === Infinity ? -1n : BigInt((Date.now() + Math.ceil(milliseconds)) * 1000);
}

type Poll = NonNullable<Libpq["poll"]>;
type PollOnThread = NonNullable<Libpq["pollOnThread"]>;

/** How a system writes down what to wait for: a `struct pollfd`. */
interface PollFormat {
  readonly size: number;
  /** Where the wanted events are; the socket is at the beginning. */
  readonly eventsAt: number;
  readonly readable: number;
  readonly writable: number;
}

const POSIX: PollFormat = { size: 8, eventsAt: 4, readable: 0x1, writable: 0x4 };
const WINDOWS: PollFormat = { size: 16, eventsAt: 8, readable: 0x300, writable: 0x10 };

/** The system's. */
function ofSystem(here: Poll, onThread: PollOnThread, { size, eventsAt, readable, writable }: PollFormat): SocketPoll {
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

/** Memory that calls on other threads read: it must not be collected before they are answered. */
const inUse = new Set<Uint8Array>();

/** In whole milliseconds; -1 stands for no end. */
function timeoutOf(milliseconds: number): number {
  return milliseconds === Infinity ? -1 : Math.min(Math.max(0, Math.ceil(milliseconds)), 2 ** 31 - 1);
}
