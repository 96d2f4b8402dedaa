/**
 * A server that says what a test wants: for clients of PostgreSQL's protocol.
 *
 * @module
 */

/** Returns a message of the server. */
export function serverMessage(type: string, ...parts: (string | number | Uint8Array)[]): Uint8Array {
  const body = parts.flatMap((part) => {
    if (typeof part === "string") return [...new TextEncoder().encode(part)];
    if (typeof part === "number") return [part >>> 24, part >>> 16 & 255, part >>> 8 & 255, part & 255];
    return [...part];
  });
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = type.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, 4 + body.length);
  bytes.set(body, 5);
  return bytes;
}

/** Accepts anybody: AuthenticationOk, BackendKeyData, ReadyForQuery. */
export const WELCOME: readonly Uint8Array[] = [
  serverMessage("R", 0),
  serverMessage("K", 4711, 1),
  serverMessage("Z", "I"),
];

/** One client, as the script sees it. */
export interface Client {
  /** Waits for bytes of the client; throws at the end. */
  read(): Promise<Uint8Array>;
  /** Sends messages. */
  write(...messages: readonly Uint8Array[]): Promise<void>;
}

/** Listens until the block ends. */
export class ScriptedServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #running: Promise<void>;

  /** @param script for each client; the connection is closed when it returns. */
  constructor(script: (client: Client) => Promise<void>) {
    this.#running = this.#serve(script);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #serve(script: (client: Client) => Promise<void>): Promise<void> {
    const scripts: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      const client: Client = {
        async read() {
          const bytes = new Uint8Array(64 * 1024);
          const count = await connection.read(bytes);
          if (count === null) throw new Error("the client has closed the connection");
          return bytes.subarray(0, count);
        },
        async write(...messages) {
          for (const message of messages) {
            for (let sent = 0; sent < message.length;) sent += await connection.write(message.subarray(sent));
          }
        },
      };
      // a client that leaves ends its script
      scripts.push(script(client).catch(() => {}).finally(() => this.#close(connection)));
    }
    await Promise.all(scripts);
  }

  #close(connection: Deno.Conn): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
    await this.#running;
  }
}
