/**
 * Opens the streams of the driver.
 *
 * @module
 */
import type { ConnectionOptions } from "node:tls";
import type { EngineUrl } from "../../url.ts";
import { openStream } from "../open_stream.ts";
import { socketPath } from "../socket.ts";
import { type ByteStream, EncryptedStream, PlainStream } from "./stream.ts";

/** A stream to the server on which nothing has been sent yet. */
export interface WireStream {
  readonly stream: ByteStream;
  /** TLS options, if it is encrypted. */
  readonly tls: ConnectionOptions | undefined;
}

/**
 * Opens a stream, encrypted if TLS options are given.
 *
 * @param mayDoWithout true to continue without TLS if the server does not support it.
 * @throws the error of the connection attempt, or the signal's reason.
 */
export async function openWire(
  url: EngineUrl,
  tls: ConnectionOptions | undefined,
  mayDoWithout: boolean,
  signal: AbortSignal,
): Promise<WireStream> {
  if (tls === undefined) return { stream: await openPlain(url, signal), tls };
  const opened = await openStream(url, tls, mayDoWithout, signal);
  if (opened.tls) return { stream: new EncryptedStream(opened.stream), tls };
  opened.stream.destroy(); // without TLS, the stream of Deno is the faster one
  return { stream: await openPlain(url, signal), tls: undefined };
}

async function openPlain(url: EngineUrl, signal: AbortSignal): Promise<ByteStream> {
  try {
    if (url.isSocket) return new PlainStream(await openUnix(socketPath(url), signal));
    const connection = await Deno.connect({ hostname: url.host, port: url.port, signal });
    connection.setNoDelay();
    connection.setKeepAlive();
    return new PlainStream(connection);
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as { code?: string };
    const address = url.isSocket ? socketPath(url) : `${url.host}:${url.port}`;
    throw code ? new Error(`connect ${code} ${address}`, { cause: error }) : error;
  }
}

/** Unix sockets connect at once, or not at all: no signal can abort that. */
async function openUnix(path: string, signal: AbortSignal): Promise<Deno.Conn> {
  const connection = await Deno.connect({ transport: "unix", path });
  if (signal.aborted) connection.close();
  signal.throwIfAborted();
  return connection;
}
