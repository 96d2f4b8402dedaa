/**
 * An error of the database names the line of the caller, on every driver and however the statement got there.
 *
 * @module
 */
import { assert, assertInstanceOf } from "@std/assert";
import { sql } from "kysely";
import { createEngine, createSyncEngine, DatabaseError, type Engine, select } from "../mod.ts";
import { sessionmaker, type SyncEngine, syncSessionmaker } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { Toy, User } from "../../testing/playground.ts";
import { onDriver, WAYS as CONNECTED } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const WRONG = "SELECT missing";
const KEY = "5f0c0b0e-1f2d-4c3b-8a59-6d7e8f901234";

/** Ways to a statement that fails; there are no tables. Each begins with something that goes well. */
const WAYS: Record<string, (engine: Engine) => Promise<unknown>> = {
  "execute()": async (engine) => {
    await using connection = await engine.connect();
    await connection.execute("SELECT 1");
    await connection.execute(WRONG);
  },
  "execute() with parameters, first of a transaction": async (engine) => {
    await using connection = await engine.connect();
    await connection.execute("SELECT missing, $1::int", [1]);
  },
  "execute(), one of several together": async (engine) => {
    await using connection = await engine.connect();
    await Promise.all([connection.execute("SELECT 1"), connection.execute(WRONG)]);
  },
  "execute() with a signal": async (engine) => {
    await using connection = await engine.connect();
    await connection.execute(WRONG, [], { signal: new AbortController().signal });
  },
  "begin() of an engine": async (engine) => {
    await engine.begin(async (connection) => void await connection.execute(WRONG));
  },
  "stream()": async (engine) => {
    await using connection = await engine.connect();
    for await (const _ of connection.stream(WRONG)) assert(false);
  },
  "commit()": async (engine) => {
    await using connection = await engine.connect();
    await connection.execute(
      "CREATE TEMP TABLE twice (n int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO twice VALUES (1), (1)",
    );
    await connection.commit();
  },
  "a savepoint": async (engine) => {
    await using connection = await engine.connect();
    const savepoint = await connection.beginNested();
    await connection.execute("ROLLBACK; BEGIN");
    await savepoint.commit();
  },
  "execute() of a session": async (engine) => {
    await using session = sessionmaker(engine)();
    await session.execute(WRONG);
  },
  "get()": async (engine) => {
    await using session = sessionmaker(engine)();
    await session.get(Toy, KEY);
  },
  "scalars() of select()": async (engine) => {
    await using session = sessionmaker(engine)();
    await session.scalars(select(User));
  },
  "flush()": async (engine) => {
    await using session = sessionmaker(engine)();
    session.add(new Toy({ name: "kite" }));
    await session.flush();
  },
  "flush(), the second statement of several": async (engine) => {
    await using session = sessionmaker(engine)();
    await session.execute(
      "CREATE TEMP TABLE toys (id uuid, name text, created_at timestamptz, updated_on timestamptz)",
    );
    session.addAll([new Toy({ name: "kite" }), new User({ name: "sandy" })]);
    await session.flush();
  },
  "commit() of a session": async (engine) => {
    await using session = sessionmaker(engine)();
    session.add(new Toy({ name: "kite" }));
    await session.commit();
  },
  "stream() of a session": async (engine) => {
    await using session = sessionmaker(engine)();
    for await (const _ of session.streamScalars(select(User))) assert(false);
  },
  "a query of Kysely": async (engine) => {
    await engine.kysely<{ missing: { id: number } }>().selectFrom("missing").selectAll().execute();
  },
  "a template of Kysely, in a transaction": async (engine) => {
    // V8 knows a caller behind Kysely's queue a few turns after the call: an answer that is there at once comes before
    const failsLater = sql`SELECT 1 / length(pg_sleep(0.05)::text)`;
    await engine.kysely().transaction().execute((trx) => failsLater.execute(trx));
  },
};

const SYNC_WAYS: Record<string, (engine: SyncEngine) => void> = {
  "execute()": (engine) => {
    using connection = engine.connect();
    connection.execute(WRONG);
  },
  "stream()": (engine) => {
    using connection = engine.connect();
    for (const _ of connection.stream(WRONG)) assert(false);
  },
  "execute() of a session": (engine) => {
    using session = syncSessionmaker(engine)();
    session.execute(WRONG);
  },
  "commit() of a session": (engine) => {
    using session = syncSessionmaker(engine)();
    session.add(new Toy({ name: "kite" }));
    session.commit();
  },
  "begin() of an engine": (engine) => {
    engine.begin((connection) => connection.execute(WRONG));
  },
};

for (const { name: connected, driver, options } of CONNECTED) {
  for (const [name, way] of Object.entries(WAYS)) {
    database.test(`${connected}: ${name}`, async (url) => {
      await using engine = createEngine(onDriver(url, driver), { poolSize: 1, ...options });
      async function theCaller(): Promise<void> {
        await way(engine);
      }
      assertNames(await theCaller().then(() => undefined, (error) => error), "theCaller");
    });
  }
}

for (const [name, way] of Object.entries(SYNC_WAYS)) {
  database.test(`SyncEngine: ${name}`, (url) => {
    using engine = createSyncEngine(onDriver(url, "libpq"));
    let error: unknown;
    function theCaller(): void {
      way(engine);
    }
    try {
      theCaller();
    } catch (thrown) {
      error = thrown;
    }
    assertNames(error, "theCaller");
  });
}

function assertNames(error: unknown, caller: string): void {
  assertInstanceOf(error, DatabaseError);
  const lines = error.stack!.split("\n").filter((line) => line.includes("caller_line_test.ts"));
  assert(lines.some((line) => line.includes(caller)), error.stack);
}
