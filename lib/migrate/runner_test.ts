import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createEngine } from "../engine/engine.ts";
import { DatabaseError } from "../engine/errors.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { current, downgrade, history, upgrade } from "./commands.ts";
import {
  InvalidTargetError,
  MigrationLockTimeoutError,
  MissingSchemaError,
  RevisionFailedError,
  RevisionTransactionError,
  UnknownDatabaseRevisionError,
  VersionTableChangedError,
} from "./errors.ts";
import { MigrationLock } from "./migration_lock.ts";
import { progressLine } from "./report.ts";
import type { MigrationProgress } from "./progress.ts";
import {
  creating,
  makeMigrations,
  onSchemas,
  type RevisionText,
  scratch,
  tables,
  versions,
} from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);

const A1: RevisionText = { id: "a1", ...creating("one") };
const B2: RevisionText = { id: "b2", after: "a1", ...creating("two") };

for (const driver of ["pg", "postgres"] as const) {
  database.test(`upgrade runs what is missing, in order, and nothing the second time [${driver}]`, async (url) => {
    const { engine } = await scratch(url, driver);
    await using _engine = engine;
    await using folder = await makeMigrations(B2, A1);
    const told: MigrationProgress[] = [];
    const onProgress = (progress: MigrationProgress) => void told.push(progress);

    const steps = await upgrade(engine, folder.directory, "head", { onProgress });
    assertEquals(steps.map(({ from, to }) => [from, to]), [[[], ["a1"]], [["a1"], ["b2"]]]);
    assertEquals(await tables(engine), ["one", "two"]);
    assertEquals(await versions(engine), ["b2"]);

    assertEquals(await upgrade(engine, folder.directory, "head", { onProgress }), []);
    assertEquals(told.map(({ type }) => type), ["running", "done", "running", "done", "unchanged"]);
    assertEquals(progressLine(told[0]), "base → a1  revision a1  …");
    assertEquals(progressLine(told[3]).replace(/\d+ ms/, "N ms"), "a1 → b2  revision b2  (N ms)");
    assertEquals(progressLine(told[4]), "already at head: b2 revision b2");
  });

  database.test(`downgrade -1 undoes the last revision, base all [${driver}]`, async (url) => {
    const { engine } = await scratch(url, driver);
    await using _engine = engine;
    await using folder = await makeMigrations(A1, B2);
    await upgrade(engine, folder.directory);
    await downgrade(engine, folder.directory, "-1");
    assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
    await upgrade(engine, folder.directory, "+1");
    await downgrade(engine, folder.directory, "base");
    assertEquals([await tables(engine), await versions(engine)], [[], []]);
    await assertRejects(() => downgrade(engine, folder.directory, "-1"), InvalidTargetError, "nothing to undo");
  });

  database.test(`a failing revision is rolled back whole, those before it stay [${driver}]`, async (url) => {
    const { engine } = await scratch(url, driver);
    await using _engine = engine;
    const failing = `${B2.up}\n  await sql\`INSERT INTO two VALUES (\${1}, \${2})\`.execute(db);`;
    await using folder = await makeMigrations(A1, { ...B2, up: failing }, { id: "c3", after: "b2" });

    const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
    assertEquals([error.revision, error.sqlstate, error.statement], ["b2", "42601", "INSERT INTO two VALUES ($1, $2)"]);
    for (
      const part of ["b2 (revision b2)", "SQLSTATE: 42601", "INSERT INTO two", "database is at a1"]
    ) {
      assertStringIncludes(error.message, part);
    }
    assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);

    await folder.add(B2);
    assertEquals((await upgrade(engine, folder.directory)).length, 2, "corrected, it goes on where it stopped");
  });

  database.test(`a connection lost in a revision leaves the database as it was [${driver}]`, async (url) => {
    const { engine } = await scratch(url, driver);
    await using _engine = engine;
    await using folder = await makeMigrations({
      ...A1,
      up: `${A1.up}\n  await sql\`SELECT pg_terminate_backend(pg_backend_pid())\`.execute(db);`,
    });
    const error = await assertRejects(
      () => upgrade(engine, folder.directory),
      RevisionFailedError,
      "connection to PostgreSQL was lost",
    );
    assertStringIncludes(error.message, "Run the command again when the server accepts connections.");
    assertNotMatch(error.message, /Correct the revision/);
    assertEquals([await tables(engine), await versions(engine)], [[], []]);
    await folder.add(A1);
    assertEquals((await upgrade(engine, folder.directory)).length, 1);
  });

  database.test(`db.transaction() in a revision is a savepoint [${driver}]`, async (url) => {
    const { engine } = await scratch(url, driver);
    await using _engine = engine;
    await using folder = await makeMigrations({
      ...A1,
      up: `${A1.up}
  await db.transaction().execute((trx) => trx.insertInto("one").values({ id: 1 }).execute());
  await db.transaction().execute(async (trx) => {
    await trx.insertInto("one").values({ id: 2 }).execute();
    await sql\`SELECT 1 / 0\`.execute(trx);
  }).catch(() => {});
  const trx = await db.startTransaction().execute();
  await trx.insertInto("one").values({ id: 3 }).execute();
  await trx.rollback().execute();`,
    });
    await upgrade(engine, folder.directory);
    await using connection = await engine.connect();
    assertEquals((await connection.execute("SELECT id FROM one")).scalars().all(), [1]);
  });
}

database.test("of a failure that a revision swallowed, the statement that failed is named", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    ...A1,
    up: `await sql\`SELECT 1 / 0\`.execute(db).catch(() => {});\n  ${A1.up}`,
  });
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError, "SELECT 1 / 0");
  assertEquals([error.sqlstate, error.statement], ["22012", "SELECT 1 / 0"]);
  assertEquals(await tables(engine), []);
});

database.test("a mistake in a revision's code is told with its place in the file", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ ...A1, up: `${A1.up}\n  await (db as any).nothing.there();` });
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError, "TypeError");
  assertStringIncludes(error.message, "At: a1_a1.ts:15:");
  assertEquals([error.sqlstate, await tables(engine)], [undefined, []]);
});

database.test("a query that a revision does not wait for is told, whether it would fail or not", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const later = "\n  await new Promise((done) => setTimeout(done));";
  const ways: [up: string, message: RegExp][] = [
    ["sql`SELECT 1 / 0`.execute(db);", /did not await a query: SELECT 1/], // before it is sent
    [`sql\`SELECT pg_sleep(0.1)\`.execute(db);${later}`, /did not await a query: SELECT pg_sleep/],
    [`sql\`SELECT 1 / length(pg_sleep(0.1)::text)\`.execute(db);${later}`, /Statement: SELECT 1|query: SELECT 1/],
    ["sql`CREATE TABLE two ()`.execute(db);\n  throw new Error('of its own');", /of its own/],
  ];
  for (const transactional of [true, false]) {
    for (const [up, message] of ways) {
      await using folder = await makeMigrations({ ...A1, up, transactional });
      const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
      assertMatch(error.message, message);
      assertEquals([error.revision, await tables(engine), await versions(engine)], ["a1", [], []]);
    }
  }
});

database.test("what is no fault of the revision is not told as one", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const causes: [sql: string, sqlstate: string, advice: RegExp][] = [
    ["SELECT pg_cancel_backend(pg_backend_pid())", "57014", /Run the command again/],
    ["SET transaction_read_only = on", "25006", /read-only.*primary server/],
    ["DO $$ BEGIN RAISE 'full' USING ERRCODE = '53100'; END $$", "53100", /when the cause is removed/],
  ];
  for (const [sql, sqlstate, advice] of causes) {
    await using folder = await makeMigrations({ ...A1, up: `await sql\`${sql}\`.execute(db);\n  ${A1.up}` });
    const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
    assertEquals(error.sqlstate, sqlstate);
    assertMatch(error.message, advice);
    assertNotMatch(error.message, /Correct the revision/);
  }
});

database.test("a deferred constraint that fails at COMMIT rolls the revision back", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    ...A1,
    up: `await sql\`CREATE TABLE one (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)\`.execute(db);
  await sql\`INSERT INTO one VALUES (1), (1)\`.execute(db);`,
  });
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
  assertEquals([error.sqlstate, error.statement], ["23505", "COMMIT"]);
  assertEquals([await tables(engine), await versions(engine)], [[], []]);
});

database.test("the version row and the revision's work are one transaction", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, {
    ...B2,
    up: `${B2.up}\n  await db.deleteFrom("schema_version").execute();`,
  });
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
  assertInstanceOf(error.cause, VersionTableChangedError);
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
});

database.test("a revision cannot end its transaction or change its isolation level", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const attempts = [
    "await sql`commit`.execute(db);",
    "await sql`BEGIN; SELECT 1; COMMIT`.execute(db);",
    "await sql`ROLLBACK WORK`.execute(db);",
    "await sql`-- done\n  COMMIT`.execute(db);",
    "await sql`SELECT 1; /* and */ COMMIT; CREATE TABLE two ()`.execute(db);",
    `await db.transaction().setIsolationLevel("serializable").execute(async () => {});`,
  ];
  for (const attempt of attempts) {
    await using folder = await makeMigrations({ ...A1, up: `${A1.up}\n  ${attempt}` });
    const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
    assertInstanceOf(error.cause, RevisionTransactionError);
    assertEquals(await tables(engine), []);
  }
  await using folder = await makeMigrations({
    ...A1,
    up: `await sql\`SAVEPOINT a\`.execute(db);\n  await sql\`ROLLBACK TO SAVEPOINT a\`.execute(db);\n  ${A1.up}`,
  });
  await upgrade(engine, folder.directory);
});

database.test("the version table is that of the first schema, not one further along the search path", async (url) => {
  const first = await scratch(url);
  const second = await scratch(url);
  await using _first = first.engine;
  await using _second = second.engine;
  await using folder = await makeMigrations(A1, B2);
  await upgrade(second.engine, folder.directory);
  await using both = createEngine(onSchemas(url, `${first.schema}%2C${second.schema}`));
  assertEquals(await current(both, folder.directory), []);
  await upgrade(both, folder.directory, "a1");
  assertEquals([await versions(first.engine), await versions(second.engine)], [["a1"], ["b2"]]);
});

database.test("a revision that changes the search path is recorded where it began", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    ...A1,
    up: `${A1.up}\n  await sql\`SET search_path TO ''\`.execute(db);`,
  });
  await upgrade(engine, folder.directory);
  await using connection = await engine.connect();
  await connection.execute("RESET search_path");
  assertEquals((await connection.execute("SELECT revision FROM schema_version")).scalars().all(), ["a1"]);
});

database.test("a schema that does not exist is told, with what to do", async (url) => {
  await using engine = createEngine(onSchemas(url, "nowhere"));
  await using folder = await makeMigrations(A1);
  await assertRejects(() => upgrade(engine, folder.directory), MissingSchemaError, "(nowhere) exists. Create one");
});

database.test("a database at a revision of which there is no file is left alone", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using newer = await makeMigrations(A1, B2);
  await using older = await makeMigrations(A1);
  await upgrade(engine, newer.directory);
  for (const command of [() => upgrade(engine, older.directory), () => history(engine, older.directory)]) {
    await assertRejects(command, UnknownDatabaseRevisionError, "revision b2, which has no file");
  }
});

database.test("history marks what is applied and where the database stands, and makes no table", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  const marks = async () =>
    (await history(engine, folder.directory)).map(({ revision, applied, current, head }) => [
      revision.id,
      { applied, current, head },
    ]);
  const b2 = { applied: false, current: false, head: true };
  assertEquals(await marks(), [["b2", b2], ["a1", { applied: false, current: false, head: false }]]);
  const error = await assertRejects(() => versions(engine), DatabaseError);
  assertEquals(error.sqlstate, "42P01");
  await upgrade(engine, folder.directory, "a1");
  assertEquals(await marks(), [["b2", b2], ["a1", { applied: true, current: true, head: false }]]);
});

database.test("who waits for another run is told for whom, gives up in time, and does not stop another schema", async (url) => {
  const { engine, schema } = await scratch(url);
  const other = await scratch(url);
  await using _engine = engine;
  await using _other = other.engine;
  await using folder = await makeMigrations(A1);
  await using holder = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await using _lock = await MigrationLock.acquire(holder, schema, { timeout: 0, onWait: () => {} });

  const told: string[] = [];
  const onProgress = (progress: MigrationProgress) => void told.push(progressLine(progress));
  const error = await assertRejects(
    () => upgrade(engine, folder.directory, "head", { onProgress, waitTimeout: 250 }),
    MigrationLockTimeoutError,
    `process ${holder.backendPid} ("deno", connected since 20`,
  );
  assertStringIncludes(error.message, "Timed out after 0.25 s");
  assertEquals(told.length, 1, "it says once for whom it waits");
  assertStringIncludes(told[0], `waiting for process ${holder.backendPid}`);
  assertEquals(await tables(engine), []);
  assertEquals((await upgrade(other.engine, folder.directory, "head", { waitTimeout: 0 })).length, 1);
});

database.test("waiting does not stand in the way of CREATE INDEX CONCURRENTLY of the run in progress", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1);
  await using holder = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  let waited = false;
  let waiter: Promise<unknown>;
  {
    await using _lock = await MigrationLock.acquire(holder, schema, { timeout: 0, onWait: () => {} });
    await holder.execute("CREATE TABLE busy (id integer)");
    const waiting = Promise.withResolvers<void>();
    waiter = upgrade(engine, folder.directory, "head", {
      waitTimeout: 60_000,
      onProgress: ({ type }) => {
        if (type === "waiting") waiting.resolve();
        waited ||= type === "waiting";
      },
    });
    await Promise.race([waiting.promise, waiter]);
    await holder.execute("SET statement_timeout = '30s'");
    await holder.execute("CREATE INDEX CONCURRENTLY ix_busy_id ON busy (id)");
  }
  await waiter;
  assert(waited);
  assertEquals(await tables(engine), ["busy", "one"]);
});
