/**
 * BEGIN travels with the first statement, and the ROLLBACK of what only read is not waited for: what that must not
 * change.
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  createEngine,
  createSyncEngine,
  DatabaseError,
  EngineUrl,
  FailedTransactionError,
  StaleStatementError,
  type SyncConnection,
  type SyncEngine,
} from "../mod.ts";
import { resultCount } from "../engine/drivers/libpq/result.ts";
import { Server } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const on = (url: string) => createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));

const QUOTIENT = "SELECT 12 / $1::int AS quotient";

/** Runs a read-only SELECT, as a session does. */
function divide(connection: SyncConnection, by: number): unknown {
  return connection.execute(QUOTIENT, [by], { onlyReads: true }).scalarOne();
}

/**
 * An engine that has prepared BEGIN, ROLLBACK and the statement: from now on they travel together. Nobody listens to
 * it.
 */
function prepared(url: string): SyncEngine {
  const engine = on(url);
  for (let time = 0; time < 2; time++) {
    using connection = engine.connect();
    divide(connection, 3);
  }
  return engine;
}

database.test("together: the answers are each statement's own, one transaction after the other", (url) => {
  using engine = prepared(url);
  for (const by of [1, 2, 3, 4]) {
    using connection = engine.connect();
    assertEquals(divide(connection, by), 12 / by);
    assertEquals(connection.inTransaction, true);
    assertEquals(connection.execute("SELECT 'more' AS more").scalarOne(), "more");
    if (by % 2 === 0) connection.commit();
  }
});

database.test("together: they are one transaction on the server", (url) => {
  using engine = prepared(url);
  using connection = engine.connect();
  divide(connection, 3);
  const sql = "SELECT pg_current_xact_id_if_assigned() IS NULL AS reads, now() AS began";
  const [first, second] = [connection.execute(sql).one(), connection.execute(sql).one()];
  assertEquals(first, second); // now() is when the transaction began
  connection.rollback();
  assertNotEquals(connection.execute(sql).one(), second);
});

database.test("together: a statement that fails leaves a transaction that has failed", (url) => {
  using engine = prepared(url);
  using connection = engine.connect();
  const failure = assertThrows(() => divide(connection, 0), DatabaseError);
  assertEquals(failure.sqlstate, "22012");
  assertEquals(connection.inTransaction, true);
  assertEquals(assertThrows(() => divide(connection, 1), FailedTransactionError).cause, failure);
  assertEquals(assertThrows(() => connection.commit(), FailedTransactionError, "nothing was committed").cause, failure);
  assertEquals(divide(connection, 2), 6);
});

database.test("together: one that fails and is not rolled back by hand is so with close()", (url) => {
  using engine = prepared(url);
  {
    using connection = engine.connect();
    assertThrows(() => divide(connection, 0), DatabaseError);
  }
  using connection = engine.connect();
  assertEquals(divide(connection, 4), 3);
});

database.test("together: a stale statement is not sent again, because BEGIN was", (url) => {
  using engine = on(url);
  engine.begin((connection) => connection.execute("CREATE TEMP TABLE changing AS SELECT 1 AS id"));
  const read = (connection: SyncConnection) =>
    connection.execute("SELECT * FROM changing WHERE id = $1", [1], { onlyReads: true }).tuples().one();
  for (let time = 0; time < 2; time++) {
    using connection = engine.connect();
    assertEquals(read(connection), [1]);
  }
  engine.begin((connection) => connection.execute("ALTER TABLE changing ADD COLUMN name text"));
  using connection = engine.connect();
  assertThrows(() => read(connection), StaleStatementError);
  connection.rollback();
  assertEquals(read(connection), [1, null]);
});

database.test("together: what is sent and answered is told in this order", (url) => {
  using engine = prepared(url);
  const heard: unknown[] = [];
  engine.events.on("*", (event) => heard.push("sql" in event ? [event.type, event.sql] : [event.type]));
  {
    using connection = engine.connect();
    divide(connection, 1);
  }
  assertEquals(heard, [
    ["checkout"],
    ["send", "BEGIN"],
    ["send", QUOTIENT],
    ["query", "BEGIN"],
    ["begin"],
    ["query", QUOTIENT],
    ["send", "ROLLBACK"],
    ["query", "ROLLBACK"],
    ["rollback"],
    ["checkin"],
  ]);
});

database.test("together: every result of libpq is given back, also after errors", (url) => {
  using engine = prepared(url);
  const before = { ...resultCount };
  {
    using connection = engine.connect();
    assertThrows(() => divide(connection, 0), DatabaseError);
    connection.rollback();
    divide(connection, 1);
  }
  using connection = engine.connect();
  divide(connection, 1); // reads the answer to ROLLBACK, too
  const [received, cleared] = [resultCount.received - before.received, resultCount.cleared - before.cleared];
  assert(received > 9, `${received} received`);
  assertEquals(cleared, received);
});

/** The state of a server process, seen by another connection. */
async function stateOf(url: string, pid: number): Promise<unknown> {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  return (await connection.execute("SELECT state FROM pg_stat_activity WHERE pid = $1", [pid])).scalar();
}

database.test("not waited for: close() of what only read ends the transaction on the server all the same", async (url) => {
  using engine = prepared(url);
  const connection = engine.connect();
  divide(connection, 1);
  assertEquals(await stateOf(url, connection.backendPid), "idle in transaction");
  connection.close();
  let state: unknown;
  await until("the transaction is over", async () => (state = await stateOf(url, connection.backendPid)) === "idle");
  assertEquals(state, "idle");
});

database.test("not waited for: locks of what did more are gone when close() returns", async (url) => {
  using engine = prepared(url);
  const connection = engine.connect();
  divide(connection, 1);
  connection.execute("SELECT pg_advisory_xact_lock(77)");
  connection.close();
  await using other = createEngine(url);
  await using second = await other.connect();
  assertEquals((await second.execute("SELECT pg_try_advisory_xact_lock(77) AS free")).scalar(), true);
});

database.test("not waited for: a connection that is lost before the answer was read is replaced", async (url) => {
  await using server = new Server(url);
  using engine = prepared(url);
  const connection = engine.connect();
  divide(connection, 1);
  const pid = connection.backendPid;
  connection.close();
  await server.kill(pid);
  await until("the engine has noticed", () => {
    using next = engine.connect();
    return next.backendPid !== pid;
  });
  using next = engine.connect();
  assert(next.backendPid !== pid);
  assertEquals(divide(next, 1), 12);
});
