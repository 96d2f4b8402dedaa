import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/mod.ts";
import { slowNetwork, SlowNetworkError } from "./slow_network.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("each round trip takes longer, statements that travel together once; the proxy ends with the block", async (url) => {
  let address = "";
  {
    await using network = await slowNetwork(url, 30);
    address = network.url;
    await using engine = createEngine(address);
    await using connection = await engine.connect();
    const started = performance.now();
    await connection.execute("SELECT 1"); // BEGIN goes with it
    await connection.execute("SELECT 2");
    assert(performance.now() - started >= 60);
    await connection.rollback();
  }
  await using engine = createEngine(address, { connectTimeout: 1000 });
  await assertRejects(() => engine.connect());
});

Deno.test("a Unix socket has no network", async () => {
  const error = await assertRejects(() => slowNetwork("postgresql:///shop?host=/run", 5), SlowNetworkError);
  assertEquals(error.message.includes("use a URL with host and port"), true);
});
