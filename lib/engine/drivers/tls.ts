/**
 * TLS as PostgreSQL's protocol begins it, and what libpq's `sslmode` means for it.
 *
 * @module
 */
import { isIP, type Socket } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import type { EngineUrl } from "../url.ts";
import { forgetWhenClosed, nextEvent } from "./socket.ts";

const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);
const [WILLING, UNWILLING] = ["S", "N"].map((letter) => letter.charCodeAt(0));

/** The TLS handshake failed: the server's certificate is not as it must be, or it speaks another TLS. */
export class HandshakeError extends Error {}

/**
 * The options of TLS connections for a URL; `undefined` for none
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS).
 *
 * @throws when the file with the root certificate cannot be read.
 */
export async function tlsOptions(url: EngineUrl): Promise<ConnectionOptions | undefined> {
  if (url.sslMode === "disable" || url.isSocket) return undefined;
  const { sslRootCert } = url;
  // with a root certificate "require" means "verify-ca", in libpq for compatibility with its past
  const isVerified = url.sslMode.startsWith("verify") || url.sslMode === "require" && sslRootCert !== undefined;
  if (!isVerified) return { rejectUnauthorized: false };
  const ca = sslRootCert === undefined || sslRootCert === "system" ? {} : { ca: await readCertificate(sslRootCert) };
  return url.sslMode === "verify-full" || sslRootCert === "system"
    ? { rejectUnauthorized: true, ...ca }
    : { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca };
}

/**
 * Asks the server for TLS.
 *
 * @returns the encrypted stream; `undefined` when the server has no TLS: the socket can be used as it is.
 * @throws {HandshakeError}
 * @throws when the answer is none that PostgreSQL gives; the socket is destroyed then.
 */
export async function startTls(
  socket: Socket,
  host: string,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  socket.write(SSL_REQUEST);
  const answer = await nextEvent<Uint8Array>(socket, "data", signal);
  // more than the one byte would be in clear, and read as if it had been encrypted
  if (answer.length === 1 && answer[0] === UNWILLING) return undefined;
  if (answer.length !== 1 || answer[0] !== WILLING) {
    socket.destroy();
    throw new Error("What answers there is not PostgreSQL: it does not know the request for TLS");
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
