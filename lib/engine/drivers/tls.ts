/**
 * TLS negotiation of PostgreSQL's protocol, and the meaning of libpq's `sslmode`.
 *
 * @module
 */
import { isIP, type Socket } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import type { EngineUrl } from "../url.ts";
import { forgetWhenClosed, nextEvent } from "./socket.ts";

const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);
const [WILLING, UNWILLING] = ["S", "N"].map((letter) => letter.charCodeAt(0));

/** The TLS handshake failed: the server's certificate is not acceptable, or the TLS versions do not match. */
export class HandshakeError extends Error {}

/**
 * Returns the TLS options for a URL, or `undefined` for no TLS
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS).
 *
 * @throws if the root certificate file cannot be read.
 */
export async function tlsOptions(url: EngineUrl): Promise<ConnectionOptions | undefined> {
  if (url.sslMode === "disable" || url.isSocket) return undefined;
  const { sslRootCert } = url;
  // with a root certificate "require" means "verify-ca", for compatibility with older versions of libpq
  const isVerified = url.sslMode.startsWith("verify") || url.sslMode === "require" && sslRootCert !== undefined;
  if (!isVerified) return { rejectUnauthorized: false };
  const ca = sslRootCert === undefined || sslRootCert === "system" ? {} : { ca: await readCertificate(sslRootCert) };
  return url.sslMode === "verify-full" || sslRootCert === "system"
    ? { rejectUnauthorized: true, ...ca }
    : { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca };
}

/**
 * Requests TLS from the server.
 *
 * @returns the encrypted stream, or `undefined` if the server does not support TLS: the socket can then be used
 * unencrypted.
 * @throws {HandshakeError}
 * @throws if the answer is not PostgreSQL's; the socket is then destroyed.
 */
export async function startTls(
  socket: Socket,
  host: string,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  socket.write(SSL_REQUEST);
  const answer = await nextEvent<Uint8Array>(socket, "data", signal);
  // any further bytes would be unencrypted, yet read as if they had been encrypted
  if (answer.length === 1 && answer[0] === UNWILLING) return undefined;
  if (answer.length !== 1 || answer[0] !== WILLING) {
    socket.destroy();
    throw new Error("The server is not PostgreSQL: it does not understand the request for TLS");
  }
  const stream = connect({ ...options, socket, host, ...(isIP(host) ? {} : { servername: host }) });
  forgetWhenClosed(stream);
  try {
    await nextEvent(stream, "secureConnect", signal);
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw error;
    throw new HandshakeError(`TLS: ${(error as Error).message}`, { cause: error });
  }
  return stream;
}

async function readCertificate(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new Error(`sslrootcert: ${(cause as Error).message}`, { cause });
  }
}
