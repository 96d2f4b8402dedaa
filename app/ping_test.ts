import { assertRejects } from "@std/assert";
import { createEngine, createSyncEngine, DatabaseError, EngineUrl } from "../lib/mod.ts";
import { emptyTables } from "../testing/application.ts";
import { testDatabase } from "../testing/test_database.ts";
import { ping, pingBlocking } from "./database.ts";

const database = testDatabase(import.meta.url);

database.test("a ping waits for no lock, and fails where a column is missing", async (url) => {
  await emptyTables(url);
  await using engine = createEngine(url);
  using blocking = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  {
    await using holder = await engine.connect();
    await holder.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
    await ping(engine);
    pingBlocking(blocking);
  }
  await engine.begin((connection) => connection.execute("ALTER TABLE toys DROP COLUMN name CASCADE"));
  await assertRejects(() => ping(engine), DatabaseError, 'column "name"');
});
