/**
 * Sockets of the non-blocking drivers: TCP with keep-alive and without Nagle's algorithm, or a Unix socket.
 *
 * @module
 */
import { connect, Socket } from "node:net";
import process from "node:process";
import type { EngineUrl } from "../url.ts";

/**
 * Opens a socket to the server of a URL.
 *
 * @param signal aborts the attempt: its reason is thrown, and nothing stays open.
 */
export async function openSocket(url: EngineUrl, signal: AbortSignal): Promise<Socket> {
  const socket = url.isSocket ? connect(socketPath(url)) : await openTcp(url.host, url.port, signal);
  forgetWhenClosed(socket);
  if (socket.connecting) await nextEvent(socket, "connect", signal);
  return socket;
}

/**
 * Handles the errors of a socket that nobody else listens to, and removes all other listeners once it is closed: Deno
 * never frees a closed socket, nor therefore the package's client whose methods listen.
 */
export function forgetWhenClosed(socket: Socket): void {
  socket.on("error", () => {});
  socket.on("close", () => socket.removeAllListeners().on("error", () => {}));
}

/** Returns the path of the Unix socket in the directory that the URL names. */
export function socketPath(url: EngineUrl): string {
  return `${url.host}/.s.PGSQL.${url.port}`;
}

/**
 * Waits for an event of a socket.
 *
 * @returns the argument of the event.
 * @throws the error of the socket, or the signal's reason; the socket is then destroyed.
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

/**
 * Opens a connection of Deno and wraps it in a socket of Node, which the packages require: `setKeepAlive()` of Node's
 * sockets has no effect before Deno 2.9. The socket adopts the connection by its resource ID, an internal of Deno;
 * where that is not available, opens a socket of Node.
 */
async function openTcp(hostname: string, port: number, signal: AbortSignal): Promise<Socket> {
  const binding = canAdoptConnections ? tcpBinding() : undefined;
  if (!binding) return openNodeSocket(hostname, port);
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port, signal });
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as { code?: string };
    throw code ? new Error(`connect ${code} ${hostname}:${port}`, { cause: error }) : error;
  }
  const resourceId = resourceIdOf(connection);
  if (resourceId === undefined) {
    canAdoptConnections = false;
    connection.close();
    return openNodeSocket(hostname, port);
  }
  connection.setNoDelay();
  connection.setKeepAlive();
  const handle = new binding.TCP(binding.constants.SOCKET);
  handle.openFromRid(resourceId);
  const socket = new Socket({ handle } as object);
  // the handle does not close it: without this the server would not notice the end
  socket.on("close", () => closeOnce(connection));
  return socket;
}

/** False once a connection turned out to have no resource ID, so that no further one is opened in vain. */
let canAdoptConnections = true;

/** Opens a socket of Node, with keep-alive from Deno 2.9 on. */
function openNodeSocket(hostname: string, port: number): Socket {
  const socket = connect(port, hostname);
  return socket.once("connect", () => socket.setNoDelay().setKeepAlive(true));
}

/** The internal binding of Node's sockets. */
interface TcpBinding {
  readonly TCP: new (type: number) => { openFromRid(rid: number): void };
  readonly constants: { readonly SOCKET: number };
}

function tcpBinding(): TcpBinding | undefined {
  const binding = (process as { binding?: (name: string) => Partial<TcpBinding> }).binding?.("tcp_wrap");
  return binding?.TCP?.prototype.openFromRid ? binding as TcpBinding : undefined;
}

function resourceIdOf(connection: Deno.TcpConn): number | undefined {
  const symbol = Object.getOwnPropertySymbols(connection).find(({ description }) =>
    description === "Deno.internal.rid"
  );
  return symbol && (connection as unknown as Record<symbol, number>)[symbol];
}

/** Closes a connection that a later version of Deno may have closed with the handle. */
function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
