/**
 * When the answer began to arrive: told with the statement, to who listens.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { createEngine } from "./engine.ts";
import type { EngineEventOf } from "./events.ts";
import { EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres", "wire"] as const) {
  database.test(`${driver}: the first byte of an answer comes between sending and the last`, async (url) => {
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), { isolationLevel: "AUTOCOMMIT" });
    await using connection = await engine.connect();
    const queries: EngineEventOf<"query">[] = [];
    const stop = engine.events.on("query", (event) => void queries.push(event));
    await connection.execute("SELECT * FROM generate_series(1, 20000)");
    const [{ firstByte, milliseconds }] = queries.splice(0);
    assert(firstByte! > 0 && firstByte! < milliseconds, `${firstByte} of ${milliseconds}`);

    // of those that travel together only the first can be told
    await Promise.all([1, 2, 3].map((n) => connection.execute(`SELECT ${n}`)));
    assertEquals(queries.splice(0).map(({ firstByte }) => firstByte !== undefined), [true, false, false]);
    await connection.execute("SELECT 4");
    assertEquals(queries.splice(0).map(({ firstByte }) => firstByte !== undefined), [true]);
    stop();
    await connection.execute("SELECT 5"); // nobody listens
    assertEquals(queries, []);
  });
}

database.test("libpq waits for the whole answer, and says nothing of the first byte", async (url) => {
  await using engine = createEngine(EngineUrl.parse(url).withDriver("libpq"));
  const queries: EngineEventOf<"query">[] = [];
  engine.events.on("query", (event) => void queries.push(event));
  await engine.begin((connection) => connection.execute("SELECT 1"));
  assertEquals(queries.map(({ firstByte }) => firstByte), [undefined, undefined, undefined]);
});
