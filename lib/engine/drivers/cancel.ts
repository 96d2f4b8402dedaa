/**
 * The cancel request of PostgreSQL's protocol: a separate connection, sixteen bytes, no answer
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS).
 *
 * @module
 */
import type { ConnectionOptions } from "node:tls";
import type { EngineUrl } from "../url.ts";
import { openStream } from "./open_stream.ts";
import { nextEvent } from "./socket.ts";

const CANCEL_REQUEST_CODE = 80877102;

/** The server process to cancel, and how to connect to it. */
export interface CancelTarget {
  readonly url: EngineUrl;
  /** TLS options of the connection to cancel; the request uses the same. */
  readonly tls: ConnectionOptions | undefined;
  readonly pid: number;
  readonly secret: number;
}

/**
 * Requests cancellation of the statement that a server process runs. Resolves when the server has closed the request's
 * connection, by which time the signal is sent; a request that arrives late has no effect.
 *
 * @param signal aborts the request; its reason is thrown.
 */
export async function requestCancel({ url, tls, pid, secret }: CancelTarget, signal: AbortSignal): Promise<void> {
  const message = new DataView(new ArrayBuffer(16));
  [16, CANCEL_REQUEST_CODE, pid, secret].forEach((word, index) => message.setInt32(index * 4, word));
  const { stream } = await openStream(url, tls, false, signal);
  stream.write(new Uint8Array(message.buffer));
  stream.resume();
  // the server closes the connection without an answer
  await nextEvent(stream, "data", signal).catch(() => signal.throwIfAborted());
  stream.destroy();
}
