/**
 * Time limits hold, whatever the network does: a proxy in between passes nothing on any more.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import type { SyncConnection } from "../sync/sync_connection.ts";
import { syncSessionmaker } from "../sync/sync_session.ts";
import { createSyncEngine } from "../sync/sync_engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import type { Connection } from "./connection.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import { AnswerTimeoutError, CommitOutcomeUnknownError, ConnectionLostError } from "./errors.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { WAYS } from "../../testing/ways.ts";
import { EngineUrl } from "./url.ts";
import { Stopwatch } from "../../testing/lateness.ts";

const database = testDatabase(import.meta.url);
const LIMIT = 300;
const timeout = LIMIT;

interface Fixture {
  engine: Engine;
  connection: Connection;
  proxy: StallingProxy;
}

/**
 * Runs a call that must end in time, and not before.
 *
 * @returns what it rejected with.
 */
async function inTime(call: () => Promise<unknown>): Promise<unknown> {
  const watch = new Stopwatch();
  const error = await call().then(() => undefined, (thrown) => thrown);
  watch.assertAt(LIMIT);
  return error;
}

async function stalled({ proxy }: Fixture, call: () => Promise<unknown>): Promise<unknown> {
  await proxy.stall();
  return await inTime(call);
}

for (const { name: way, driver, options, blocks } of WAYS) {
  const test = (name: string, run: (fixture: Fixture) => Promise<void>, more: EngineOptions = {}) =>
    database.test(`${way}: ${name}`, async (url) => {
      await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
      const engine = createEngine(proxy.url, {
        poolSize: 1,
        maxOverflow: 0,
        connectTimeout: 2_000,
        ...options,
        ...more,
      });
      const connection = await engine.connect();
      await connection.execute("CREATE TEMP TABLE t (n int)");
      await connection.commit();
      await connection.execute("SELECT $1::int", [1]);
      await connection.commit();
      await run({ engine, connection, proxy });
      await proxy.resume();
      await connection.close();
      await using next = await engine.connect(); // the pool gets going again
      assertEquals((await next.execute("SELECT 1 AS one")).scalarOne(), 1);
      await next.close();
      await engine.dispose();
    });

  const assertDropped = (error: unknown) => {
    assertInstanceOf(error, AnswerTimeoutError);
    assertEquals(error.outcome, "dropped");
    assert(error.message.startsWith(`No answer within ${LIMIT / 1000} s: the connection was dropped.`), error.message);
  };

  test("execute(), the first of a transaction", async (fixture) => {
    assertDropped(await stalled(fixture, () => fixture.connection.execute("SELECT $1::int", [1], { timeout })));
  });

  test("execute() in a transaction, and then rollback(), which finds nothing to do", async (fixture) => {
    const { connection } = fixture;
    await connection.execute("INSERT INTO t VALUES (1)");
    assertDropped(await stalled(fixture, () => connection.execute("INSERT INTO t VALUES (2)", [], { timeout })));
    await connection.rollback();
    assertEquals(connection.inTransaction, false);
  });

  test("commandTimeout of the engine", async (fixture) => {
    assertDropped(await stalled(fixture, () => fixture.connection.execute("SELECT 1")));
  }, { commandTimeout: LIMIT });

  test("begin()", async (fixture) => {
    assertDropped(await stalled(fixture, () => fixture.connection.begin({ timeout })));
  });

  test("beginNested(), and the end of a savepoint", async (fixture) => {
    const { connection } = fixture;
    const savepoint = await connection.beginNested({ timeout: 10_000 });
    assertDropped(await stalled(fixture, () => savepoint.commit({ timeout })));
  });

  test("rollback()", async (fixture) => {
    await fixture.connection.execute("INSERT INTO t VALUES (1)");
    assertDropped(await stalled(fixture, () => fixture.connection.rollback({ timeout })));
  });

  test("commit(): its outcome is unknown", async ({ connection, proxy }) => {
    await connection.execute("INSERT INTO t VALUES (1)");
    await proxy.stallAt("COMMIT");
    const error = await inTime(() => connection.commit({ timeout }));
    assertInstanceOf(error, CommitOutcomeUnknownError);
    assertDropped(error.cause);
    assertEquals(connection.inTransaction, false);
  });

  test("close() in a transaction", async (fixture) => {
    await fixture.connection.execute("INSERT INTO t VALUES (1)");
    assertEquals(await stalled(fixture, () => fixture.connection.close({ timeout })), undefined);
    assertEquals(fixture.engine.poolStatus.held, 0);
  });

  test("close() takes no longer than connecting may, where nobody says how long", async (fixture) => {
    await fixture.connection.execute("INSERT INTO t VALUES (1)");
    assertEquals(await stalled(fixture, () => fixture.connection.close()), undefined);
  }, { connectTimeout: LIMIT });

  test("stream()", async (fixture) => {
    const stream = fixture.connection.stream("SELECT 1", [], { timeout });
    assertDropped(await stalled(fixture, () => stream.partitions().next()));
  });

  test("a statement that the server can cancel: the connection goes on", async ({ connection }) => {
    await connection.execute("SELECT 1");
    const error = await inTime(() => connection.execute("SELECT pg_sleep(30)", [], { timeout }));
    assertInstanceOf(error, AnswerTimeoutError);
    assertEquals(error.outcome, "cancelled");
    await connection.rollback();
    assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
  });

  if (blocks) continue; // no signal reaches a thread that waits

  for (const call of ["execute", "begin", "rollback", "beginNested"] as const) {
    test(`${call}() throws the signal's reason`, async (fixture) => {
      const { connection } = fixture;
      if (call === "rollback") await connection.execute("INSERT INTO t VALUES (1)");
      const reason = new RangeError("enough");
      const controller = new AbortController();
      const { signal } = controller;
      const error = await stalled(fixture, () => {
        setTimeout(() => controller.abort(reason), LIMIT);
        return call === "execute" ? connection.execute("SELECT 1", [], { signal }) : connection[call]({ signal });
      });
      assertEquals(error, reason);
    });
  }

  test("commandSignal is that of each call without one; rollback() and close() go on", async ({ engine, connection }) => {
    await connection.close();
    const controller = new AbortController();
    const reason = new RangeError("enough");
    await using stopped = await engine.connect({ commandSignal: controller.signal });
    const { signal } = new AbortController();
    assertEquals((await stopped.execute("SELECT 1 AS one")).scalarOne(), 1);
    setTimeout(() => controller.abort(reason), LIMIT);
    assertEquals(await inTime(() => stopped.execute("SELECT pg_sleep(30)")), reason);
    assertEquals(await stopped.commit().then(() => undefined, (thrown) => thrown), reason);
    assertEquals(await stopped.execute("SELECT 1").then(() => undefined, (thrown) => thrown), reason);
    await stopped.rollback();
    assertEquals(await stopped.begin().then(() => undefined, (thrown) => thrown), reason);
    assertEquals(await stopped.execute("SELECT 1", [], { signal }).then(() => undefined, String), undefined);
  });

  test("commit() with a signal: its outcome is unknown", async ({ connection, proxy }) => {
    await connection.execute("INSERT INTO t VALUES (1)");
    await proxy.stallAt("COMMIT");
    const error = await inTime(() => connection.commit({ signal: AbortSignal.timeout(LIMIT) }));
    assertInstanceOf(error, CommitOutcomeUnknownError);
    assertEquals((error.cause as Error).name, "TimeoutError");
  });

  test("a call behind one without a limit keeps its own, and what goes before is not disturbed", async (fixture) => {
    const { connection } = fixture;
    const slow = connection.execute("SELECT 'slept' AS how, pg_sleep(1.5)");
    assertInstanceOf(await inTime(() => connection.execute("SELECT 1", [], { timeout })), AnswerTimeoutError);
    assertEquals((await slow).scalars("how").one(), "slept");
  });

  test("close() ends what is under way without a limit, too", async ({ connection, proxy }) => {
    await proxy.stall();
    const waiting = assertRejects(() => connection.execute("SELECT 1"), ConnectionLostError);
    assertEquals(await inTime(() => connection.close({ timeout })), undefined);
    await waiting;
  });
}

database.test("SyncEngine: commandTimeout of a session is for each of its statements", (url) => {
  using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  using session = syncSessionmaker(engine, { commandTimeout: LIMIT })();
  const error = assertThrows(() => session.execute("SELECT pg_sleep(30)"), AnswerTimeoutError);
  assertEquals(error.outcome, "cancelled");
});

database.test("SyncEngine: every call keeps its limit", async (url) => {
  await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver("libpq"));
  using engine = createSyncEngine(proxy.url, { connectTimeout: 2_000 });
  const inTime = (call: () => unknown) => {
    const watch = new Stopwatch();
    try {
      return call();
    } finally {
      watch.assertAt(LIMIT);
    }
  };
  const calls: Record<
    string,
    [error: (new (...args: never[]) => Error) | undefined, call: (connection: SyncConnection) => unknown]
  > = {
    execute: [AnswerTimeoutError, (connection) => connection.execute("SELECT 1", [], { timeout })],
    rollback: [AnswerTimeoutError, (connection) => connection.rollback({ timeout })],
    commit: [CommitOutcomeUnknownError, (connection) => connection.commit({ timeout })],
    stream: [AnswerTimeoutError, (connection) => connection.stream("SELECT 1", [], { timeout }).partitions().next()],
    close: [undefined, (connection) => connection.close({ timeout })],
  };
  for (const [expected, call] of Object.values(calls)) {
    const connection = engine.connect();
    connection.execute("CREATE TEMP TABLE t AS SELECT 1");
    await proxy.stall();
    if (expected) assertThrows(() => inTime(() => call(connection)), expected);
    else inTime(() => call(connection));
    await proxy.resume();
    connection.close();
    using next = engine.connect();
    assertEquals(next.execute("SELECT 1 AS one").scalarOne(), 1);
  }
});
