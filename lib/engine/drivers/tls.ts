/** What libpq's `sslmode` means in the options of a TLS connection. @module */
import type { EngineUrl } from "../url.ts";

/** The options that npm pg and npm postgres hand on to `tls.connect()`. */
export interface TlsOptions {
  rejectUnauthorized: boolean;
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
  if (url.sslMode === "require") return { rejectUnauthorized: false };
  const ca = url.sslRootCert === undefined ? {} : { ca: await Deno.readTextFile(url.sslRootCert) };
  return url.sslMode === "verify-full"
    ? { rejectUnauthorized: true, ...ca }
    : { rejectUnauthorized: true, ...ca, checkServerIdentity: () => undefined };
}
