/**
 * Time limits of a session: each call's own, or one for all its statements, while nothing arrives any more.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { AnswerTimeoutError, CommitOutcomeUnknownError } from "../engine/errors.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { createEngine, select, type Session, sessionmaker, type SessionOptions } from "../mod.ts";
import { EngineUrl } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { metadata, Toy } from "../../testing/playground.ts";
import { Stopwatch } from "../../testing/lateness.ts";

const database = testDatabase(import.meta.url);
const KEY = "5f0c0b0e-1f2d-4c3b-8a59-6d7e8f901234";
const timeout = 300;

async function inTime(call: () => Promise<unknown>): Promise<unknown> {
  const watch = new Stopwatch();
  const error = await call().then(() => undefined, (thrown) => thrown);
  watch.assertAt(timeout);
  return error;
}

interface Fixture {
  session: Session;
  proxy: StallingProxy;
  /** In the identity map. */
  toy: Toy;
}

for (const driver of ["pg", "postgres"] as const) {
  const test = (name: string, run: (fixture: Fixture) => Promise<void>, options: SessionOptions = {}) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
      const engine = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0, connectTimeout: 2_000 });
      await engine.begin((connection) => metadata.createAll(connection));
      const session = sessionmaker(engine, options)();
      const toy = new Toy({ name: "kite" });
      session.add(toy);
      await session.commit();
      await session.scalars(select(Toy).where("id", "=", KEY));
      await run({ session, proxy, toy });
      await proxy.resume();
      await session.close();
      await using next = sessionmaker(engine)();
      assertEquals(await next.scalar("SELECT 1 AS one"), 1); // the pool gets going again
      await next.close();
      await engine.dispose();
    });

  const CALLS: Record<string, (session: Session, toy: Toy, signal?: AbortSignal) => Promise<unknown>> = {
    "get()": (session, _, signal) => session.get(Toy, KEY, signal ? { signal } : { timeout }),
    "execute()": (session, _, signal) => session.execute(select(Toy), [], signal ? { signal } : { timeout }),
    "scalar()": (session, _, signal) => session.scalar("SELECT 1", [], signal ? { signal } : { timeout }),
    "scalars()": (session, _, signal) => session.scalars(select(Toy), [], signal ? { signal } : { timeout }),
    "refresh()": (session, toy, signal) => session.refresh(toy, signal ? { signal } : { timeout }),
    "beginNested()": (session, _, signal) => session.beginNested(signal ? { signal } : { timeout }),
    "flush()": (session, toy, signal) => {
      toy.name = "car";
      return session.flush(signal ? { signal } : { timeout });
    },
    "stream()": (session, _, signal) =>
      session.stream(select(Toy), [], signal ? { signal } : { timeout }).partitions().next(),
  };

  for (const [name, call] of Object.entries(CALLS)) {
    test(`${name} keeps its timeout`, async ({ session, proxy, toy }) => {
      await proxy.stall();
      assertInstanceOf(await inTime(() => call(session, toy)), AnswerTimeoutError);
    });

    test(`${name} throws the signal's reason`, async ({ session, proxy, toy }) => {
      await proxy.stall();
      const controller = new AbortController();
      const reason = new RangeError("enough");
      setTimeout(() => controller.abort(reason), timeout);
      assertStrictEquals(await inTime(() => call(session, toy, controller.signal)), reason);
    });
  }

  test("commit(): its outcome is unknown", async ({ session, proxy }) => {
    session.add(new Toy({ name: "car" }));
    await proxy.stallAt("COMMIT");
    // the INSERT that travels with it has no answer either, but that is not what matters
    assertInstanceOf(await inTime(() => session.commit({ timeout })), CommitOutcomeUnknownError);
  });

  for (const call of ["rollback", "close"] as const) {
    test(`${call}() takes no longer than it may, and does not throw`, async ({ session, proxy, toy }) => {
      toy.name = "car";
      await session.flush();
      await proxy.stall();
      assertEquals(await inTime(() => session[call]({ timeout })), undefined);
      assertEquals(session.state, call === "close" ? "closed" : "idle");
    });
  }

  test("commandTimeout is for each statement of the session", async ({ session, proxy, toy }) => {
    assertStrictEquals(await session.get(Toy, toy.id), toy);
    await proxy.stall();
    assertStrictEquals(await session.get(Toy, toy.id), toy); // from the identity map: nothing is sent
    assertInstanceOf(await inTime(() => session.get(Toy, KEY)), AnswerTimeoutError);
  }, { commandTimeout: timeout });

  test("a session's timeout is for all its calls together", async ({ proxy }) => {
    await using engine = createEngine(proxy.url, { connectTimeout: 2_000 });
    await (await engine.connect()).close();
    const watch = new Stopwatch();
    await using session = sessionmaker(engine, { timeout })();
    await session.scalar("SELECT pg_sleep(0.2)");
    const late = session.execute("SELECT pg_sleep(5)"); // has a third of the time
    assertInstanceOf(await late.catch((error) => error), AnswerTimeoutError);
    watch.assertAt(timeout);
    await session.rollback(); // is not limited by it
    assertEquals(session.state, "idle");
  });

  test("a call that must connect first keeps its limit", async ({ session, proxy }) => {
    await session.close();
    await using engine = createEngine(proxy.url, { connectTimeout: 1_000 });
    await proxy.stall();
    const other = sessionmaker(engine)();
    assertInstanceOf(await inTime(() => other.get(Toy, KEY, { timeout })), AnswerTimeoutError);
    await other.close();
  });
}
