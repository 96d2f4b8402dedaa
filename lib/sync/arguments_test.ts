/** A wrong argument is refused before anything is sent: by the engine, its connections and its sessions, both kinds. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { createEngine, createSyncEngine, DetachedObjectError, EncodingError, select } from "../mod.ts";
import { type EngineEvents, EngineUrl, sessionmaker, syncSessionmaker } from "../mod.ts";
import { Score, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { WAYS } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

// deno-lint-ignore no-explicit-any -- what is called here is wrong on purpose, in JavaScript as in a notebook
type Any = any;

/** A call and the class of its error. */
type Cases = Record<string, [(subject: Any) => unknown, new (...args: Any) => Error]>;

const wrongText = "SELECT $1::text";
const unencodable = Symbol("none");

const ENGINE: Cases = {
  "connect: no object": [(engine) => engine.connect("SERIALIZABLE"), TypeError],
  "connect: unknown name": [(engine) => engine.connect({ isolation: "SERIALIZABLE" }), TypeError],
  "connect: unknown level": [(engine) => engine.connect({ isolationLevel: "SNAPSHOT" }), RangeError],
  "connect: AUTOCOMMIT and readOnly": [
    (engine) => engine.connect({ isolationLevel: "AUTOCOMMIT", readOnly: true }),
    RangeError,
  ],
  "connect: readOnly of a wrong type": [(engine) => engine.connect({ readOnly: "yes" }), TypeError],
  "begin: no function": [(engine) => engine.begin(), TypeError],
  "begin: options in its place": [(engine) => engine.begin({ readOnly: true }, () => {}), TypeError],
  "begin: unknown level": [(engine) => engine.begin(() => {}, { isolationLevel: "snapshot" }), RangeError],
};

const CONNECTION: Cases = {
  "execute: nothing": [(connection) => connection.execute(), TypeError],
  "execute: no query": [(connection) => connection.execute({}), TypeError],
  "execute: parameters that are no list": [(connection) => connection.execute(wrongText, "sandy"), TypeError],
  "execute: parameters by name": [(connection) => connection.execute(wrongText, { name: "sandy" }), TypeError],
  "execute: parameters for a query that has its own": [
    (connection) => connection.execute(select(User).where("name", "=", "sandy"), ["sandy"]),
    TypeError,
  ],
  "execute: undefined as parameter": [(connection) => connection.execute(wrongText, [undefined]), EncodingError],
  "execute: a parameter without counterpart": [
    (connection) => connection.execute(wrongText, [unencodable]),
    EncodingError,
  ],
  "execute: unknown option": [(connection) => connection.execute("SELECT 1", [], { onlyRead: true }), TypeError],
  "execute: a signal for the options": [
    (connection) => connection.execute("SELECT 1", [], AbortSignal.abort()),
    TypeError,
  ],
  "execute: options that are null": [(connection) => connection.execute("SELECT 1", [], null), TypeError],
  "execute: onlyReads of a wrong type": [
    (connection) => connection.execute("SELECT 1", [], { onlyReads: 1 }),
    TypeError,
  ],
  "stream: no query": [(connection) => connection.stream({}), TypeError],
  "stream: parameters that are no list": [(connection) => connection.stream(wrongText, "sandy"), TypeError],
  "stream: undefined as parameter": [(connection) => connection.stream(wrongText, [undefined]), EncodingError],
  "stream: partitions of no rows": [(connection) => connection.stream("SELECT 1").partitions(0), RangeError],
  "begin: no object": [(connection) => connection.begin("SERIALIZABLE"), TypeError],
  "begin: unknown name": [(connection) => connection.begin({ readonly: true }), TypeError],
  "begin: unknown level": [(connection) => connection.begin({ isolationLevel: "serializable" }), RangeError],
};

const SESSION: Cases = {
  "get: no model": [(session) => session.get(undefined, 1), TypeError],
  "get: an object that is no model": [(session) => session.get({}, 1), TypeError],
  "get: no key": [(session) => session.get(User), EncodingError],
  "get: the key in an object": [(session) => session.get(User, { id: "sandy" }), TypeError],
  "get: a part of the key": [(session) => session.get(Score, { game: "chess" }), EncodingError],
  "get: a value for two columns": [(session) => session.get(Score, "chess"), EncodingError],
  "get: unknown option": [(session) => session.get(User, crypto.randomUUID(), { forUpdate: true }), TypeError],
  "get: unknown lock": [
    (session) => session.get(User, crypto.randomUUID(), { withForUpdate: { nowait: true } }),
    TypeError,
  ],
  "get: a lock of a wrong type": [
    (session) => session.get(User, crypto.randomUUID(), { withForUpdate: "nowait" }),
    TypeError,
  ],
  "getOne: the key in an object": [(session) => session.getOne(User, { id: "sandy" }), TypeError],
  "execute: no query": [(session) => session.execute({}), TypeError],
  "execute: parameters that are no list": [(session) => session.execute(wrongText, "sandy"), TypeError],
  "execute: a parameter without counterpart": [(session) => session.execute(wrongText, [unencodable]), EncodingError],
  "execute: undefined in a query": [
    (session) => session.execute(select(User).where("name", "=", undefined as Any)),
    EncodingError,
  ],
  "scalar: no query": [(session) => session.scalar(5), TypeError],
  "scalars: a parameter without counterpart": [(session) => session.scalars(wrongText, [undefined]), EncodingError],
  "stream: no query": [(session) => session.stream({}), TypeError],
  "stream: a parameter without counterpart": [(session) => session.stream(wrongText, [unencodable]), EncodingError],
  "streamScalars: no query": [(session) => session.streamScalars(undefined), TypeError],
  "stream: partitions of half a row": [(session) => session.stream("SELECT 1").partitions(0.5), RangeError],
  "add: nothing": [(session) => session.add(), TypeError],
  "add: an object of no model": [(session) => session.add({ name: "sandy" }), TypeError],
  "delete: an object of no session": [
    (session) => session.delete(new User({ name: "nobody" })),
    DetachedObjectError,
  ],
  "expire: an object of no session": [(session) => session.expire(new User({ name: "nobody" })), DetachedObjectError],
  "refresh: an object of no session": [(session) => session.refresh(new User({ name: "x" })), DetachedObjectError],
  "refresh: nothing": [(session) => session.refresh(), TypeError],
  "expunge: an object of no session": [(session) => session.expunge(new User({ name: "x" })), DetachedObjectError],
  "merge: nothing": [(session) => session.merge(), TypeError],
  "merge: an object of no model": [(session) => session.merge({ name: "sandy" }), TypeError],
  "execute: a limit of a wrong type": [(session) => session.execute(wrongText, ["x"], { timeout: "1s" }), TypeError],
  "flush: an unknown option": [(session) => session.flush({ limit: 5 }), TypeError],
};

const BEGIN: Cases = {
  "begin: no object": [(session) => session.begin("SERIALIZABLE"), TypeError],
  "begin: unknown level": [(session) => session.begin({ isolationLevel: "snapshot" }), RangeError],
  "begin: an option of the session": [(session) => session.begin({ autoflush: false }), TypeError],
};

const MAKER: Cases = {
  "begin: no function": [(maker) => maker.begin(), TypeError],
  "begin: unknown level": [(maker) => maker.begin(() => {}, { isolationLevel: "snapshot" }), RangeError],
};

/** Only where there are promises. */
const ASYNC_CONNECTION: Cases = {
  "execute: a signal of a wrong type": [
    (connection) => connection.execute("SELECT 1", [], { signal: 500 }),
    TypeError,
  ],
  "stream: unknown option": [(connection) => connection.stream("SELECT 1", [], { size: 10 }), TypeError],
};
const ASYNC_SESSION: Cases = {
  "stream: unknown option": [(session) => session.stream("SELECT 1", [], { size: 10 }), TypeError],
};
/** No signal reaches a blocked thread. */
const SYNC_SESSION: Cases = {
  "get: a signal": [(session) => session.get(User, crypto.randomUUID(), { signal: AbortSignal.abort() }), TypeError],
  "execute: a signal": [(session) => session.execute("SELECT 1", [], { signal: AbortSignal.abort() }), TypeError],
  "commit: a signal": [(session) => session.commit({ signal: AbortSignal.abort() }), TypeError],
  "beginNested: a signal": [(session) => session.beginNested({ signal: AbortSignal.abort() }), TypeError],
};
const ASYNC_ENGINE: Cases = {
  "connect: a signal of a wrong type": [(engine) => engine.connect({ signal: 500 }), TypeError],
  "connect: a holder of a wrong type": [(engine) => engine.connect({ holder: "me" }), TypeError],
};

/** Makes each call, and says of it what was thrown and sent. */
async function check(cases: Cases, subject: unknown, events: EngineEvents, is: unknown[]): Promise<void> {
  const sent: string[] = [];
  const stop = events.on("send", ({ sql }) => sent.push(sql));
  for (const [name, [call, type]] of Object.entries(cases)) {
    let thrown: unknown;
    try {
      await call(subject);
    } catch (error) {
      thrown = error;
    }
    is.push(name);
    assertInstanceOf(thrown, type, `${name}: ${thrown}`);
    assertEquals(thrown.constructor.name, type.name, `${name}: ${thrown}`);
    assertEquals(sent, [], name);
  }
  stop();
}

for (const { name: way, driver, options } of WAYS) {
  database.test(`${way}: a wrong argument is refused, and nothing is sent`, async (url) => {
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), options);
    const seen: unknown[] = [];
    await check({ ...ENGINE, ...ASYNC_ENGINE }, engine, engine.events, seen);
    for (const isolationLevel of [undefined, "AUTOCOMMIT"] as const) {
      await using connection = await engine.connect({ isolationLevel });
      await check({ ...CONNECTION, ...ASYNC_CONNECTION }, connection, engine.events, seen);
      assertEquals(connection.inTransaction, false);
    }
    const getSession = sessionmaker(engine);
    await using session = getSession();
    await check(BEGIN, session, engine.events, seen);
    session.add(new User({ name: "waits to be written" }));
    await check({ ...SESSION, ...ASYNC_SESSION }, session, engine.events, seen);
    assertEquals(session.new.size, 1);
    await check(MAKER, getSession, engine.events, seen);
    assertEquals(seen.length, 10 + 2 * 20 + 3 + 32 + 2);
  });
}

database.test("without promises: a wrong argument is refused, and nothing is sent", async (url) => {
  using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const seen: unknown[] = [];
  await check(ENGINE, engine, engine.events, seen);
  for (const isolationLevel of [undefined, "AUTOCOMMIT"] as const) {
    using connection = engine.connect({ isolationLevel });
    await check(CONNECTION, connection, engine.events, seen);
    assertEquals(connection.inTransaction, false);
  }
  const getSession = syncSessionmaker(engine);
  using session = getSession();
  await check(BEGIN, session, engine.events, seen);
  session.add(new User({ name: "waits to be written" }));
  await check({ ...SESSION, ...SYNC_SESSION }, session, engine.events, seen);
  session.close();
  await check(MAKER, getSession, engine.events, seen);
  assertEquals(seen.length, 8 + 2 * 18 + 3 + 31 + 4 + 2);
});

Deno.test("options of sessions are checked where sessions are made", () => {
  const engine = createEngine("postgresql://localhost") as Any;
  const syncEngine = createSyncEngine("postgresql+libpq://localhost") as Any;
  for (const make of [() => sessionmaker(engine, { autoFlush: false } as Any), () => sessionmaker(engine, 5 as Any)]) {
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    assertInstanceOf(thrown, TypeError);
  }
  let thrown: unknown;
  try {
    syncSessionmaker(syncEngine, { isolationLevel: "snapshot" } as Any);
  } catch (error) {
    thrown = error;
  }
  assertInstanceOf(thrown, RangeError);
});
