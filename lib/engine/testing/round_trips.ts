/** Counts round trips: how often a client waits for its server. @module */
import { EngineUrl } from "../url.ts";
import { StatementCounter } from "./statement_counter.ts";

/**
 * Turns of the event loop, about a millisecond each, for which an answer is held back. A count of turns and not one long
 * timer: when the machine is busy a timer may be over before what the client has sent long ago was even read.
 */
const HOLD_TURNS = 10;

/**
 * A proxy between client and server on the loopback interface. A round trip is counted when the client sends after it
 * was answered. Answers are held back for a moment: what the client sends in that time, it sends without waiting.
 */
export class RoundTripCounter implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server: EngineUrl;
  readonly #sockets = new Set<Deno.Conn>();
  readonly #work: Promise<unknown>[] = [];
  readonly #statements: StatementCounter[] = [];
  #count = 0;

  /** @param server address of the real server. */
  constructor(server: EngineUrl) {
    this.#server = server;
    this.#work.push(this.#accept());
  }

  /** The address of the same database, by way of this proxy. */
  get url(): EngineUrl {
    const { user = "", password = "", database = "", driver } = this.#server;
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    return EngineUrl.parse(`postgresql+${driver}://${u}:${p}@127.0.0.1:${this.#listener.addr.port}/${d}`);
  }

  /** @returns the number of round trips that `work` waited for. */
  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.#count;
    await work();
    return this.#count - before;
  }

  /** Statements that were sent so far. Encrypted ones are not seen. */
  get statements(): number {
    return this.#statements.reduce((sum, { count }) => sum + count, 0);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const { host, port } = this.#server;
      const server = await Deno.connect({ hostname: host, port });
      client.setNoDelay();
      server.setNoDelay();
      const statements = new StatementCounter();
      this.#statements.push(statements);
      let answered = true;
      const sends = (bytes: Uint8Array) => {
        statements.read(bytes);
        if (answered) this.#count++;
        answered = false;
      };
      const answers = async () => {
        for (let turn = 0; turn < HOLD_TURNS; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
        answered = true;
      };
      this.#work.push(this.#pump(client, server, sends), this.#pump(server, client, answers));
    }
  }

  async #pump(from: Deno.Conn, to: Deno.Conn, seen: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    this.#sockets.add(from);
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        await seen(buffer.subarray(0, size));
        for (let sent = 0; sent < size;) sent += await to.write(buffer.subarray(sent, size));
      }
    } catch {
      // one side closed
    } finally {
      if (this.#sockets.delete(to)) to.close();
      if (this.#sockets.delete(from)) from.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#work);
  }
}
