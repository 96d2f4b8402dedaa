import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { SecondUnitOfWorkError } from "../engine/drivers/libpq/one_unit_of_work.ts";
import {
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  DatabaseError,
  EngineDisposedError,
  FailedTransactionError,
  InvalidUrlError,
  StaleStatementError,
  TransactionStateError,
  UniqueViolationError,
} from "../engine/errors.ts";
import { EncodingError } from "../values/errors.ts";
import { createSyncEngine, type SyncEngine, type SyncEngineOptions } from "./sync_engine.ts";
import { Server } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { EngineUrl } from "../engine/url.ts";

const database = testDatabase(import.meta.url);

const on = (url: string, options: SyncEngineOptions = {}) =>
  createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), options);

/** The statements that an engine sends from now on. */
function statementsOf(engine: SyncEngine): string[] {
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  return sent;
}

Deno.test("only libpq can do without promises", () => {
  for (const url of ["postgresql://localhost", "postgresql+postgres://localhost"]) {
    assertThrows(() => createSyncEngine(url), InvalidUrlError, 'only "postgresql+libpq://" can block');
  }
  using engine = createSyncEngine("postgresql+libpq://sandy:secret@localhost/shop");
  assertEquals(`${engine.url}`, "postgresql+libpq://sandy:***@localhost/shop");
  // @ts-expect-error there is no such level
  assertThrows(() => engine.connect({ isolationLevel: "SNAPSHOT" }), RangeError);
});

database.test("begin() commits what its work did and returns what it returned, before anything else runs", (url) => {
  using engine = on(url);
  const sent = statementsOf(engine);
  let hasRun = false;
  queueMicrotask(() => hasRun = true);
  const name = engine.begin((connection) => {
    connection.execute("CREATE TEMP TABLE begun (name text)");
    return connection.execute<{ name: string }>("INSERT INTO begun VALUES ($1) RETURNING name", ["sandy"]).scalarOne();
  });
  assertEquals([name, hasRun], ["sandy", false]);
  assertEquals(sent, [
    "BEGIN",
    "CREATE TEMP TABLE begun (name text)",
    "INSERT INTO begun VALUES ($1) RETURNING name",
    "COMMIT",
  ]);
  using connection = engine.connect();
  assertEquals(connection.execute("SELECT name FROM begun").all(), [{ name: "sandy" }]);
});

database.test("begin() rolls back when its work throws, or turns out to be async", (url) => {
  using engine = on(url);
  engine.begin((connection) => connection.execute("CREATE TEMP TABLE undone (name text)"));
  const sent = statementsOf(engine);
  class Mine extends Error {}
  assertThrows(() =>
    engine.begin((connection) => {
      connection.execute("INSERT INTO undone VALUES ('sandy')");
      throw new Mine();
    }), Mine);
  assertEquals(sent.at(-1), "ROLLBACK");
  const late = async () => {
    await Promise.resolve();
    throw new Error("nobody hears this");
  };
  assertThrows(() => engine.begin(() => late()), TypeError, "takes a function that is not async");
  assertEquals(sent.at(-1), "ROLLBACK");
  using connection = engine.connect();
  assertEquals(connection.execute("SELECT * FROM undone").all(), []);
});

database.test("a transaction begins with the first statement and lasts until commit() or rollback()", (url) => {
  using engine = on(url);
  const sent = statementsOf(engine);
  using connection = engine.connect();
  assertEquals(connection.inTransaction, false);
  connection.execute("SELECT 1");
  assertEquals(connection.inTransaction, true);
  assertThrows(() => connection.begin(), TransactionStateError);
  connection.commit();
  connection.commit();
  connection.begin({ isolationLevel: "SERIALIZABLE", readOnly: true });
  connection.rollback();
  connection.rollback();
  connection.execute("BEGIN READ ONLY");
  connection.execute("COMMIT");
  assertEquals(connection.inTransaction, false);
  connection.execute("SELECT 2");
  connection.close();
  connection.close();
  assertEquals(sent, [
    "BEGIN",
    "SELECT 1",
    "COMMIT",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
    "ROLLBACK",
    "BEGIN",
    "BEGIN READ ONLY",
    "COMMIT",
    "BEGIN",
    "SELECT 2",
    "ROLLBACK",
  ]);
  assertThrows(() => connection.execute("SELECT 3"), ConnectionClosedError, "execute a statement");
});

database.test("AUTOCOMMIT: every statement for itself, and a stale one is sent again", (url) => {
  using engine = on(url, { isolationLevel: "AUTOCOMMIT" });
  const sent = statementsOf(engine);
  using connection = engine.connect();
  const read = () => connection.execute("SELECT * FROM changing WHERE id = $1", [1]).tuples().one();
  connection.execute("CREATE TEMP TABLE changing AS SELECT 1 AS id");
  assertEquals(read(), [1]);
  connection.execute("ALTER TABLE changing ADD COLUMN name text");
  assertEquals(read(), [1, null]);
  assertEquals(sent.length, 4); // the listeners hear of it once
  connection.execute("ALTER TABLE changing ADD COLUMN age int");
  connection.begin();
  assertThrows(read, StaleStatementError);
});

database.test("errors are those of the other connections; after one the transaction is over", (url) => {
  using engine = on(url);
  using connection = engine.connect();
  connection.execute("CREATE TEMP TABLE heroes (name text UNIQUE)");
  connection.execute("SAVEPOINT empty");
  const insert = () => connection.execute("INSERT INTO heroes VALUES ($1)", ["sandy"]);
  insert();
  const unique = assertThrows(insert, UniqueViolationError);
  assertEquals(unique.constraint, "heroes_name_key");
  assertStringIncludes(unique.detail!, "(name)=(sandy)");
  assertEquals(assertThrows(insert, FailedTransactionError).cause, unique);
  connection.execute("ROLLBACK TO SAVEPOINT empty");
  insert();
  assertThrows(() => connection.execute("SELECT $1::int", [undefined]), EncodingError);
  const missing = assertThrows(() => connection.execute("SELECT missing"), DatabaseError);
  const commit = assertThrows(() => connection.commit(), FailedTransactionError, "nothing was committed");
  assertEquals([commit.cause, connection.inTransaction], [missing, false]);
});

database.test("the events are those of a pool with one connection", (url) => {
  const engine = on(url);
  const heard: unknown[] = [];
  engine.events.on("*", (event) => heard.push([event.type, "connection" in event && event.connection]));
  for (let time = 0; time < 2; time++) engine.begin((connection) => connection.execute("SELECT 1"));
  const out = engine.connect();
  engine.dispose();
  assertThrows(() => engine.connect(), EngineDisposedError);
  out.close();
  const sent = ["send", "query"];
  const transaction = ["checkout", ...sent, "begin", ...sent, ...sent, "commit", "checkin"];
  const expected = ["connect", ...transaction, ...transaction, "checkout", "checkin", "close"];
  assertEquals(heard, expected.map((type) => [type, 1]));
});

database.test("the connection is given to one at a time, and the second is told who has it", (url) => {
  using engine = on(url);
  {
    using first = engine.connect();
    const refusal = (what: string) => {
      const message = `This thread has taken the engine's one connection already (${what})`;
      assertThrows(() => engine.connect(), SecondUnitOfWorkError, message);
    };
    refusal("it has sent nothing yet");
    first.execute("SELECT 1");
    refusal("its last statement: SELECT 1");
  }
  using _second = engine.connect();
});

database.test("the transaction of another engine on this thread is in the way, too", (url) => {
  using one = on(url);
  using other = on(url);
  using connection = one.connect();
  connection.execute("SELECT 1");
  assertThrows(() => other.begin((second) => second.execute("SELECT 2")), SecondUnitOfWorkError);
  connection.rollback();
  other.begin((second) => second.execute("SELECT 2"));
});

database.test("a connection that broke is replaced", async (url) => {
  await using server = new Server(url);
  using engine = on(url);
  let pid: number;
  {
    using connection = engine.connect();
    connection.execute("SELECT 1");
    pid = connection.backendPid;
    await server.kill(pid);
    assertThrows(() => connection.execute("SELECT 2"), ConnectionLostError);
    connection.rollback();
    assertThrows(() => connection.execute("SELECT 3"), ConnectionLostError);
  }
  using connection = engine.connect();
  assertNotEquals(connection.backendPid, pid);
  assertEquals(connection.execute("SELECT 1 AS one").scalarOne(), 1);
});

database.test("a connection that breaks while nobody has it is replaced before the next one gets it", async (url) => {
  await using server = new Server(url);
  using engine = on(url);
  const closed: string[] = [];
  engine.events.on("close", ({ reason }) => closed.push(reason));
  const first = engine.connect();
  first.close();
  await server.kill(first.backendPid);
  await until("the engine has noticed", () => {
    engine.connect().close();
    return closed.length > 0;
  });
  assertEquals(closed, ["broken"]);
  assertEquals(engine.begin((connection) => connection.execute("SELECT 1 AS one").scalarOne()), 1);
});

database.test("options are those of an engine", (url) => {
  const lines: string[] = [];
  using engine = on(url, {
    applicationName: "my app",
    statementTimeout: 1234,
    isolationLevel: "REPEATABLE READ",
    readOnly: true,
    echo: (line) => lines.push(line),
  });
  using connection = engine.connect();
  const names = ["application_name", "statement_timeout", "transaction_isolation", "transaction_read_only"];
  const values = names.map((name) => connection.execute(`SHOW ${name}`).scalarOne());
  assertEquals(values, ["my app", "1234ms", "repeatable read", "on"]);
  assertEquals(lines.length, 5);
  assert(lines[1].endsWith("SHOW application_name  -- 1 row"));
});

database.test("a server that refuses", (url) => {
  using engine = createSyncEngine(
    EngineUrl.parse(url).withDriver("libpq").reveal().replace(/\/[^/]*$/, "/no_such_database"),
  );
  const error = assertThrows(() => engine.connect(), ConnectError, "no_such_database");
  assertEquals(error.sqlstate, "3D000");
  assertThrows(() => engine.connect(), ConnectError); // and not: it is out
});
