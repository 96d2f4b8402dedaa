/**
 * Counts round trips: how often a client waits for its server.
 *
 * @module
 */
import { EngineUrl } from "../../lib/engine/url.ts";
import { StatementCounter } from "./statement_counter.ts";

/**
 * Number of event loop turns, about a millisecond each, for which a response is held back. Turns are counted instead of
 * using a timer: on a busy machine a timer may expire before data sent long ago have even been read.
 */
const HOLD_TURNS = 10;

/** A connection through the proxy. */
interface Passage {
  readonly statements: StatementCounter;
  /** True from when the client sends until a response arrives. */
  isOpen: boolean;
}

/**
 * A proxy between client and server on the loopback interface. A round trip is counted when the server responds to data
 * sent by the client. While counting, responses are held back for a moment: data the client sends in that time are sent
 * without waiting, and results it does not wait for arrive after the work has finished.
 */
export class RoundTripCounter implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server: EngineUrl;
  readonly #sockets = new Set<Deno.Conn>();
  readonly #work: Promise<unknown>[] = [];
  readonly #passages: Passage[] = [];
  #count = 0;
  #isCounting = false;

  /** @param server address of the real server. */
  constructor(server: EngineUrl) {
    this.#server = server;
    this.#work.push(this.#accept());
  }

  /** URL of the same database through this proxy. */
  get url(): EngineUrl {
    const { user = "", password = "", database = "", driver } = this.#server;
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    return EngineUrl.parse(`postgresql+${driver}://${u}:${p}@127.0.0.1:${this.#listener.addr.port}/${d}`);
  }

  /** @returns the number of round trips that `work` waited for. */
  async during(work: () => Promise<unknown>): Promise<number> {
    await this.settled();
    const before = this.#count;
    this.#isCounting = true;
    try {
      await work();
      return this.#count - before;
    } finally {
      this.#isCounting = false;
    }
  }

  /** Number of statements sent so far. Encrypted statements are not counted. */
  get statements(): number {
    return this.#passages.reduce((sum, { statements }) => sum + statements.count, 0);
  }

  /** Resolves when everything sent has been answered, including results nobody waits for. */
  async settled(): Promise<void> {
    do await holdOn(); while (this.#passages.some(({ isOpen }) => isOpen));
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const { host, port } = this.#server;
      const server = await Deno.connect({ hostname: host, port });
      client.setNoDelay();
      server.setNoDelay();
      const passage: Passage = { statements: new StatementCounter(), isOpen: false };
      this.#passages.push(passage);
      const sends = (bytes: Uint8Array) => {
        passage.statements.read(bytes);
        passage.isOpen = true;
      };
      const answers = async () => {
        if (this.#isCounting) await holdOn();
        if (passage.isOpen) this.#count++;
        passage.isOpen = false;
      };
      this.#work.push(
        this.#pump(client, server, sends).finally(() => passage.isOpen = false), // a Terminate message has no response
        this.#pump(server, client, answers),
      );
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
      // one side has closed
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

async function holdOn(): Promise<void> {
  for (let turn = 0; turn < HOLD_TURNS; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}
