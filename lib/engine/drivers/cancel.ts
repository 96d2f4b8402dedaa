/**
 * The cancel request of PostgreSQL's protocol: a connection of its own, sixteen bytes, no answer
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS).
 *
 * @module
 */
import type { EngineUrl } from "../url.ts";

const CANCEL_REQUEST_CODE = 80877102;

/**
 * Asks the server to cancel what the process `pid` does now. Resolves when the server closed the request's connection,
 * by which time the signal is sent; a request that comes too late has no effect.
 */
export async function requestCancel(url: EngineUrl, pid: number, secret: number): Promise<void> {
  const message = new DataView(new ArrayBuffer(16));
  [16, CANCEL_REQUEST_CODE, pid, secret].forEach((word, index) => message.setInt32(index * 4, word));
  using connection =
    await (url.isSocket
      ? Deno.connect({ transport: "unix", path: socketPath(url) })
      : Deno.connect({ hostname: url.host, port: url.port }));
  await connection.write(new Uint8Array(message.buffer));
  await connection.read(new Uint8Array(1)).catch(() => null);
}

/** The path of the unix socket in the folder that the URL names. */
export function socketPath(url: EngineUrl): string {
  return `${url.host}/.s.PGSQL.${url.port}`;
}
