import { assert, assertEquals } from "@std/assert";
import { startNetworkDelay } from "./network_delay.ts";

/** A server that sends back what it gets. */
function echo(): Deno.HttpServer | Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) void connection.readable.pipeTo(connection.writable).catch(() => {});
  })();
  return listener;
}

async function read(connection: Deno.TcpConn, length: number): Promise<string> {
  const buffer = new Uint8Array(length);
  for (let filled = 0; filled < length;) filled += await connection.read(buffer.subarray(filled)) ?? length;
  return new TextDecoder().decode(buffer);
}

Deno.test("what is sent arrives in its order, not before the delay is over, and the end too", async () => {
  using server = echo() as Deno.TcpListener;
  const { port } = server.addr as Deno.NetAddr;
  await using delay = await startNetworkDelay({ host: "127.0.0.1", port }, 20);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: delay.port });
  const start = performance.now();
  for (let n = 0; n < 100; n++) await connection.write(new TextEncoder().encode(String(n).padStart(4, "0")));
  const sent = performance.now() - start;
  const expected = Array.from({ length: 100 }, (_, n) => String(n).padStart(4, "0")).join("");
  assertEquals(await read(connection, 400), expected);
  const took = performance.now() - start;
  assert(took >= 20, `it took ${took} ms`);
  assert(took < sent + 100 * 20, `${took} ms: one packet waited for the other`);
  await connection.closeWrite();
  assertEquals(await connection.read(new Uint8Array(1)), null);
  connection.close();
});

Deno.test("a target that is not there ends the connection", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  await using delay = await startNetworkDelay({ host: "127.0.0.1", port }, 1);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: delay.port });
  assertEquals(await connection.read(new Uint8Array(1)).catch(() => null), null);
});
