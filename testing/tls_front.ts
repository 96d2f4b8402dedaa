/**
 * A TLS front for a server without TLS, for tests of clients.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { EngineUrl } from "../lib/engine/url.ts";

/** Self-signed, for `localhost` only. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUCX8pzS8KwhRURgA9XmxyUTkrZuYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTE5MDQzM1oYDzIxMjYxMTA1
MTkwNDMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASQDRJkFM8NqdyvhQnsLkS7efAk6G0tSoCGUFGylI/1mQMHwVbVGcul
eKx2fck9xFJ0zBDCo5vCtU30FVeYIt3go2kwZzAdBgNVHQ4EFgQUhpIkBLKXQ3Xm
2ZnlRsObJlBo/jYwHwYDVR0jBBgwFoAUhpIkBLKXQ3Xm2ZnlRsObJlBo/jYwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAIhQFcdXKcIq/59l5YSrn0UwIdOnBC0PNiYaOj3oOmM9AiEA1kVdCq0J
PR1hSGtyswwr40URd/or5giQxRt87xcfYHU=
-----END CERTIFICATE-----`;
/** Private key of that certificate; protects nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgs55Z3jjYc8CskOjk
A9iUJSlrlvZ4Wh4y2X2bEjNSA6GhRANCAASQDRJkFM8NqdyvhQnsLkS7efAk6G0t
SoCGUFGylI/1mQMHwVbVGculeKx2fck9xFJ0zBDCo5vCtU30FVeYIt3g
-----END PRIVATE KEY-----`;

const REQUEST_SIZE = 8;

/** Accepts connections that start with a TLS request, and forwards the decrypted data. */
export class TlsFront implements AsyncDisposable {
  /** Number of connections accepted so far. */
  accepted = 0;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #port = 0;

  /**
   * Starts listening.
   * @param url database behind it.
   */
  static async start(url: EngineUrl): Promise<TlsFront> {
    const front = new TlsFront();
    const inside = await front.#listen(
      createTlsServer({ key: KEY, cert: CERTIFICATE }, (client) => front.#join(client, connect(url.port, url.host))),
    );
    front.#port = await front.#listen(createServer((client) => {
      front.accepted++;
      client.on("error", () => {});
      client.once("data", (request) => {
        if (request.length !== REQUEST_SIZE) return client.destroy(); // unencrypted
        client.write("S");
        front.#join(client, connect(inside, "127.0.0.1"));
      });
    }));
    return front;
  }

  /**
   * Returns the URL through this front.
   * @param host a name of this machine;
   * @param options `sslmode=…`.
   */
  by(url: EngineUrl, host: string, options: string): EngineUrl {
    const { username, password, pathname } = new URL(url.reveal().replace(/^postgresql\+\w+/, "http"));
    return EngineUrl.parse(
      `postgresql+${url.driver}://${username}:${password}@${host}:${this.#port}${pathname}?${options}`,
    );
  }

  #join(one: Socket, two: Socket): void {
    for (const [from, to] of [[one, two], [two, one]]) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => (this.#sockets.delete(from), to.destroy()));
    }
    one.pipe(two).pipe(one);
  }

  #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
