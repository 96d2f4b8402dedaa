/**
 * A tap: a server on the loopback address that passes on what client and server say, and listens.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { EngineUrl } from "../../lib/engine/url.ts";
import { openStream } from "../../lib/engine/drivers/open_stream.ts";
import { tlsOptions } from "../../lib/engine/drivers/tls.ts";
import { isEncryptionRequest, Listener, type ListenOptions } from "./listener.ts";
import type { Message } from "./message.ts";

/** "No": neither TLS nor GSSAPI, which nobody could listen to. */
const NO = new TextEncoder().encode("N");
/** Milliseconds to reach the server. */
const CONNECT = 30_000;

/** Passes connections on to one server until it is closed. */
export class Tap implements AsyncDisposable {
  readonly #target: EngineUrl;
  readonly #hear: (message: Message) => void;
  readonly #options: ListenOptions;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Disposable>();
  readonly #running: Promise<void>;
  #began: number | undefined;
  #connections = 0;

  /**
   * @param target the server; the tap encrypts its own connection to it as this URL says.
   * @param hear called for each message.
   */
  constructor(target: EngineUrl, hear: (message: Message) => void, options: ListenOptions = {}) {
    this.#target = target;
    this.#hear = hear;
    this.#options = options;
    this.#running = this.#serve();
  }

  /** The port on 127.0.0.1. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection[Symbol.dispose]();
    await this.#running;
  }

  async #serve(): Promise<void> {
    const running: Promise<void>[] = [];
    for await (const client of this.#listener) running.push(this.#pass(client));
    await Promise.all(running);
  }

  async #pass(client: Deno.TcpConn): Promise<void> {
    const listener = new Listener(++this.#connections, this.#options);
    client.setNoDelay();
    const close = once(() => client.close());
    const closing = { [Symbol.dispose]: close };
    this.#open.add(closing);
    try {
      const { stream: server } = await openStream(
        this.#target,
        await tlsOptions(this.#target),
        this.#target.sslMode === "prefer",
        AbortSignal.timeout(CONNECT),
      );
      const end = once(() => {
        close();
        server.destroy();
      });
      const ending = { [Symbol.dispose]: end };
      this.#open.add(ending);
      await Promise.all([
        this.#fromClient(client, server, listener).finally(end),
        this.#fromServer(server, client, listener).finally(end),
      ]);
      this.#open.delete(ending);
    } catch {
      close(); // the server cannot be reached: the client learns it as the end of its stream
    } finally {
      this.#open.delete(closing);
    }
  }

  async #fromClient(client: Deno.TcpConn, server: Socket, listener: Listener): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await client.read(buffer).catch(() => null);
      if (count === null) return;
      const piece = buffer.slice(0, count);
      const messages = this.#tell(listener, "client", piece);
      if (messages.some(isEncryptionRequest)) await writeAll(client, NO);
      else await new Promise<void>((resolve) => server.write(piece, () => resolve()));
    }
  }

  async #fromServer(server: Socket, client: Deno.TcpConn, listener: Listener): Promise<void> {
    try {
      for await (const piece of server as AsyncIterable<Uint8Array>) {
        this.#tell(listener, "server", piece);
        await writeAll(client, piece);
      }
    } catch {
      // either side has closed its stream
    }
  }

  #tell(listener: Listener, from: Message["from"], piece: Uint8Array): Message[] {
    const now = performance.now();
    this.#began ??= now;
    const messages = listener.hear(from, piece, now - this.#began);
    for (const message of messages) this.#hear(message);
    return messages;
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
