/**
 * The sockets of the drivers that do not block: TCP with keep-alive and no delay, or a unix socket.
 *
 * @module
 */
import { connect, Socket } from "node:net";
import process from "node:process";
import type { EngineUrl } from "../url.ts";

/**
 * Opens a socket to the server that the URL names.
 *
 * @param signal when it is aborted before the socket is open, its reason is thrown and nothing stays open.
 */
export async function openSocket(url: EngineUrl, signal: AbortSignal): Promise<Socket> {
  const socket = url.isSocket ? connect(socketPath(url)) : await openTcp(url.host, url.port, signal);
  forgetWhenClosed(socket);
  if (socket.connecting) await nextEvent(socket, "connect", signal);
  return socket;
}

/**
 * Hears the errors of a socket in the moments when nobody else does, and takes every other listener away once it is closed:
 * Deno keeps a closed socket for ever, and with it the package's client whose methods listen.
 */
export function forgetWhenClosed(socket: Socket): void {
  socket.on("error", () => {});
  socket.on("close", () => socket.removeAllListeners().on("error", () => {}));
}

/** The path of the unix socket in the folder that the URL names. */
export function socketPath(url: EngineUrl): string {
  return `${url.host}/.s.PGSQL.${url.port}`;
}

/**
 * Waits for an event of a socket.
 *
 * @returns what the event brings. @throws the error of the socket, or the signal's reason; then the socket is destroyed.
 */
export function nextEvent<T = void>(socket: Socket, name: string, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = () => {
      for (const [event, listener] of listeners) socket.off(event, listener);
      signal.removeEventListener("abort", aborted);
    };
    const fail = (error: Error) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const aborted = () => fail(signal.reason);
    // deno-lint-ignore no-explicit-any -- each event brings something else
    const listeners: [string, (value: any) => void][] = [
      [name, (value: T) => (settle(), resolve(value))],
      ["error", fail],
      ["end", () => fail(new Error("The server closed the connection"))],
      ["close", () => fail(new Error("The server closed the connection"))],
    ];
    for (const [event, listener] of listeners) socket.on(event, listener);
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted);
  });
}

/** Deno's own connection, because `setKeepAlive()` of Node's sockets does nothing before Deno 2.9. */
async function openTcp(hostname: string, port: number, signal: AbortSignal): Promise<Socket> {
  try {
    const connection = await Deno.connect({ hostname, port, signal });
    connection.setNoDelay();
    connection.setKeepAlive();
    return asNodeSocket(connection, hostname, port);
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as { code?: string };
    throw code ? new Error(`connect ${code} ${hostname}:${port}`, { cause: error }) : error;
  }
}

/**
 * The packages want a socket of Node's, which takes over a connection of Deno's by its number. That is inside of Deno: where
 * it is not as it was, Node's own socket is opened, whose keep-alive works from Deno 2.9 on.
 */
function asNodeSocket(connection: Deno.TcpConn, hostname: string, port: number): Socket {
  const symbol = Object.getOwnPropertySymbols(connection).find(({ description }) =>
    description === "Deno.internal.rid"
  );
  const binding = (process as { binding?: (name: string) => Partial<TcpBinding> }).binding?.("tcp_wrap");
  if (!symbol || !binding?.TCP?.prototype.openFromRid) {
    connection.close();
    const socket = connect(port, hostname);
    return socket.once("connect", () => socket.setNoDelay().setKeepAlive(true));
  }
  const handle = new binding.TCP(binding.constants!.SOCKET);
  handle.openFromRid((connection as unknown as Record<symbol, number>)[symbol]);
  const socket = new Socket({ handle } as object);
  socket.on("close", () => closeOnce(connection)); // the handle does not: without this the server hears of no end
  return socket;
}

/** Closes what a later Deno may have closed with the handle. */
function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** What Node's sockets are made of. */
interface TcpBinding {
  readonly TCP: new (type: number) => { openFromRid(rid: number): void };
  readonly constants: { readonly SOCKET: number };
}
