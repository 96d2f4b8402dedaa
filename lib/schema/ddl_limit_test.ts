/**
 * `createAll()` and `dropAll()` end in their time, however many statements they are.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { AnswerTimeoutError, type Connection, createEngine, declarativeBase, integer } from "../mod.ts";
import { Stopwatch } from "../../testing/lateness.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { metadata, model } = declarativeBase();
class First extends model("first", { id: integer().primaryKey() }) {}
class Second extends model("second", { id: integer().primaryKey(), first: integer().references(() => First) }) {}

database.test("createAll() and dropAll() keep a timeout, and end with a signal", async (url) => {
  const timeout = 300;
  await using engine = createEngine(url);
  await using other = await engine.connect();
  const ends = async (call: "createAll" | "dropAll") => {
    await using connection = await engine.connect();
    const watch = new Stopwatch();
    await assertRejects(() => metadata[call](connection, { timeout }), AnswerTimeoutError);
    watch.assertAt(timeout);
    await using next = await engine.connect();
    const controller = new AbortController();
    const reason = new RangeError("enough");
    const aborted = metadata[call](next, { signal: controller.signal }).then(() => undefined, (thrown) => thrown);
    await other.execute("SELECT 1"); // meanwhile it gets to where it waits
    controller.abort(reason);
    assertStrictEquals(await aborted, reason);
  };
  const tables = async (on: Connection) => {
    const sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    return (await on.execute(sql)).scalars().all();
  };

  await other.execute(`CREATE TABLE ${Second.table.sqlName} ()`); // whoever makes one of the same name waits
  await ends("createAll");
  await other.rollback();
  await using connection = await engine.connect();
  assertEquals(await tables(connection), []);
  await metadata.createAll(connection, { timeout: 60_000 });
  await connection.commit();
  assertEquals(await tables(connection), ["first", "second"]);

  await other.execute(`LOCK TABLE ${First.table.sqlName}`);
  await ends("dropAll");
  await other.rollback();
  await metadata.dropAll(connection, { timeout: 60_000 });
  await connection.commit();
  assertEquals(await tables(connection), []);
});

database.test("createAll() and dropAll() refuse what is no limit before anything is sent", async (url) => {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  // deno-lint-ignore no-explicit-any -- what is called here is wrong on purpose
  const wrong: any = { timeout: "300" };
  for (const call of ["createAll", "dropAll"] as const) {
    await assertRejects(() => metadata[call](connection, wrong), TypeError, `${call}(): timeout is "300"`);
  }
  assertEquals(connection.inTransaction, false);
});
