/**
 * A network that fails as networks do: connections stay open and nothing arrives any more. The proxy lives in a worker, so
 * that it goes on while a driver blocks the thread of the test.
 *
 * @module
 */
import { EngineUrl } from "../lib/engine/url.ts";

/** What the proxy is told; it answers each with a number, which most mean nothing by. */
export type Order =
  | { readonly type: "start"; readonly hostname: string; readonly port: number }
  | { readonly type: "stall" }
  | { readonly type: "resume" }
  | { readonly type: "clients" }
  | { readonly type: "stallAt"; readonly text: string }
  | { readonly type: "babble"; readonly bytes: readonly number[] };

/** Stands between a client and its server, on the loopback interface. */
export class StallingProxy implements AsyncDisposable {
  readonly #worker = new Worker(import.meta.resolve("./stalling_proxy_worker.ts"), { type: "module" });
  readonly #server: EngineUrl;
  #port = 0;

  private constructor(server: EngineUrl) {
    this.#server = server;
  }

  /**
   * Begins to pass on what is sent.
   * @param url of the database behind it.
   */
  static async start(url: string | EngineUrl): Promise<StallingProxy> {
    const server = typeof url === "string" ? EngineUrl.parse(url) : url;
    const proxy = new StallingProxy(server);
    proxy.#port = await proxy.#tell({ type: "start", hostname: server.host, port: server.port });
    return proxy;
  }

  /** The address of the same database, by way of this proxy. */
  get url(): EngineUrl {
    const url = new URL(this.#server.reveal().replace(/^postgresql\+\w+/, "http"));
    const driver = `postgresql+${this.#server.driver}`;
    return EngineUrl.parse(
      `${driver}://${url.username}:${url.password}@127.0.0.1:${this.#port}${url.pathname}${url.search}`,
    );
  }

  /** From now on nothing arrives on either side, and nobody is told; new connections are accepted and hear nothing. */
  async stall(): Promise<void> {
    await this.#tell({ type: "stall" });
  }

  /** As `stall()`, from the moment a client sends bytes with this text, which are not passed on any more. */
  async stallAt(text: string): Promise<void> {
    await this.#tell({ type: "stallAt", text });
  }

  /** Passes on again, and first what was held back. */
  async resume(): Promise<void> {
    await this.#tell({ type: "resume" });
  }

  /** Connections that their clients have not closed. While nothing arrives it sees the end of those that wait for an answer. */
  clients(): Promise<number> {
    return this.#tell({ type: "clients" });
  }

  /** Answers the first bytes of each new connection with these, keeps it open, and says nothing more. */
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
