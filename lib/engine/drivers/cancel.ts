/**
 * The cancel request of PostgreSQL's protocol: a connection of its own, sixteen bytes, no answer
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS).
 *
 * @module
 */
import type { ConnectionOptions } from "node:tls";
import type { EngineUrl } from "../url.ts";
import { openStream } from "./open_stream.ts";
import { nextEvent } from "./socket.ts";

const CANCEL_REQUEST_CODE = 80877102;

/** The server process to cancel, and how to reach it. */
export interface CancelTarget {
  readonly url: EngineUrl;
  /** Of the connection: what was encrypted there is encrypted here. */
  readonly tls: ConnectionOptions | undefined;
  readonly pid: number;
  readonly secret: number;
}

/**
 * Asks the server to cancel what a process does now. Resolves when the server closed the request's connection, by which
 * time the signal is sent; a request that comes too late has no effect.
 *
 * @param signal gives up; then its reason is thrown.
 */
export async function requestCancel({ url, tls, pid, secret }: CancelTarget, signal: AbortSignal): Promise<void> {
  const message = new DataView(new ArrayBuffer(16));
  [16, CANCEL_REQUEST_CODE, pid, secret].forEach((word, index) => message.setInt32(index * 4, word));
  const { stream } = await openStream(url, tls, false, signal);
  stream.write(new Uint8Array(message.buffer));
  stream.resume();
  await nextEvent(stream, "data", signal).catch(() => signal.throwIfAborted()); // it closes without a word
  stream.destroy();
}
