/**
 * A firewall between a program and its database that forgets connections: it drops what they send, and tells neither
 * side.
 *
 * @module
 */
import { EngineUrl } from "../../lib/engine/url.ts";
import { withAddress } from "../connection_url.ts";
import { SlowNetworkError } from "./slow_network.ts";

/** A route to the database through the firewall. */
export interface ForgetfulFirewall extends Disposable {
  /** URL of the database through the firewall. */
  readonly url: string;
  /** Forgets the connections of this moment; later ones pass. */
  forget(): void;
}

/**
 * Starts the firewall in this process: a blocking engine cannot use it.
 * @throws {SlowNetworkError} for a Unix socket.
 */
export function forgetfulFirewall(url: string): ForgetfulFirewall {
  const { host, port, isSocket } = EngineUrl.parse(url);
  if (isSocket) throw new SlowNetworkError("No firewall stands before a Unix socket: use a URL with host and port.");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let forgotten = 0;

  async function pass(client: Deno.TcpConn): Promise<void> {
    const since = forgotten;
    const server = await Deno.connect({ hostname: host, port });
    const ends = [client, server];
    for (const end of ends) open.add(end);
    const known = () =>
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (bytes, to) => {
          if (since === forgotten) to.enqueue(bytes);
        },
      });
    // an end that closes, or is closed below, ends both directions
    await Promise.allSettled([
      client.readable.pipeThrough(known()).pipeTo(server.writable),
      server.readable.pipeThrough(known()).pipeTo(client.writable),
    ]);
    for (const end of ends) open.delete(end);
  }

  (async () => {
    for await (const client of listener) pass(client).catch(() => client.close());
  })();
  return {
    url: withAddress(url, "127.0.0.1", listener.addr.port),
    forget: () => void forgotten++,
    [Symbol.dispose]() {
      listener.close();
      for (const end of open) {
        try {
          end.close();
        } catch { /* its streams closed it */ }
      }
    },
  };
}
