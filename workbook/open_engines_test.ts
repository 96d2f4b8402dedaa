import { assertEquals } from "@std/assert";
import { createEngine, createSyncEngine, EngineUrl } from "../lib/mod.ts";
import { OpenEngines } from "./open_engines.ts";
import { Server } from "../testing/server.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("engines of a run are disposed of, with connections that a cell still holds", async (url) => {
  await using server = new Server(url);
  const clients =
    "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'cell' AND datname = current_database()";
  using engines = new OpenEngines();
  engines.beginAt("notebook_07");
  const options = { applicationName: "cell" };
  for (const driver of ["pg", "postgres", "libpq"] as const) {
    const engine = createEngine(EngineUrl.parse(url).withDriver(driver), options);
    await (await engine.connect()).close();
    const held = await engine.connect();
    if (driver !== "libpq") await held.begin(); // there, one transaction a thread
    await engine.connect();
  }
  createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), options).connect();
  assertEquals([engines.connections, await server.run(clients)], [7, [7]]);
  await engines.dispose();
  assertEquals(engines.connections, 0);
  await server.untilNoneLeft("cell"); // dropped ones end a moment later
});

database.test("a second set-up disposes of what followed itself", async (url) => {
  using engines = new OpenEngines();
  engines.beginAt("notebook_06");
  await using first = createEngine(url);
  await (await first.connect()).close();
  engines.beginAt("notebook_06_club");
  const club = createEngine(url);
  await (await club.connect()).close();
  await engines.dispose("notebook_06_club");
  assertEquals([first.connectionCount, club.connectionCount], [1, 0]);
  await engines.dispose();
  assertEquals(first.connectionCount, 0);
});

database.test("an engine that its cell disposed of is cut off if the cell still holds a connection", async (url) => {
  using engines = new OpenEngines();
  const engine = createEngine(url);
  await engine.connect();
  await engine.dispose();
  assertEquals(engines.connections, 1);
  await engines.dispose();
  assertEquals(engines.connections, 0);
});
