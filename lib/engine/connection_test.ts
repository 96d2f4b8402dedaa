import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import { ConnectionClosedError, DatabaseError, FailedTransactionError, TransactionStateError } from "./errors.ts";
import { EncodingError } from "../values/errors.ts";
import { Server } from "../../testing/server.ts";

const database = testDatabase(import.meta.url);
const TABLE = "DROP TABLE IF EXISTS heroes; CREATE TABLE heroes (name text)";
const WRITE = "INSERT INTO heroes VALUES ($1)";
const READ = "SELECT name FROM heroes";

/** An engine, and the statements that it sends. */
function listened(url: string, options: EngineOptions = {}): { engine: Engine; sent: string[] } {
  const engine = createEngine(url, { poolSize: 1, maxOverflow: 0, ...options });
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  return { engine, sent };
}

database.test("a transaction begins by itself with the first statement, and ends with commit()", async (url) => {
  const { engine, sent } = listened(url);
  await using connection = await engine.connect();
  assertEquals([connection.inTransaction, sent], [false, []]);
  await connection.execute("SELECT 1");
  assertEquals(connection.inTransaction, true);
  await connection.execute("SELECT 2");
  await connection.commit();
  assertEquals(connection.inTransaction, false);
  await connection.execute("SELECT 3");
  await connection.rollback();
  assertEquals(sent, ["BEGIN", "SELECT 1", "SELECT 2", "COMMIT", "BEGIN", "SELECT 3", "ROLLBACK"]);
  await connection.close();
  await engine.dispose();
});

database.test("commit(), rollback() and close() without a transaction send nothing", async (url) => {
  const { engine, sent } = listened(url);
  const connection = await engine.connect();
  await connection.commit();
  await connection.rollback();
  await connection.close();
  await connection.close();
  await engine.dispose();
  assertEquals(sent, []);
});

database.test("what was not committed is rolled back when the connection is closed", async (url) => {
  await using server = new Server(url);
  await server.run(TABLE);
  const { engine, sent } = listened(url);
  {
    await using connection = await engine.connect();
    await connection.execute(WRITE, ["sandy"]);
    await connection.commit();
    await connection.execute(WRITE, ["patrick"]);
  }
  assertEquals(sent, ["BEGIN", WRITE, "COMMIT", "BEGIN", WRITE, "ROLLBACK"]);
  assertEquals(await server.run(READ), ["sandy"]);
  await engine.dispose();
});

database.test("the events of a transaction come in order, with times that fit", async (url) => {
  const engine = createEngine(url, { poolSize: 1, maxOverflow: 0 });
  const events: { type: string; at: number; milliseconds?: number; connection?: number }[] = [];
  const started = performance.now();
  engine.events.on("*", (event) => events.push(event));
  {
    await using connection = await engine.connect();
    await connection.execute("SELECT 1");
    await connection.commit();
    await connection.execute("SELECT 2");
  }
  await engine.dispose();
  assertEquals(events.map(({ type }) => type), [
    ...["connect", "checkout"],
    ...["send", "send", "query", "begin", "query", "send", "query", "commit"],
    ...["send", "send", "query", "begin", "query", "send", "query", "rollback"],
    ...["checkin", "close"],
  ]);
  const ended = performance.now();
  for (const { at, milliseconds = 0, connection } of events) {
    assert(started <= at && milliseconds >= 0 && at + milliseconds <= ended);
    assertEquals(connection, 1);
  }
  const [checkout, checkin] = ["checkout", "checkin"].map((name) => events.find(({ type }) => type === name)!);
  assertEquals(checkin.at, checkout.at);
});

database.test("a query's event has the SQL, the parameters as they were given, the rows and the error", async (url) => {
  const engine = createEngine(url);
  const seen: unknown[] = [];
  engine.events.on(
    "query",
    ({ sql, parameters, rowCount, error }) => seen.push([sql, parameters, rowCount, error?.name]),
  );
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const day = new Date(0);
  await connection.execute("SELECT $1::timestamptz, generate_series(1, 3)", [day]);
  await connection.execute("SELECT missing").catch(() => {});
  assertEquals(seen, [
    ["SELECT $1::timestamptz, generate_series(1, 3)", [day], 3, undefined],
    ["SELECT missing", [], 0, "DatabaseError"],
  ]);
  await connection.close();
  await engine.dispose();
});

database.test("AUTOCOMMIT: every statement for itself; begin() gives a transaction all the same", async (url) => {
  await using server = new Server(url);
  await server.run(TABLE);
  const { engine, sent } = listened(url);
  {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute(WRITE, ["sandy"]);
    assertEquals(connection.inTransaction, false);
    await connection.begin();
    assertEquals(connection.inTransaction, true);
    await connection.execute(WRITE, ["patrick"]);
    await connection.rollback();
    await connection.execute(WRITE, ["gary"]);
  }
  assertEquals(sent, [WRITE, "BEGIN", WRITE, "ROLLBACK", WRITE]);
  assertEquals(await server.run(READ), ["sandy", "gary"]);
  await engine.dispose();
});

database.test("begin() when a transaction is open is an error", async (url) => {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  await connection.begin();
  await assertRejects(() => connection.begin(), TransactionStateError, "commit() or rollback() it first");
  await connection.rollback();
  await connection.execute("SELECT 1");
  await assertRejects(() => connection.begin(), TransactionStateError);
});

database.test("isolation level and read-only are what the server says they are", async (url) => {
  await using engine = createEngine(url);
  const asked = async (options: Parameters<Engine["connect"]>[0]) => {
    await using connection = await engine.connect(options);
    const isolation = (await connection.execute("SHOW transaction_isolation")).scalarOne();
    return [isolation, (await connection.execute("SHOW transaction_read_only")).scalarOne()];
  };
  assertEquals(await asked({}), ["read committed", "off"]);
  assertEquals(await asked({ isolationLevel: "READ UNCOMMITTED" }), ["read uncommitted", "off"]);
  assertEquals(await asked({ isolationLevel: "REPEATABLE READ" }), ["repeatable read", "off"]);
  assertEquals(await asked({ isolationLevel: "SERIALIZABLE", readOnly: true }), ["serializable", "on"]);
  assertEquals(await asked({ isolationLevel: "AUTOCOMMIT" }), ["read committed", "off"]);

  await using connection = await engine.connect({ readOnly: true });
  await connection.begin({ isolationLevel: "SERIALIZABLE" }); // what is missing is as connect() was told
  assertEquals((await connection.execute("SHOW transaction_read_only")).scalarOne(), "on");
  assertEquals((await connection.execute("SHOW transaction_isolation")).scalarOne(), "serializable");
});

database.test("an unknown isolation level is refused before anything is sent", async (url) => {
  const { engine, sent } = listened(url);
  const wrong = { isolationLevel: "serializable" as "SERIALIZABLE" };
  await assertRejects(() => engine.connect(wrong), RangeError, "it must be one of AUTOCOMMIT, READ UNCOMMITTED");
  await using connection = await engine.connect();
  await assertRejects(() => connection.begin(wrong), RangeError);
  assertEquals([sent, connection.inTransaction], [[], false]);
  await connection.close();
  await engine.dispose();
});

database.test("a parameter that cannot be encoded stops everything before it starts", async (url) => {
  const { engine, sent } = listened(url);
  await using connection = await engine.connect();
  await assertRejects(() => connection.execute("SELECT $1", [undefined]), EncodingError, "SQL: SELECT $1");
  assertEquals([sent, connection.inTransaction], [[], false]);
  await connection.close();
  await engine.dispose();
});

database.test("a closed connection refuses everything, and does not disturb its next holder", async (url) => {
  await using server = new Server(url);
  await server.run(TABLE);
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 });
  const closed = await engine.connect();
  const savepoint = await closed.beginNested();
  await closed.close();
  await using next = await engine.connect();
  await next.execute(WRITE, ["sandy"]);
  await assertRejects(() => closed.execute("SELECT 1"), ConnectionClosedError, "Cannot execute a statement");
  await assertRejects(() => closed.begin(), ConnectionClosedError);
  await assertRejects(() => closed.commit(), ConnectionClosedError);
  await assertRejects(() => closed.rollback(), ConnectionClosedError);
  await assertRejects(() => closed.beginNested(), ConnectionClosedError);
  await savepoint.rollback();
  await assertRejects(() => savepoint.commit(), TransactionStateError);
  await next.commit();
  assertEquals(await server.run(READ), ["sandy"]);
});

database.test("close() waits for what is still under way", async (url) => {
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, isolationLevel: "AUTOCOMMIT" });
  const connection = await engine.connect();
  let answered = false;
  void connection.execute("SELECT pg_sleep(0.1)").then(() => answered = true);
  await connection.close();
  assertEquals(answered, true);
});

database.test("BEGIN and COMMIT written as statements are kept up with", async (url) => {
  await using server = new Server(url);
  await server.run(TABLE);
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 });
  {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    for (const begin of ["BEGIN", "START TRANSACTION"]) {
      await connection.execute(begin);
      assertEquals(connection.inTransaction, true);
      await connection.execute(WRITE, [begin]);
      await connection.execute("SAVEPOINT mine");
      await connection.execute("ROLLBACK TO SAVEPOINT mine");
      assertEquals(connection.inTransaction, true);
      await connection.execute("ROLLBACK");
      assertEquals(connection.inTransaction, false);
    }
    await connection.execute("BEGIN");
    await connection.execute(WRITE, ["forgotten"]);
  }
  {
    await using connection = await engine.connect();
    await connection.execute(WRITE, ["kept"]);
    await connection.execute("COMMIT");
    await connection.execute(WRITE, ["not kept"]); // in a transaction again
  }
  assertEquals(await server.run(READ), ["kept"]);
});

database.test("a savepoint's block undoes its work unless it was committed", async (url) => {
  const { engine, sent } = listened(url);
  await using connection = await engine.connect();
  await connection.execute("CREATE TEMP TABLE heroes (name text)");
  {
    await using savepoint = await connection.beginNested();
    await connection.execute(WRITE, ["kept"]);
    await savepoint.commit();
  }
  {
    await using _savepoint = await connection.beginNested();
    await connection.execute(WRITE, ["undone"]);
  }
  assertEquals((await connection.execute(READ)).scalars().all(), ["kept"]);
  assertEquals(sent.filter((sql) => /sp_/.test(sql)), [
    "SAVEPOINT sp_1",
    "RELEASE SAVEPOINT sp_1",
    "SAVEPOINT sp_2",
    "ROLLBACK TO SAVEPOINT sp_2",
  ]);
  await connection.close();
  await engine.dispose();
});

database.test("a savepoint ends with its transaction", async (url) => {
  const { engine, sent } = listened(url);
  await using connection = await engine.connect();
  const savepoint = await connection.beginNested();
  await connection.commit();
  await connection.execute("SELECT 1"); // another transaction
  await assertRejects(() => savepoint.commit(), TransactionStateError, "This savepoint is over");
  await savepoint.rollback();
  assertEquals(sent, ["BEGIN", "SAVEPOINT sp_1", "COMMIT", "BEGIN", "SELECT 1"]);
  await connection.close();
  await engine.dispose();
});

database.test("a savepoint ends with one around it", async (url) => {
  const { engine, sent } = listened(url);
  await using connection = await engine.connect();
  for (const end of ["commit", "rollback"] as const) {
    const outer = await connection.beginNested();
    await using inner = await connection.beginNested();
    await using innermost = await connection.beginNested();
    await inner[end]();
    assertEquals([outer.isOpen, inner.isOpen, innermost.isOpen], [true, false, false]);
    await outer[end]();
    await inner.rollback(); // does nothing: to the server it would be an error
    await assertRejects(() => innermost.commit(), TransactionStateError, "This savepoint is over");
  }
  assertEquals(sent.filter((sql) => /RELEASE|ROLLBACK/.test(sql)), [
    "RELEASE SAVEPOINT sp_2",
    "RELEASE SAVEPOINT sp_1",
    "ROLLBACK TO SAVEPOINT sp_5",
    "ROLLBACK TO SAVEPOINT sp_4",
  ]);
  await connection.close();
  await engine.dispose();
});

database.test("a savepoint makes a transaction usable again after an error", async (url) => {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  const savepoint = await connection.beginNested();
  await assertRejects(() => connection.execute("SELECT missing"), DatabaseError);
  await assertRejects(() => connection.execute("SELECT 1"), FailedTransactionError);
  await savepoint.rollback();
  await savepoint.rollback();
  assertEquals((await connection.execute("SELECT 1")).scalarOne(), 1);
  await connection.commit();
});

database.test("what made a transaction fail is forgotten with the savepoint it is rolled back to", async (url) => {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  await connection.execute("SAVEPOINT mine"); // written as a statement it is no different
  await assertRejects(() => connection.execute("SELECT first"), DatabaseError);
  await connection.execute("ROLLBACK TO SAVEPOINT mine");
  const second = await assertRejects(() => connection.execute("SELECT second"), DatabaseError);
  const ignored = await assertRejects(() => connection.execute("SELECT 1"), FailedTransactionError);
  assertEquals(ignored.cause, second);
});

database.test("the connections of a pool have numbers, and processes of their own", async (url) => {
  await using engine = createEngine(url);
  await using one = await engine.connect();
  await using two = await engine.connect();
  assertEquals(new Set([one.id, two.id]), new Set([1, 2]));
  assertNotEquals(one.backendPid, two.backendPid);
  assertEquals((await one.execute("SELECT pg_backend_pid()")).scalarOne(), one.backendPid);
});
