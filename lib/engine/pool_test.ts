import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import type { Connection } from "./connection.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import { ConnectError, ConnectionLostError, EngineDisposedError, PoolTimeoutError } from "./errors.ts";
import type { EngineEvent } from "./events.ts";
import { Server } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

/** An engine whose events are kept. */
function recorded(url: string, options: EngineOptions): { engine: Engine; events: EngineEvent[] } {
  const engine = createEngine(url, options);
  const events: EngineEvent[] = [];
  engine.events.on("*", (event) => events.push(event));
  return { engine, events };
}

const take = (engine: Engine, count: number) => Promise.all(Array.from({ length: count }, () => engine.connect()));
const giveBack = (connections: Connection[]) => Promise.all(connections.map((connection) => connection.close()));

database.test("a pool connects to nothing until a connection is needed", async (url) => {
  const { engine, events } = recorded(url, {});
  assertEquals(engine.poolStatus, { size: 5, maxOverflow: 10, held: 0, idle: 0, waiting: 0 });
  await engine.dispose();
  assertEquals(events, []);
});

database.test("it opens as many connections as are needed at once, up to size and overflow", async (url) => {
  const { engine, events } = recorded(url, { poolSize: 2, maxOverflow: 1 });
  const three = await take(engine, 3);
  assertEquals(engine.poolStatus, { size: 2, maxOverflow: 1, held: 3, idle: 0, waiting: 0 });
  assertEquals(new Set(three.map(({ id }) => id)).size, 3);
  const waiting = engine.connect();
  assertEquals(engine.poolStatus, { size: 2, maxOverflow: 1, held: 3, idle: 0, waiting: 1 });
  await three[0].close();
  const fourth = await waiting;
  assertEquals(fourth.id, three[0].id);
  await giveBack([fourth, ...three.slice(1)]);
  assertEquals(engine.poolStatus, { size: 2, maxOverflow: 1, held: 0, idle: 2, waiting: 0 });
  assertEquals(events.filter(({ type }) => type === "connect").length, 3);
  assertEquals(events.flatMap((event) => event.type === "close" ? [event.reason] : []), ["overflow"]);
  await engine.dispose();
});

database.test("the connection that came back last is handed out first", async (url) => {
  await using engine = createEngine(url, { poolSize: 3 });
  const [one, two, three] = await take(engine, 3);
  for (const connection of [one, three, two]) await connection.close();
  const again = await take(engine, 3);
  assertEquals(again.map(({ id }) => id), [two.id, three.id, one.id]);
  await giveBack(again);
});

database.test("who waits first is served first", async (url) => {
  const { engine, events } = recorded(url, { poolSize: 1, maxOverflow: 0 });
  const first = await engine.connect();
  const served: number[] = [];
  const waiters = [1, 2, 3, 4].map(async (number) => {
    await using _connection = await engine.connect();
    served.push(number);
  });
  assertEquals(engine.poolStatus.waiting, 4);
  await first.close();
  await Promise.all(waiters);
  assertEquals(served, [1, 2, 3, 4]);
  const waits = events.filter((event) => event.type === "wait");
  assertEquals(waits.map(({ connection }) => connection), [1, 1, 1, 1]);
  for (const wait of waits) assertGreater(wait.milliseconds, 0);
  await engine.dispose();
});

database.test("a pool that runs dry says who holds its connections, since when and with which statement", async (url) => {
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 1, poolTimeout: 50 });
  async function loadUsers(): Promise<Connection> {
    const connection = await engine.connect();
    await connection.execute("SELECT $1::text\n  AS name", ["secret"]);
    return connection;
  }
  const held = [await loadUsers(), await engine.connect()];
  const error = await assertRejects(() => engine.connect(), PoolTimeoutError);
  const [headline, one, two, advice] = error.message.split("\n");
  assertEquals(headline, "No connection became free within 0.05 s (poolSize 1, maxOverflow 1). Held by:");
  assertMatch(
    one,
    /^ {2}connection 1, for \d+\.\d s, by loadUsers \(pool_test\.ts:\d+:\d+\); last statement: SELECT \$1::text AS name$/,
  );
  assertMatch(two, /^ {2}connection 2, for \d+\.\d s, by .*pool_test\.ts:\d+:\d+\)?; no statement yet$/);
  assertMatch(advice, /^Close connections sooner \(await using\)/);
  assertEquals(error.holders.length, 2);
  await giveBack(held);
  await using again = await engine.connect(); // nothing is lost by a time-out
  assertEquals(engine.poolStatus, { size: 1, maxOverflow: 1, held: 1, idle: 0, waiting: 0 });
  await again.close();
});

database.test("who gives up waiting leaves the queue; the others are served", async (url) => {
  const { engine, events } = recorded(url, { poolSize: 1, maxOverflow: 0 });
  const held = await engine.connect();
  const controller = new AbortController();
  const first = engine.connect({ signal: controller.signal });
  const second = engine.connect();
  controller.abort(new Error("enough"));
  await assertRejects(() => first, Error, "enough");
  assertEquals(engine.poolStatus.waiting, 1);
  await held.close();
  await (await second).close();
  const waits = events.filter((event) => event.type === "wait");
  assertEquals(waits.map(({ connection }) => connection), [undefined, 1]);
  await engine.dispose();
});

database.test("poolTimeout: Infinity waits for ever", async (url) => {
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeout: Infinity });
  const held = await engine.connect();
  const waiting = engine.connect();
  await held.execute("SELECT pg_sleep(0.05)");
  await held.close();
  await (await waiting).close();
});

database.test("with pre-ping a dead connection is replaced unnoticed", async (url) => {
  await using server = new Server(url);
  const { engine, events } = recorded(url, { poolSize: 1, maxOverflow: 0, poolPrePing: true });
  const first = await engine.connect();
  await first.close();
  // killed and asked for in one breath: the pool cannot have heard of it
  await server.terminate(first.backendPid);
  await using second = await engine.connect();
  assertEquals((await second.execute("SELECT 1")).scalarOne(), 1);
  assertNotEquals(second.backendPid, first.backendPid);
  const closed = () => events.flatMap((event) => event.type === "close" ? [event.reason] : []);
  await until("the dead connection is closed, which nobody waits for", () => closed().length > 0);
  assertEquals(closed(), ["broken"]);
  await second.close();
  await engine.dispose();
});

database.test("pre-ping is one more statement at each checkout of an open connection, and no event", async (url) => {
  const { engine, events } = recorded(url, { poolSize: 1, poolPrePing: true });
  for (let i = 0; i < 2; i++) await (await engine.connect()).close();
  assertEquals(events.map(({ type }) => type), ["connect", "checkout", "checkin", "checkout", "checkin"]);
  await engine.dispose();
});

database.test("dispose() closes what is idle, turns away who waits, and lets holders finish", async (url) => {
  await using server = new Server(url);
  const { engine, events } = recorded(url, { poolSize: 2, maxOverflow: 0, applicationName: "test: dispose" });
  const [held, alsoHeld] = await take(engine, 2);
  const refused = assertRejects(() => engine.connect(), EngineDisposedError, "Create a new one with createEngine()");
  assertEquals(engine.poolStatus.waiting, 1);
  await engine.dispose();
  await refused;
  await assertRejects(() => engine.connect(), EngineDisposedError);
  assertEquals((await held.execute("SELECT 1")).scalarOne(), 1);
  await giveBack([held, alsoHeld]);
  await engine.dispose();
  await server.untilNoneLeft("test: dispose");
  assertEquals(events.flatMap((event) => event.type === "close" ? [event.reason] : []), ["disposed", "disposed"]);
});

database.test("dispose() while a connection is being opened leaves none behind", async (url) => {
  await using server = new Server(url);
  for (const driver of ["pg", "postgres", "wire"]) {
    const engine = createEngine(onDriver(url, driver), {
      applicationName: "test: opening",
    });
    const refused = assertRejects(() => engine.connect(), EngineDisposedError);
    await engine.dispose();
    await refused;
  }
  await server.untilNoneLeft("test: opening");
});

database.test("a server that refuses: each caller hears why, and the pool stays whole", async (url) => {
  const wrong = new URL(url);
  wrong.hostname = "127.0.0.1";
  wrong.port = "1"; // nobody listens there
  for (const driver of ["pg", "postgres", "wire"]) {
    await using engine = createEngine(onDriver(wrong.href, driver), { poolSize: 1 });
    const outcomes = await Promise.allSettled([engine.connect(), engine.connect(), engine.connect()]);
    for (const outcome of outcomes) {
      const error = (outcome as PromiseRejectedResult).reason;
      assert(error instanceof ConnectError, `${error}`);
      assertMatch(error.message, /^Cannot connect to postgresql\+\w+:\/\/.*127\.0\.0\.1:1\/.*refused/i);
      if (wrong.password) assert(!Deno.inspect(error, { depth: 10 }).includes(wrong.password));
    }
    assertEquals(engine.poolStatus, { size: 1, maxOverflow: 10, held: 0, idle: 0, waiting: 0 });
  }
});

database.test("a connect that fails does not take the place of the next", async (url) => {
  await using server = new Server(url);
  const name = `test_pool_later_${crypto.randomUUID().slice(0, 8)}`;
  const later = url.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  await using engine = createEngine(later, { poolSize: 1, maxOverflow: 0 });
  assertEquals((await assertRejects(() => engine.connect(), ConnectError)).sqlstate, "3D000");
  await server.run(`CREATE DATABASE ${name}`);
  try {
    const connection = await engine.connect();
    assertEquals((await connection.execute("SELECT current_database()")).scalarOne(), name);
    await connection.close();
    await engine.dispose();
  } finally {
    await server.run(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

database.test("a server that accepts and says nothing: the attempt ends after connectTimeout", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  for (const driver of ["pg", "postgres", "wire"]) {
    const silent = `postgresql+${driver}://sandy:hunter2@127.0.0.1:${listener.addr.port}/shop`;
    await using engine = createEngine(silent, { connectTimeout: 100 });
    await assertRejects(() => engine.connect(), ConnectError, "no answer within 0.1 s");

    // poolTimeout is for those who wait for others: the first waits for the server
    const options = { poolSize: 1, maxOverflow: 0, poolTimeout: 50, connectTimeout: 300 };
    await using impatient = createEngine(engine.url, options);
    const first = assertRejects(() => impatient.connect(), ConnectError, "no answer within 0.3 s");
    await assertRejects(() => impatient.connect(), PoolTimeoutError, "nobody yet: 1 being opened");
    await first;
  }
  listener.close();
  await accepting;
  for (const connection of accepted) connection.close();
});

database.test("200 tasks share 3 connections", async (url) => {
  const { engine, events } = recorded(url, { poolSize: 2, maxOverflow: 1 });
  let most = 0;
  engine.events.on("checkout", () => most = Math.max(most, engine.poolStatus.held));
  const task = (i: number) =>
    engine.begin(async (connection) => {
      // without this one connection may do it all, where the server is slow to open the others
      await until("all three are out", () => most === 3);
      return (await connection.execute("SELECT $1::int", [i])).scalarOne();
    });
  const results = await Promise.all(Array.from({ length: 200 }, (_, i) => task(i)));
  assertEquals(results, Array.from({ length: 200 }, (_, i) => i));
  assertEquals(most, 3);
  assertEquals(engine.poolStatus.held, 0);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  assertEquals([count("checkout"), count("checkin"), count("commit")], [200, 200, 200]);
  await engine.dispose();
  assertEquals(count("connect"), count("close"));
});

database.test("the limit holds while connections change hands", async (url) => {
  await using engine = createEngine(url, { poolSize: 3, maxOverflow: 0 });
  const ids = new Set<number>();
  engine.events.on("connect", ({ connection }) => ids.add(connection));
  const tasks = Array.from({ length: 60 }, async (_, i) => {
    for (let turn = 0; turn < 5; turn++) {
      await using connection = await engine.connect();
      if (i % 2 === 0) await connection.execute("SELECT 1");
    }
  });
  await Promise.all(tasks);
  await until("all three are open", () => ids.size >= 3); // the first may have done it all in the meantime
  assertEquals(ids.size, 3);
});

database.test("a holder that loses its connection gives its place back", async (url) => {
  await using server = new Server(url);
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 });
  for (let round = 0; round < 3; round++) {
    await using connection = await engine.connect();
    await server.kill(connection.backendPid);
    await assertRejects(() => connection.execute("SELECT 1"), ConnectionLostError);
  }
  await until("the pool is empty", () => engine.poolStatus.held === 0);
  assertEquals(engine.poolStatus, { size: 1, maxOverflow: 0, held: 0, idle: 0, waiting: 0 });
});

Deno.test("impossible options are refused at once", () => {
  const wrong: EngineOptions[] = [
    { poolSize: 0 },
    { poolSize: NaN },
    { maxOverflow: -1 },
    { poolTimeout: -1 },
    { connectTimeout: 0 },
    { statementTimeout: -1 },
    { isolationLevel: "serializable" as "SERIALIZABLE" },
  ];
  for (const options of wrong) {
    try {
      createEngine("postgresql://localhost", options);
    } catch (error) {
      assert(error instanceof RangeError);
      assertMatch(error.message, new RegExp(Object.keys(options)[0]));
      continue;
    }
    assert(false, `${JSON.stringify(options)} was accepted`);
  }
});

database.test("poolRecycle: a connection that has become old is replaced by the next one who asks", async (url) => {
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolRecycle: 20 });
  const closed: string[] = [];
  engine.events.on("close", ({ reason }) => closed.push(reason));
  const pid = async () => {
    await using connection = await engine.connect();
    return connection.backendPid;
  };
  const first = await pid();
  await new Promise((resolve) => setTimeout(resolve, 40));
  assertEquals(closed, []); // nobody asked
  assertNotEquals(await pid(), first);
  await until("the old one is closed", () => closed.length > 0); // behind its caller's back
  assertEquals(closed, ["recycled"]);
  assertThrows(() => createEngine(url, { poolRecycle: -1 }), RangeError, "poolRecycle is -1");
});
