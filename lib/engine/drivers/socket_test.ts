import { assertEquals } from "@std/assert";
import process from "node:process";
import { EngineUrl } from "../url.ts";
import { openSocket } from "./socket.ts";
import { permittedTest } from "../../../testing/permitted.ts";

/**
 * Opens a socket to a server of our own.
 *
 * @returns how many connections the server saw.
 */
async function connections(): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = EngineUrl.parse(`postgresql://sandy:secret@127.0.0.1:${listener.addr.port}/shop`);
  const socket = await openSocket(url, new AbortController().signal);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // it comes behind all that were opened before
  const last = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  let seen = 0;
  for await (const connection of listener) {
    const { port } = connection.remoteAddr as Deno.NetAddr;
    connection.close();
    if (port === (last.localAddr as Deno.NetAddr).port) break;
    seen++;
  }
  last.close();
  socket.destroy();
  await closed;
  return seen;
}

permittedTest(
  "net",
  "a socket is one connection, also where Node's sockets are made of something else in a later Deno",
  async () => {
    assertEquals(await connections(), 1);
    const { binding } = process as unknown as { binding: unknown };
    try {
      Object.assign(process, { binding: undefined });
      assertEquals(await connections(), 1);
    } finally {
      Object.assign(process, { binding });
    }
  },
);
