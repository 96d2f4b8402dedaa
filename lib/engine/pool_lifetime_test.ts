/** How connections end that nobody uses, and what is done with those that come back. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import {
  type Connection,
  ConnectionLostError,
  createEngine,
  type Engine,
  type EngineOptions,
  EngineUrl,
  StatementCancelledError,
} from "../mod.ts";
import { Server } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";

const database = testDatabase(import.meta.url);

/** The reasons why connections were closed, from now on. */
function reasonsOf(engine: Engine): string[] {
  const reasons: string[] = [];
  engine.events.on("close", ({ reason }) => reasons.push(reason));
  return reasons;
}

const take = (engine: Engine, count: number) => Promise.all(Array.from({ length: count }, () => engine.connect()));

database.test("idleTimeout closes what nobody asks for, down to minIdle", async (url) => {
  await using engine = createEngine(url, { poolSize: 3, idleTimeout: 20, minIdle: 1 });
  const reasons = reasonsOf(engine);
  for (const connection of await take(engine, 3)) await connection.close();
  await until("two are closed", () => reasons.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals([reasons, engine.poolStatus.idle], [["idle", "idle"], 1]);
});

database.test("maxLifetime closes a connection while it is idle, and one that is out when it comes back", async (url) => {
  await using engine = createEngine(url, { poolSize: 2, maxLifetime: 30 });
  const reasons = reasonsOf(engine);
  const [idle, held] = await take(engine, 2);
  reasons.length = 0; // on a busy machine one may have grown too old before it was handed out
  await idle.close();
  await until("the idle one is closed", () => reasons.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 31)); // the held one may have been opened later
  assertEquals((await held.execute("SELECT 1 AS one")).scalarOne(), 1);
  assertEquals(reasons, ["expired"]);
  await held.close();
  assertEquals([reasons, engine.poolStatus.idle], [["expired", "expired"], 0]);
});

database.test("no timer keeps a program from ending, and dispose() leaves none behind", async (url) => {
  const engine = createEngine(url, { idleTimeout: 3_600_000, maxLifetime: 3_600_000 });
  await (await engine.connect()).close();
  await engine.dispose(); // the test's own sanitizer counts timers
});

/** Session state left on a connection, as the next holder sees it. */
const LEFT = `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
  current_setting('role') = 'none' AS "isSelf", to_regclass('left_behind') IS NULL AS "hasNoTable",
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
  (SELECT count(*)::int FROM pg_listening_channels()) AS channels`;

const MESS = [
  "SET search_path = pg_catalog",
  "SET statement_timeout = 77",
  "SELECT set_config('role', session_user, false)",
  "CREATE TEMP TABLE left_behind (id int)",
  "SELECT pg_advisory_lock(4711)",
  "LISTEN left_behind",
];

async function makeMess(connection: Connection): Promise<number> {
  await connection.execute("SELECT $1::int", [1]); // prepares it
  for (const sql of MESS) await connection.execute(sql);
  return connection.backendPid;
}

for (const driver of ["pg", "postgres", "wire", "libpq"] as const) {
  const on = (url: string, options: EngineOptions) =>
    createEngine(EngineUrl.parse(url).withDriver(driver), {
      poolSize: 1,
      maxOverflow: 0,
      isolationLevel: "AUTOCOMMIT",
      statementTimeout: 60_000,
      ...options,
    });

  database.test(`${driver}: resetOnReturn: by default what a session has left stays; "discard all" takes it away`, async (url) => {
    const leftBy = async (options: EngineOptions) => {
      await using engine = on(url, options);
      let pid: number;
      {
        await using connection = await engine.connect();
        pid = await makeMess(connection);
      }
      await using next = await engine.connect();
      assertEquals(next.backendPid, pid);
      assertEquals((await next.execute("SELECT $1::int", [2])).scalarOne(), 2); // prepared statements are still there
      return (await next.execute(LEFT)).one();
    };
    await using server = new Server(url);
    const [path] = await server.run("SHOW search_path");
    const mess = { timeout: "77ms", isSelf: false, hasNoTable: false, locks: 1, channels: 1, path: "pg_catalog" };
    assertEquals(await leftBy({}), mess);
    const clean = { timeout: "1min", isSelf: true, hasNoTable: true, locks: 0, channels: 0, path };
    assertEquals(await leftBy({ resetOnReturn: "discard all" }), clean);
  });

  database.test(`${driver}: resetOnReturn: a function; one that fails or takes too long costs the connection`, async (url) => {
    const reset = async (connection: Connection) => void await connection.execute("SET work_mem = '3MB'");
    await using engine = on(url, { resetOnReturn: reset });
    await using server = new Server(url);
    const [usual] = await server.run("SHOW work_mem");
    for (const expected of [usual, "3MB"]) {
      await using connection = await engine.connect();
      assertEquals((await connection.execute("SHOW work_mem")).scalarOne(), expected);
    }
    const complaint = console.error;
    const told: unknown[] = [];
    console.error = (...args) => told.push(args[0]);
    try {
      for (const wrong of [() => Promise.reject(new Error("no")), () => new Promise<void>(() => {})]) {
        await using failing = on(url, { resetOnReturn: wrong, connectTimeout: 1_000 });
        const pids: number[] = [];
        for (let time = 0; time < 2; time++) {
          await using connection = await failing.connect();
          pids.push(connection.backendPid);
        }
        assertNotEquals(pids[0], pids[1]);
      }
    } finally {
      console.error = complaint;
    }
    assertEquals(told, Array(2).fill("resetOnReturn failed, and its connection is closed:"));
  });

  database.test(`${driver}: dispose({ force }) and dispose({ timeout }) end the server process that is still at work`, async (url) => {
    if (driver === "libpq") return; // which blocks the thread: nothing is at work when dispose() is called
    await using server = new Server(url);
    for (const options of [{ force: true }, { timeout: 100 }]) {
      const engine = on(url, { applicationName: "test: at work" });
      const connection = await engine.connect();
      const sleeping = connection.execute("SELECT pg_sleep(60)").then(() => undefined, (error: unknown) => error);
      await server.untilSleeping(connection.backendPid);
      await engine.dispose(options);
      const ends = [ConnectionLostError, StatementCancelledError];
      const error = await sleeping;
      assert(ends.some((end) => error instanceof end), `${error}`);
      await server.untilGone(connection.backendPid); // long before its minute is over
      await connection.close();
    }
  });
}

database.test("dispose({ timeout }) waits for those who give their connection back in time", async (url) => {
  const engine = createEngine(url, { poolSize: 1 });
  const connection = await engine.connect();
  const disposing = engine.dispose({ timeout: 60_000 });
  assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
  await connection.close();
  await disposing;
});

database.test("libpq: a ping is no second unit of work: beside an open transaction the connection is kept", async (url) => {
  await using engine = createEngine(EngineUrl.parse(url).withDriver("libpq"), { poolSize: 2, poolPrePing: true });
  const [first, second] = await take(engine, 2);
  await second.close();
  await first.execute("SELECT 1"); // begins its transaction
  await using again = await engine.connect();
  assertEquals(again.backendPid, second.backendPid);
  await first.close();
});
