/** Reuse of the connection of a synchronous engine between two holders. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { AnswerTimeoutError, ConnectionLostError, EngineDisposedError } from "../engine/errors.ts";
import { Server } from "../../testing/server.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { EngineUrl } from "../engine/url.ts";
import type { SyncConnection } from "./sync_connection.ts";
import { createSyncEngine, type SyncEngine, type SyncEngineOptions } from "./sync_engine.ts";
import { Stopwatch } from "../../testing/lateness.ts";

const database = testDatabase(import.meta.url);
const LIMIT = 300;

const on = (url: string | EngineUrl, options: SyncEngineOptions = {}) =>
  createSyncEngine(EngineUrl.parse(typeof url === "string" ? url : url.reveal()).withDriver("libpq"), options);

/** The reasons why connections were closed, from now on. */
function reasonsOf(engine: SyncEngine): string[] {
  const reasons: string[] = [];
  engine.events.on("close", ({ reason }) => reasons.push(reason));
  return reasons;
}

function pidOf(engine: SyncEngine): number {
  using connection = engine.connect();
  return connection.backendPid;
}

/** State of a new connection. */
function setting(url: string, name: string): unknown {
  using engine = on(url);
  using connection = engine.connect();
  return connection.execute(`SHOW ${name}`).scalarOne();
}

function within(limit: number, call: () => void): void {
  const watch = new Stopwatch();
  call();
  watch.assertBetween(0, limit);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

database.test("poolRecycle: who asks for an old connection gets a new one", async (url) => {
  using engine = on(url, { poolRecycle: 20 });
  const reasons = reasonsOf(engine);
  const first = pidOf(engine);
  await pause(30);
  assertNotEquals(pidOf(engine), first);
  assertEquals(reasons, ["recycled"]);
});

database.test("maxLifetime: an old connection is closed when it comes back, or when somebody asks for it", async (url) => {
  using engine = on(url, { maxLifetime: 100 });
  const reasons = reasonsOf(engine);
  const pids: number[] = [];
  for (const isHeldLong of [true, false]) {
    const connection = engine.connect();
    pids.push(connection.backendPid);
    if (isHeldLong) await pause(110);
    connection.close();
    assertEquals(reasons, ["expired"]);
  }
  await pause(110);
  pids.push(pidOf(engine));
  assertEquals(new Set(pids).size, 3);
  assertEquals(reasons.slice(0, 2), ["expired", "expired"]);
});

database.test("poolPrePing: a connection that does not answer is replaced within connectTimeout", async (url) => {
  await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver("libpq"));
  using engine = on(proxy.url, { poolPrePing: true, connectTimeout: LIMIT });
  const reasons = reasonsOf(engine);
  const first = pidOf(engine);
  assertEquals([pidOf(engine), reasons], [first, []]);
  await proxy.stall();
  const refused = () => assertThrows(() => engine.connect(), Error, "within 0.3 s"); // the new one is stalled, too
  within(2 * LIMIT, refused);
  assertEquals(reasons, ["broken"]);
  await proxy.resume();
  assertNotEquals(pidOf(engine), first);
});

database.test("nobody gets a connection that is in a transaction", (url) => {
  using engine = on(url, { isolationLevel: "AUTOCOMMIT" });
  const texts = ["BEGIN; SELECT 1", "BEGIN; SELECT 1; COMMIT AND CHAIN", "BEGIN; SELECT missing", "BEGIN READ ONLY"];
  for (const text of texts) {
    const first = engine.connect();
    try {
      first.execute(text);
    } catch {
      // the server says so
    }
    first.close();
    using next = engine.connect();
    const sql = "SELECT now() = statement_timestamp() AS alone, current_setting('transaction_read_only') AS readonly";
    assertEquals(next.execute(sql).one(), { alone: true, readonly: "off" }, text);
    assertEquals(next.inTransaction, false, text);
  }
});

/** Session state left on a connection, as the next holder sees it. */
const LEFT = `SELECT current_setting('search_path') AS path, current_setting('role') = 'none' AS "isSelf",
  to_regclass('left_behind') IS NULL AS "hasNoTable",
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`;

database.test('resetOnReturn: by default what a session has left stays; "discard all" takes it away', (url) => {
  const leftBy = (options: SyncEngineOptions) => {
    using engine = on(url, { isolationLevel: "AUTOCOMMIT", ...options });
    const first = engine.connect();
    first.execute("SELECT $1::int", [1]);
    for (
      const sql of [
        "SET search_path = pg_catalog",
        "SELECT set_config('role', session_user, false)",
        "CREATE TEMP TABLE left_behind (n int)",
      ]
    ) {
      first.execute(sql);
    }
    first.execute("SELECT pg_advisory_lock(4712)");
    first.close();
    using next = engine.connect();
    assertEquals(next.backendPid, first.backendPid);
    assertEquals(next.execute("SELECT $1::int", [2]).scalarOne(), 2); // prepared statements are still there
    return next.execute(LEFT).one();
  };
  assertEquals(leftBy({}), { path: "pg_catalog", isSelf: false, hasNoTable: false, locks: 1 });
  const clean = { path: setting(url, "search_path"), isSelf: true, hasNoTable: true, locks: 0 };
  assertEquals(leftBy({ resetOnReturn: "discard all" }), clean);
});

database.test("resetOnReturn: behind a ROLLBACK that nobody waits for", (url) => {
  for (const resetOnReturn of ["discard all", () => {}] as const) {
    using engine = on(url, { resetOnReturn });
    const pids = [1, 2, 3].map(() => {
      using connection = engine.connect();
      connection.execute("SELECT 1", [], { onlyReads: true });
      return connection.backendPid;
    });
    assertEquals(new Set(pids).size, 1);
  }
});

database.test("resetOnReturn: a function; one that fails, takes too long or is async costs the connection", (url) => {
  using engine = on(url, { resetOnReturn: (connection) => void connection.execute("SET work_mem = '3MB'") });
  for (const expected of [setting(url, "work_mem"), "3MB"]) {
    using connection = engine.connect();
    assertEquals(connection.execute("SHOW work_mem").scalarOne(), expected);
  }
  const wrong: ((connection: SyncConnection) => void)[] = [
    () => {
      throw new Error("no");
    },
    (connection) => void connection.execute("SELECT pg_sleep(60)"),
    async () => {},
  ];
  const complaint = console.error;
  const told: unknown[] = [];
  console.error = (...args) => told.push(args);
  try {
    for (const resetOnReturn of wrong) {
      using failing = on(url, { resetOnReturn, connectTimeout: 1_000 });
      const reasons = reasonsOf(failing);
      assertNotEquals(pidOf(failing), pidOf(failing));
      assertEquals(reasons, ["broken", "broken"]);
    }
  } finally {
    console.error = complaint;
  }
  const [text, errors] = [told.map((args) => (args as unknown[])[0]), told.map((args) => (args as unknown[])[1])];
  assertEquals(text, Array(6).fill("resetOnReturn failed, and its connection is closed:"));
  assert(errors[2] instanceof AnswerTimeoutError && errors[4] instanceof TypeError, `${errors}`);
});

database.test("close() and dispose() wait for nothing that a network keeps to itself", async (url) => {
  await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver("libpq"));
  const reads = (connection: SyncConnection) => connection.execute("SELECT 1", [], { onlyReads: true });
  for (const resetOnReturn of ["rollback", "discard all"] as const) {
    const engine = on(proxy.url, { connectTimeout: LIMIT, resetOnReturn });
    const connection = engine.connect();
    reads(connection);
    await proxy.stall();
    within(2 * LIMIT, () => connection.close());
    within(0, () => engine.dispose());
    await proxy.resume();
  }
  const engine = on(proxy.url, { connectTimeout: LIMIT });
  pidOf(engine);
  await proxy.stall();
  within(0, () => engine.dispose());
});

database.test("dispose({ force }) closes a connection that is out", async (url) => {
  await using server = new Server(url);
  const engine = on(url);
  const reasons = reasonsOf(engine);
  const connection = engine.connect();
  connection.execute("SELECT 1");
  engine.dispose({ force: true });
  await server.untilGone(connection.backendPid);
  assertThrows(() => connection.execute("SELECT 1"), ConnectionLostError, "the connection was closed");
  connection.close();
  assertThrows(() => engine.connect(), EngineDisposedError);
  assertEquals(reasons, ["disposed"]);
});

Deno.test("what means nothing for one connection is refused, not ignored", () => {
  const url = "postgresql+libpq://localhost";
  const options = { poolSize: 5, maxOverflow: 1, poolTimeout: 1, idleTimeout: 1, minIdle: 1, nonblocking: true };
  for (const [name, value] of Object.entries(options)) {
    const create = () => createSyncEngine(url, { [name]: value });
    assertThrows(create, TypeError, `createSyncEngine: ${name} is ${value}; it must be left out: `);
  }
  assertThrows(
    () => createSyncEngine(url).dispose({ timeout: 1 } as object),
    TypeError,
    "timeout is 1; it must be left out",
  );
  createSyncEngine(`${url}?pool_size=3`).dispose(); // a URL is for both engines
});
