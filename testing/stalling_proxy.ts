/**
 * Simulates network failures: connections stay open but no data arrive. The proxy runs in a worker, so that it
 * continues while a driver blocks the test's thread.
 *
 * @module
 */
import { EngineUrl } from "../lib/engine/url.ts";

/** Commands for the proxy; each is answered by a number, which most ignore. */
export type Order =
  | { readonly type: "start"; readonly hostname: string; readonly port: number }
  | { readonly type: "stall" }
  | { readonly type: "resume" }
  | { readonly type: "clients" }
  | { readonly type: "stallAt"; readonly text: string }
  | { readonly type: "babble"; readonly bytes: readonly number[] };

/** A proxy between a client and its server, on the loopback interface. */
export class StallingProxy implements AsyncDisposable {
  readonly #worker = new Worker(import.meta.resolve("./stalling_proxy_worker.ts"), { type: "module" });
  readonly #server: EngineUrl;
  #port = 0;

  private constructor(server: EngineUrl) {
    this.#server = server;
  }

  /**
   * Starts forwarding.
   * @param url database behind the proxy.
   */
  static async start(url: string | EngineUrl): Promise<StallingProxy> {
    const server = typeof url === "string" ? EngineUrl.parse(url) : url;
    const proxy = new StallingProxy(server);
    proxy.#port = await proxy.#tell({ type: "start", hostname: server.host, port: server.port });
    return proxy;
  }

  /** Database URL through this proxy. */
  get url(): EngineUrl {
    const url = new URL(this.#server.reveal().replace(/^postgresql\+\w+/, "http"));
    const driver = `postgresql+${this.#server.driver}`;
    return EngineUrl.parse(
      `${driver}://${url.username}:${url.password}@127.0.0.1:${this.#port}${url.pathname}${url.search}`,
    );
  }

  /** Stops forwarding in both directions without closing connections; new connections are accepted but get no data. */
  async stall(): Promise<void> {
    await this.#tell({ type: "stall" });
  }

  /** Like `stall()`, once a client sends data containing this text, which are no longer forwarded. */
  async stallAt(text: string): Promise<void> {
    await this.#tell({ type: "stallAt", text });
  }

  /** Resumes forwarding, starting with the data held back. */
  async resume(): Promise<void> {
    await this.#tell({ type: "resume" });
  }

  /**
   * Returns the number of connections not closed by their clients. While stalled, only the end of clients waiting for a
   * response is seen.
   */
  clients(): Promise<number> {
    return this.#tell({ type: "clients" });
  }

  /** Sends these bytes on each new connection after its first data, keeps it open, and sends nothing more. */
  async babble(bytes: Uint8Array): Promise<void> {
    await this.#tell({ type: "babble", bytes: [...bytes] });
  }

  async #tell(order: Order): Promise<number> {
    const answer = new Promise<number>((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => reject(new Error(event.message));
    });
    this.#worker.postMessage(order);
    return await answer;
  }

  // deno-lint-ignore require-await -- the worker ends at once, and its sockets with it
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
  }
}
