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
 * @returns what the event brings.
 * @throws the error of the socket, or the signal's reason; then the socket is destroyed.
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
 * Deno's own connection, because `setKeepAlive()` of Node's sockets does nothing before Deno 2.9. The packages want a socket
 * of Node's, which takes the connection over by its number: that is inside of Deno. Where it is not as it was, Node's own
 * socket is opened.
 */
async function openTcp(hostname: string, port: number, signal: AbortSignal): Promise<Socket> {
  const binding = isAsKnown ? tcpBinding() : undefined;
  if (!binding) return openOfNode(hostname, port);
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port, signal });
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as { code?: string };
    throw code ? new Error(`connect ${code} ${hostname}:${port}`, { cause: error }) : error;
  }
  const number = resourceNumber(connection);
  if (number === undefined) {
    isAsKnown = false;
    connection.close();
    return openOfNode(hostname, port);
  }
  connection.setNoDelay();
  connection.setKeepAlive();
  const handle = new binding.TCP(binding.constants.SOCKET);
  handle.openFromRid(number);
  const socket = new Socket({ handle } as object);
  socket.on("close", () => closeOnce(connection)); // the handle does not: without this the server hears of no end
  return socket;
}

/** False once a connection had no number: no other is opened only to find that out. */
let isAsKnown = true;

/** A socket that is being opened, with keep-alive from Deno 2.9 on. */
function openOfNode(hostname: string, port: number): Socket {
  const socket = connect(port, hostname);
  return socket.once("connect", () => socket.setNoDelay().setKeepAlive(true));
}

/** What Node's sockets are made of. */
interface TcpBinding {
  readonly TCP: new (type: number) => { openFromRid(rid: number): void };
  readonly constants: { readonly SOCKET: number };
}

function tcpBinding(): TcpBinding | undefined {
  const binding = (process as { binding?: (name: string) => Partial<TcpBinding> }).binding?.("tcp_wrap");
  return binding?.TCP?.prototype.openFromRid ? binding as TcpBinding : undefined;
}

function resourceNumber(connection: Deno.TcpConn): number | undefined {
  const symbol = Object.getOwnPropertySymbols(connection).find(({ description }) =>
    description === "Deno.internal.rid"
  );
  return symbol && (connection as unknown as Record<symbol, number>)[symbol];
}

/** Closes what a later Deno may have closed with the handle. */
function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
