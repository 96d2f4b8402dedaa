/**
 * The limits of `connect()` and `begin()`: a connection, its BEGIN and COMMIT come in time, or not at all.
 *
 * @module
 */
import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type Connection,
  createEngine,
  createSyncEngine,
  type Engine,
  type EngineOptions,
  sessionmaker,
  syncSessionmaker,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { AnswerTimeoutError, CommitOutcomeUnknownError } from "./errors.ts";
import { Stopwatch } from "../../testing/lateness.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { WAYS } from "../../testing/ways.ts";
import { EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);
const timeout = 300;

/**
 * Runs a call that must end at its limit.
 *
 * @returns what it failed with.
 */
async function atItsLimit(call: () => unknown): Promise<unknown> {
  const watch = new Stopwatch();
  const error = await (async () => await call())().then(() => undefined, (thrown) => thrown);
  watch.assertAt(timeout);
  return error;
}

function assertUnsent(error: unknown): void {
  assertInstanceOf(error, AnswerTimeoutError);
  assertEquals(error.outcome, "unsent");
  assertMatch(error.message, /^No connection within 0\.\d{1,3} s: nothing was sent\.$/); // of a session it is what is left
}

for (const { name: way, driver, options, blocks } of WAYS) {
  const test = (name: string, run: (engine: Engine, proxy: StallingProxy) => Promise<void>, more: EngineOptions = {}) =>
    database.test(`${way}: ${name}`, async (url) => {
      await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
      const engine = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0, ...options, ...more });
      await run(engine, proxy);
      await proxy.resume();
      await engine.begin(async (connection) => { // the pool gets going again
        assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
      });
      await engine.dispose();
    });

  test("connect({ timeout }) while a connection is being opened", async (engine, proxy) => {
    await proxy.stall();
    assertUnsent(await atItsLimit(() => engine.connect({ timeout })));
  });

  test("connect({ timeout }) during a ping", async (engine, proxy) => {
    await (await engine.connect({ timeout: 60_000 })).close();
    await proxy.stall();
    assertUnsent(await atItsLimit(() => engine.connect({ timeout })));
  }, { poolPrePing: true });

  test("connect({ timeout }) while others hold all connections", async (engine) => {
    await using _holder = await engine.connect();
    assertUnsent(await atItsLimit(() => engine.connect({ timeout })));
  });

  test("a session's call that must connect first", async (engine, proxy) => {
    await proxy.stall();
    await using session = sessionmaker(engine)();
    assertUnsent(await atItsLimit(() => session.execute("SELECT 1", [], { timeout })));
  });

  const BEGINNERS: Record<string, typeof engineBegin> = { engine: engineBegin, session: sessionBegin };
  for (const [what, begin] of Object.entries(BEGINNERS)) {
    test(`begin() of an ${what} keeps its timeout: connecting`, async (engine, proxy) => {
      await proxy.stall();
      assertUnsent(await atItsLimit(() => begin(engine, () => Promise.resolve(), { timeout })));
    });

    test(`begin() of an ${what} keeps its timeout: COMMIT`, async (engine, proxy) => {
      await (await engine.connect()).close(); // opening a connection may take longer than the timeout
      let watch: Stopwatch | undefined;
      const work = async (execute: (sql: string) => Promise<unknown>) => {
        await execute("CREATE TEMP TABLE t ()");
        await proxy.stallAt("COMMIT");
        watch = new Stopwatch();
      };
      await assertRejects(() => begin(engine, work, { timeout }), CommitOutcomeUnknownError);
      watch!.assertAt(timeout);
    });

    if (blocks) continue; // no signal reaches a thread that waits

    test(`begin() of an ${what} ends with its signal: COMMIT`, async (engine, proxy) => {
      const controller = new AbortController();
      const work = async (execute: (sql: string) => Promise<unknown>) => {
        await execute("CREATE TEMP TABLE t ()");
        await proxy.stallAt("COMMIT");
        setTimeout(() => controller.abort(new RangeError("enough")));
      };
      const { signal } = controller;
      const error = await assertRejects(() => begin(engine, work, { signal }), CommitOutcomeUnknownError);
      assertStrictEquals(error.cause, signal.reason);
    });
  }

  if (!blocks) {
    test("the signal of begin() does not cancel a statement of the work", async (engine) => {
      const controller = new AbortController();
      let answer: unknown;
      const work = async (connection: Connection) => {
        const sleeping = connection.execute("SELECT pg_sleep(0.2)::text || 'done'");
        controller.abort(new RangeError("enough"));
        answer = (await sleeping).scalarOne();
      };
      const error = await assertRejects(() => engine.begin(work, { signal: controller.signal }));
      assertStrictEquals(error, controller.signal.reason);
      assertEquals(answer, "done");
    });
  }

  test("begin() of an engine keeps its timeout: BEGIN", async (engine, proxy) => {
    await (await engine.connect()).close();
    await proxy.stallAt("BEGIN");
    assertInstanceOf(await atItsLimit(() => engine.begin(() => {}, { timeout })), AnswerTimeoutError);
  });
}

type Work = (execute: (sql: string) => Promise<unknown>) => Promise<void>;

async function engineBegin(engine: Engine, work: Work, limits: { timeout?: number; signal?: AbortSignal }) {
  await engine.begin((connection) => work((sql) => connection.execute(sql)), limits);
}

async function sessionBegin(engine: Engine, work: Work, limits: { timeout?: number; signal?: AbortSignal }) {
  await sessionmaker(engine).begin((session) => work((sql) => session.execute(sql)), limits);
}

database.test("SyncEngine: connect() and begin() keep their timeout", async (url) => {
  await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver("libpq"));
  using engine = createSyncEngine(proxy.url, { poolPrePing: true });
  const getSession = syncSessionmaker(engine);
  const CALLS = [
    () => engine.connect({ timeout }),
    () => engine.begin(() => {}, { timeout }),
    () => getSession.begin(() => {}, { timeout }),
  ];
  for (const call of CALLS) {
    await proxy.stall();
    assertUnsent(await atItsLimit(call)); // it has to be opened
    await proxy.resume();
    engine.connect().close();
    await proxy.stall();
    assertUnsent(await atItsLimit(call)); // it is asked whether it still lives
    await proxy.resume();
  }
});

database.test("SyncEngine: the COMMIT of begin() keeps its timeout", async (url) => {
  await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver("libpq"));
  using engine = createSyncEngine(proxy.url);
  const BEGIN = {
    engine: (work: () => void) =>
      engine.begin((connection) => (connection.execute("CREATE TEMP TABLE t ()"), work()), { timeout }),
    session: (work: () => void) =>
      syncSessionmaker(engine).begin((session) => (session.execute("CREATE TEMP TABLE t ()"), work()), { timeout }),
  };
  for (const begin of Object.values(BEGIN)) {
    await proxy.stallAt("COMMIT"); // on this side of the thread that is blocked meanwhile
    let watch: Stopwatch | undefined;
    assertThrows(() => begin(() => void (watch = new Stopwatch())), CommitOutcomeUnknownError);
    watch!.assertAt(timeout);
    await proxy.resume();
  }
});
