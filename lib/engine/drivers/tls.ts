/** What libpq's `sslmode` means in the options of a TLS connection. @module */
import { ConnectError } from "../errors.ts";
import type { EngineUrl } from "../url.ts";

/** The options that npm pg and npm postgres hand on to `tls.connect()`. */
export interface TlsOptions {
  rejectUnauthorized: boolean;
  /** The name or address that the certificate must carry. */
  host?: string;
  ca?: string;
  checkServerIdentity?: () => undefined;
}

/**
 * The TLS options for a URL: `false` for none, `"prefer"` to use TLS where the server offers it
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS).
 */
export async function tlsOptions(url: EngineUrl): Promise<TlsOptions | "prefer" | false> {
  if (url.sslMode === "disable" || url.isSocket) return false;
  if (url.sslMode === "prefer") return "prefer";
  const { sslRootCert } = url;
  // with a root certificate "require" means "verify-ca", in libpq for compatibility with its past
  if (url.sslMode === "require" && sslRootCert === undefined) return { rejectUnauthorized: false };
  const ca = sslRootCert === undefined || sslRootCert === "system"
    ? {}
    : { ca: await readCertificate(url, sslRootCert) };
  return url.sslMode === "verify-full" || sslRootCert === "system"
    ? { rejectUnauthorized: true, host: url.host, ...ca }
    : { rejectUnauthorized: true, host: url.host, ...ca, checkServerIdentity: () => undefined };
}

async function readCertificate(url: EngineUrl, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new ConnectError(`${url}`, `sslrootcert: ${(cause as Error).message}.`, undefined, { cause });
  }
}
