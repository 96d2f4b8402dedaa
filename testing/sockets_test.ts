import { assertEquals } from "@std/assert";
import { socketsTo } from "./sockets.ts";
import { until } from "./until.ts";
import { permittedTest } from "./permitted.ts";

permittedTest("run", "a socket counts while it is open, and not when it is remembered", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const count = async () => (await socketsTo(port)).length;
  assertEquals(await count(), 0);
  const client = await Deno.connect({ port });
  using _server = await listener.accept();
  assertEquals(await count(), Deno.build.os === "linux" ? 1 : 0);
  client.close(); // the side that closes first is the one that remembers
  await until("the socket is closed", async () => await count() === 0);
});
