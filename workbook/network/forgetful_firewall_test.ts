import { assertEquals, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { caught } from "../caught.ts";
import { forgetfulFirewall } from "./forgetful_firewall.ts";
import { SlowNetworkError } from "./slow_network.ts";

const database = testDatabase(import.meta.url);

database.test("a forgotten connection gets no answer and no error; later ones pass", async (url) => {
  using firewall = forgetfulFirewall(url);
  await using engine = createEngine(firewall.url, { poolSize: 1, maxOverflow: 0, commandTimeout: 200 });
  const ask = async () => (await engine.begin((connection) => connection.execute("SELECT 42"))).scalar();
  assertEquals(await ask(), 42);
  firewall.forget();
  assertEquals(engine.poolStatus.idle, 1, "the pool has heard nothing");
  assertEquals((await caught(ask)).name, "AnswerTimeoutError");
  assertEquals(await ask(), 42);
});

database.test("a ping finds a forgotten connection, and an age replaces it", async (url) => {
  for (const option of [{ poolPrePing: true }, { poolRecycle: 0 }]) {
    using firewall = forgetfulFirewall(url);
    await using engine = createEngine(firewall.url, { poolSize: 1, maxOverflow: 0, connectTimeout: 300, ...option });
    const ask = async () => (await engine.begin((connection) => connection.execute("SELECT 42"))).scalar();
    assertEquals(await ask(), 42);
    firewall.forget();
    assertEquals(await ask(), 42, JSON.stringify(option));
  }
});

Deno.test("no firewall stands before a Unix socket", () => {
  assertThrows(
    () => forgetfulFirewall("postgresql:///shop?host=/run"),
    SlowNetworkError,
    "use a URL with host and port",
  );
});
