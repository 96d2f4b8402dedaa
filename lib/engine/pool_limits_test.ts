/**
 * The pool's own waits end in time, whatever the network does, and what it hands over is in no transaction.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import { CallSite } from "../base/call_site.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { loadDriver } from "./drivers/by_name.ts";
import { connectSettings } from "./connect_settings.ts";
import type { Connection } from "./connection.ts";
import { createEngine, type DisposeOptions, type Engine, type EngineOptions } from "./engine.ts";
import { EngineDisposedError } from "./errors.ts";
import { EngineEvents } from "./events.ts";
import { resolveOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import { cases } from "../../testing/cases.ts";
import { chance } from "../../testing/chance.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { WAYS } from "../../testing/ways.ts";
import { EngineUrl } from "./url.ts";
import { BUSY_MACHINE, Stopwatch } from "../../testing/lateness.ts";
import { until } from "../../testing/until.ts";

const database = testDatabase(import.meta.url);
const LIMIT = 300;

/**
 * Runs a call that must end between two times.
 *
 * @returns what it rejected with.
 */
async function inTime(call: () => Promise<unknown>, least: number, most: number): Promise<unknown> {
  const watch = new Stopwatch();
  const error = await call().then(() => undefined, (thrown) => thrown);
  watch.assertBetween(least, most);
  return error;
}

const atOnce = (call: () => Promise<unknown>) => inTime(call, 0, 0);
const atItsLimit = (call: () => Promise<unknown>) => inTime(call, LIMIT, LIMIT);
const withinItsLimit = (call: () => Promise<unknown>) => inTime(call, 0, LIMIT);

interface Fixture {
  readonly proxy: StallingProxy;
  /** A pool of one, by way of the proxy. */
  readonly engine: (options?: EngineOptions) => Engine;
}

for (const { name: way, driver, options } of WAYS.filter(({ blocks }) => !blocks)) {
  const test = (what: string, run: (fixture: Fixture) => Promise<void>) =>
    database.test(`${way}: ${what}`, async (url) => {
      await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
      const engine = (more: EngineOptions = {}) =>
        createEngine(proxy.url, { poolSize: 1, maxOverflow: 0, connectTimeout: 10_000, ...options, ...more });
      await run({ proxy, engine });
    });

  test("connect({ signal }) ends during a ping, and the pool goes on", async ({ proxy, engine }) => {
    await using pool = engine({ poolPrePing: true });
    await (await pool.connect()).close();
    await proxy.stall();
    const error = await atItsLimit(() => pool.connect({ signal: AbortSignal.timeout(LIMIT) }));
    assertEquals((error as Error).name, "TimeoutError");
    await proxy.resume();
    await using connection = await pool.connect();
    assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
  });

  test("connect({ signal }) ends while a connection is being opened, and the pool goes on", async ({ proxy, engine }) => {
    await using pool = engine();
    await proxy.stall();
    const error = await atItsLimit(() => pool.connect({ signal: AbortSignal.timeout(LIMIT) }));
    assertEquals((error as Error).name, "TimeoutError");
    await proxy.resume();
    await using connection = await pool.connect();
    assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
  });

  test("a ping without an answer ends at connectTimeout, and its caller gets a new connection", async ({ proxy, engine }) => {
    const connectTimeout = 1_000;
    await using pool = engine({ poolPrePing: true, connectTimeout });
    const first = await pool.connect();
    await first.close();
    const reasons: string[] = [];
    pool.events.on("close", ({ reason }) => reasons.push(reason));
    await proxy.stall();
    const watch = new Stopwatch();
    const connecting = pool.connect();
    await new Promise((resolve) => setTimeout(resolve, connectTimeout + 100)); // now the new one is being opened
    await proxy.resume();
    await using next = await connecting;
    watch.assertBetween(connectTimeout, 2 * connectTimeout + BUSY_MACHINE); // the server has to begin a process
    assertNotEquals(next.backendPid, first.backendPid);
    await until("the old one is closed", () => reasons.length > 0); // behind its caller's back
    assertEquals([reasons, pool.poolStatus.held, pool.poolStatus.idle], [["broken"], 1, 0]);
  });

  test("close({ timeout }) ends at its limit, whatever the pool does with the connection", async ({ proxy, engine }) => {
    const uses: [EngineOptions, (connection: Connection) => void][] = [
      [{ maxOverflow: 1 }, () => {}], // is closed
      [{ resetOnReturn: "discard all" }, () => {}],
      [{ resetOnReturn: (connection) => void connection.execute("SELECT 1") }, () => {}],
      [{}, (connection) => connection.invalidate()],
    ];
    for (const [options, use] of uses) {
      const pool = engine(options);
      const connections = [await pool.connect()];
      if (options.maxOverflow) connections.push(await pool.connect());
      use(connections[0]);
      await proxy.stall();
      await withinItsLimit(() => connections[0].close({ timeout: LIMIT }));
      await withinItsLimit(() => pool.dispose({ force: true, timeout: LIMIT }));
      await proxy.resume();
    }
  });

  const ENDS: [string, DisposeOptions, typeof atOnce][] = [
    ["dispose({ timeout }) ends at its limit", { timeout: LIMIT }, atItsLimit],
    ["dispose({ force }) ends at once", { force: true }, atOnce],
  ];
  for (const [what, how, inItsTime] of ENDS) {
    test(`${what}, and what is at work with it`, async ({ proxy, engine }) => {
      const pool = engine();
      const connection = await pool.connect();
      const failed = connection.execute("SELECT pg_sleep(60)").then(() => undefined, (error: unknown) => error);
      await proxy.stall();
      await inItsTime(() => pool.dispose(how));
      assertInstanceOf(await failed, Error);
      await atOnce(() => connection.close());
    });
  }

  test("dispose() closes what is idle within connectTimeout", async ({ proxy, engine }) => {
    const pool = engine({ poolSize: 3, connectTimeout: LIMIT });
    const connections = [await pool.connect(), await pool.connect(), await pool.connect()];
    for (const connection of connections) await connection.close();
    await proxy.stall();
    await withinItsLimit(() => pool.dispose());
  });

  test("dispose() does not wait longer for a ROLLBACK that is on its way", async ({ proxy, engine }) => {
    const pool = engine({ connectTimeout: LIMIT });
    const connection = await pool.connect();
    await connection.execute("SELECT 1", [], { onlyReads: true });
    await proxy.stall();
    await withinItsLimit(() => connection.close());
    await withinItsLimit(() => pool.dispose());
  });

  for (const stage of ["not a word was said", "it is asked for its settings"]) {
    test(`dispose() gives up at once what is being opened: ${stage}`, async ({ proxy, engine }) => {
      for (const how of [{ timeout: LIMIT }, { timeout: 0 }, { force: true }, undefined]) {
        const pool = engine();
        await (stage.startsWith("it is asked") ? proxy.stallAt("current_setting") : proxy.stall());
        const connecting = pool.connect().then(() => undefined, (error: unknown) => error);
        await until("the attempt is under way", async () => await proxy.clients() === 1);
        await new Promise((resolve) => setTimeout(resolve, LIMIT)); // for what comes before the stage
        assertEquals(await proxy.clients(), 1);
        await atOnce(() => pool.dispose(how));
        assertInstanceOf(await connecting, EngineDisposedError);
        await atOnce(() => until("its socket is closed", async () => await proxy.clients() === 0));
        await proxy.resume();
      }
    });
  }

  test("dispose() with a connection that is out does not wait for it", async ({ proxy, engine }) => {
    const pool = engine();
    const connection = await pool.connect();
    await proxy.stall();
    await atOnce(() => pool.dispose());
    await proxy.resume();
    assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
    await connection.close();
  });

  /** Begin, end, fail and go on, in one text and in several. */
  const TEXTS = [
    "BEGIN",
    "BEGIN; SELECT 1",
    "BEGIN READ ONLY; SELECT 1 / 0",
    "COMMIT",
    "COMMIT AND CHAIN",
    "ROLLBACK AND CHAIN",
    "ROLLBACK -- back to the start",
    "COMMIT; SELECT 1",
    "ROLLBACK; BEGIN",
    "SAVEPOINT s",
    "SELECT missing",
    "SELECT 1",
  ];

  database.test(`${way}: checkout hands over no connection that is in a transaction, whatever was sent before`, async (url) => {
    const loaded = await loadDriver(driver);
    const target = EngineUrl.parse(url).withDriver(driver);
    const settings = connectSettings(target, resolveOptions("Pool", target, { connectTimeout: 30_000, ...options }));
    const never = { recycle: Infinity, maxLifetime: Infinity, idleTimeout: Infinity, minIdle: 0, prePing: false };
    const limits = { size: 1, maxOverflow: 0, timeout: 60_000, answerTimeout: 30_000 };
    const pool = new Pool({ open: () => loaded.connect(settings) }, { ...limits, ...never }, new EngineEvents());
    const random = chance(13);
    let unfinished = 0;
    for (let round = 0; round < cases(60); round++) {
      const connection = await pool.checkout(new CallSite());
      assertEquals([connection.driver.transactionStatus, connection.ending], ["idle", undefined], `round ${round}`);
      const texts = Array.from({ length: Math.floor(random() * 4) }, () => TEXTS[Math.floor(random() * TEXTS.length)]);
      for (const sql of texts) await connection.driver.query({ sql, parameters: [] }).catch(() => {});
      if (connection.driver.transactionStatus !== "idle") unfinished++;
      await pool.checkin(connection);
    }
    assert(unfinished > 5, `${unfinished} were left in a transaction`);
    await pool.dispose();
  });
}
