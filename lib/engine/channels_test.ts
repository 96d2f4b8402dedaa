import { assertEquals, assertRejects } from "@std/assert";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { channels, ConnectError, createEngine, createSyncEngine, EngineUrl, type ObservedEngine } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** Listens on a channel until disposed of. */
function listen(name: string): { heard: unknown[] } & Disposable {
  const heard: unknown[] = [];
  const listener = (message: unknown) => void heard.push(message);
  subscribe(name, listener);
  return { heard, [Symbol.dispose]: () => void unsubscribe(name, listener) };
}

Deno.test("engines of both kinds are announced when they are created and when they are disposed of", async () => {
  using created = listen(channels.created);
  using disposed = listen(channels.disposed);
  const engine = createEngine("postgresql+pg://sandy@localhost/shop");
  const blocking = createSyncEngine("postgresql+libpq://sandy@localhost/shop");
  assertEquals([created.heard, disposed.heard], [[engine, blocking], []]);
  await engine.dispose();
  blocking.dispose();
  assertEquals(disposed.heard, [engine, blocking]);
});

database.test("an announced engine tells how many connections it has", async (url) => {
  using created = listen(channels.created);
  await using engine = createEngine(url, { poolSize: 1 });
  using blocking = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const counts = () => (created.heard as ObservedEngine[]).map(({ connectionCount }) => connectionCount);
  assertEquals(counts(), [0, 0]);
  const [one, two] = [await engine.connect(), await engine.connect()];
  blocking.connect().close();
  assertEquals(counts(), [2, 1]);
  await one.close();
  await two.close(); // an overflow, which is closed
  blocking.dispose();
  assertEquals(counts(), [1, 0]);
});

for (const driver of ["pg", "postgres", "libpq"] as const) {
  database.test(`${driver}: a refused connection is announced with its SQLSTATE`, async (url) => {
    using refused = listen(channels.refused);
    const nowhere = EngineUrl.parse(url.replace(/\/[^/?]*(?=\?|$)/, "/nowhere")).withDriver(driver);
    await using engine = createEngine(nowhere);
    const error = await assertRejects(() => engine.connect(), ConnectError);
    assertEquals([refused.heard, error.sqlstate], [[error], "3D000"]);
  });
}

Deno.test("a server without a free connection: the message says what frees some", () => {
  const { message } = new ConnectError("postgresql://here", "sorry, too many clients already.", "53300");
  assertEquals(
    message,
    "Cannot connect to postgresql://here: sorry, too many clients already.\nIts connections are all in use: dispose of " +
      "engines that you no longer need, give the others a smaller poolSize, or raise the server's max_connections.",
  );
});
