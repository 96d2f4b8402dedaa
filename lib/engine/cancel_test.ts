import { assertEquals, assertRejects } from "@std/assert";
import { createEngine, EngineUrl, StatementCancelledError } from "../mod.ts";
import { Server } from "../../testing/server.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres", "libpq"] as const) {
  database.test(`${driver}: cancel() ends the statements in flight; their connections stay usable`, async (url) => {
    await using server = new Server(url);
    const options = driver === "libpq" ? { nonblocking: true } : {};
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), options);
    const [idle, busy] = [await engine.connect(), await engine.connect()];
    const sleeping = assertRejects(() => busy.execute("SELECT pg_sleep(60)"), StatementCancelledError);
    await server.untilSleeping(busy.backendPid);
    assertEquals(await engine.cancel(), 1);
    await sleeping;
    await busy.rollback();
    for (const connection of [busy, idle]) {
      assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
      await connection.close();
    }
    assertEquals(await engine.cancel(), 0);
  });
}
