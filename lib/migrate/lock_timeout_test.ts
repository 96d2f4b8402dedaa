import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { until } from "../../testing/until.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { upgrade } from "./commands.ts";
import { RevisionFailedError } from "./errors.ts";
import type { MigrationProgress } from "./progress.ts";
import { progressLine } from "./report.ts";
import { creating, makeMigrations, scratch, tables, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const A1 = { id: "a1", ...creating("one") };
const ALTER = {
  id: "b2",
  after: "a1",
  up: `${creating("two").up}
  await sql\`SELECT nextval('attempts')\`.execute(db);
  await db.schema.alterTable("one").addColumn("name", "text").execute();`,
};
const QUICK = { lockTimeout: 100, lockPause: 10 };

database.test("a revision that waits for a lock lets readers through between its attempts, and is run again whole", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, ALTER);
  await upgrade(engine, folder.directory, "a1");
  await engine.begin((connection) => connection.execute("CREATE SEQUENCE attempts"));
  await using holder = await engine.connect();
  await holder.execute("SELECT * FROM one"); // an open transaction holds ACCESS SHARE, which stops ALTER TABLE

  const told: MigrationProgress[] = [];
  const readers: Promise<unknown>[] = [];
  const onProgress = (progress: MigrationProgress) => {
    told.push(progress);
    if (progress.type !== "retrying") return;
    const reader = engine.begin((connection) => connection.execute("SELECT * FROM one"));
    readers.push(reader);
    if (progress.attempt === 2) void reader.then(() => holder.rollback()); // had the reader to wait, so had the ALTER
  };
  await upgrade(engine, folder.directory, "head", { ...QUICK, lockRetries: 20, onProgress });
  await Promise.all(readers);

  const types = told.map(({ type }) => type);
  assertEquals(types.slice(0, 4), ["running", "retrying", "running", "retrying"]);
  assertEquals(types.at(-1), "done");
  const first = progressLine(told[1]);
  assertEquals(first, "a1 → b2  revision b2  lock timeout (attempt 1 of 21); next in 10 ms");
  assertStringIncludes(progressLine(told[3]), "(attempt 2 of 21); next in 20 ms");
  await using connection = await engine.connect();
  const attempts = (await connection.execute("SELECT last_value FROM attempts")).scalarOne<bigint>();
  assertEquals(Number(attempts), types.filter((type) => type === "running").length);
  assertEquals([await tables(engine), await versions(engine)], [["one", "two"], ["b2"]]);
});

database.test("after the last attempt it gives up, names statement and SQLSTATE, and leaves nothing", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, ALTER);
  await upgrade(engine, folder.directory, "a1");
  await engine.begin((connection) => connection.execute("CREATE SEQUENCE attempts"));
  await using holder = await engine.connect();
  await holder.execute("SELECT * FROM one");
  const types: string[] = [];
  const onProgress = ({ type }: MigrationProgress) => void types.push(type);
  const error = await assertRejects(
    () => upgrade(engine, folder.directory, "head", { ...QUICK, lockRetries: 2, onProgress }),
    RevisionFailedError,
    "Or increase --lock-timeout",
  );
  assertEquals([error.revision, error.sqlstate], ["b2", "55P03"]);
  assertStringIncludes(error.statement!, `alter table "one"`);
  assertEquals(types, ["running", "retrying", "running", "retrying", "running"]);
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
});

database.test("outside a transaction the statement alone is tried again; a CONCURRENTLY waits as long as it takes", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, {
    id: "b2",
    after: "a1",
    transactional: false,
    up: `await sql\`CREATE INDEX CONCURRENTLY ix_one_id ON one (id)\`.execute(db);
  while ((await sql\`SELECT FROM gate\`.execute(db)).rows.length === 0) await sql\`SELECT pg_sleep(0.02)\`.execute(db);
  await sql\`SELECT nextval('attempts')\`.execute(db);
  await db.schema.alterTable("one").addColumn("name", "text").execute();`,
  });
  await upgrade(engine, folder.directory, "a1");
  await engine.begin((connection) => connection.execute("CREATE SEQUENCE attempts; CREATE TABLE gate ()"));
  const writer = await engine.connect(); // CONCURRENTLY waits for its end
  await writer.execute("INSERT INTO one VALUES (1)");
  const reader = await engine.connect();
  const done = Promise.withResolvers<void>();
  const told: MigrationProgress[] = [];
  const onProgress = (progress: MigrationProgress) => {
    told.push(progress);
    if (progress.type === "retrying" && progress.attempt === 1) done.resolve();
  };
  const run = upgrade(engine, folder.directory, "head", { ...QUICK, lockRetries: 20, onProgress });
  await engine.begin((connection) => connection.execute("SELECT pg_sleep(0.5)")); // longer than the lock timeout
  await writer.commit();
  await writer.close();
  const isValid = "SELECT FROM pg_index WHERE indexrelid = to_regclass('ix_one_id') AND indisvalid";
  await until("the index is there", () => engine.begin(async (c) => (await c.execute(isValid)).rowCount === 1));
  await reader.execute("SELECT * FROM one"); // stops the ALTER TABLE
  await engine.begin((connection) => connection.execute("INSERT INTO gate DEFAULT VALUES"));
  await Promise.race([done.promise, run]);
  await reader.close();
  await run;
  assertEquals(told[0].type, "running");
  assertEquals(told.filter(({ type }) => type === "running").length, 1);
  await using connection = await engine.connect();
  assertEquals((await connection.execute("SELECT last_value::int FROM attempts")).scalarOne<number>(), 1);
  assertEquals(await versions(engine), ["b2"]);
});

database.test("statements wait for locks for 5 s, or as long as one says, inside a transaction and outside", async (url) => {
  for (const transactional of [true, false]) {
    const { engine } = await scratch(url);
    await using _engine = engine;
    const keep = "await sql`INSERT INTO seen VALUES (current_setting('lock_timeout'))`.execute(db);";
    await using folder = await makeMigrations(
      { id: "a1", up: "await sql`CREATE TABLE seen (value text)`.execute(db);" },
      { id: "b2", after: "a1", up: keep, transactional },
      { id: "c3", after: "b2", up: keep, transactional },
    );
    await upgrade(engine, folder.directory, "b2");
    await upgrade(engine, folder.directory, "head", { lockTimeout: 250 });
    await using connection = await engine.connect();
    assertEquals((await connection.execute("SELECT value FROM seen")).scalars().all(), ["5s", "250ms"]);
  }
});
