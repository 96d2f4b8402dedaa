import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { current, downgrade, dryRun, upgrade } from "./commands.ts";
import { NotInOneTransactionError, RevisionFailedError } from "./errors.ts";
import { dryRunLines } from "./report.ts";
import { creating, makeMigrations, type RevisionText, scratch, tables, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const A1: RevisionText = { id: "a1", ...creating("one") };
const B2: RevisionText = {
  id: "b2",
  after: "a1",
  up: `await sql\`INSERT INTO one VALUES (\${1}), (\${2})\`.execute(db);
  await db.schema.alterTable("one").addColumn("name", "text").execute();`,
  down: `await db.schema.alterTable("one").dropColumn("name").execute();`,
};
const FAILING: RevisionText = { id: "c3", after: "b2", up: "await sql`SELECT 1 / 0`.execute(db);" };
const CONCURRENT: RevisionText = {
  id: "c3",
  after: "b2",
  transactional: false,
  up: "await sql`CREATE INDEX CONCURRENTLY ix_one_id ON one (id)`.execute(db);",
};
const MOOD: RevisionText = { id: "a1", up: `await sql\`CREATE TYPE mood AS ENUM ('sad')\`.execute(db);` };
const NEW_VALUE: RevisionText[] = [
  MOOD,
  { id: "b2", after: "a1", up: "await sql`ALTER TYPE mood ADD VALUE 'happy'`.execute(db);" },
  { id: "c3", after: "b2", up: "await sql`SELECT 'happy'::mood`.execute(db);" },
];

database.test("--single-transaction: all revisions, or none", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, FAILING);
  const error = await assertRejects(
    () => upgrade(engine, folder.directory, "head", { singleTransaction: true }),
    RevisionFailedError,
    "Everything was rolled back; the database is at base.",
  );
  assertEquals([error.revision, error.sqlstate], ["c3", "22012"]);
  assertEquals([await tables(engine), await current(engine, folder.directory)], [[], []]);

  const steps = await upgrade(engine, folder.directory, "b2", { singleTransaction: true });
  assertEquals(steps.map(({ to }) => to), [["a1"], ["b2"]]);
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["b2"]]);
  await downgrade(engine, folder.directory, "base", { singleTransaction: true });
  assertEquals([await tables(engine), await versions(engine)], [[], []]);
});

database.test("--single-transaction and --dry-run refuse what runs outside a transaction, naming it", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, CONCURRENT);
  const attempts = [
    () => upgrade(engine, folder.directory, "head", { singleTransaction: true }),
    () => dryRun(engine, folder.directory, "upgrade", "head"),
  ];
  for (const attempt of attempts) {
    const error = await assertRejects(attempt, NotInOneTransactionError, "c3 (revision c3)");
    assertEquals([error.revision, await tables(engine)], ["c3", []]);
  }
  assertEquals((await upgrade(engine, folder.directory)).length, 3, "each in its own way it runs");
});

database.test("--single-transaction and --dry-run refuse to use an enum value where it was added", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(...NEW_VALUE);
  await upgrade(engine, folder.directory, "a1");
  const attempts = [
    () => upgrade(engine, folder.directory, "head", { singleTransaction: true }),
    () => dryRun(engine, folder.directory, "upgrade", "head"),
  ];
  for (const attempt of attempts) {
    const error = await assertRejects(attempt, NotInOneTransactionError, "it uses an enum value");
    assertEquals([error.revision, await versions(engine)], ["c3", ["a1"]]);
  }
  assertEquals((await upgrade(engine, folder.directory)).length, 2, "each in its own transaction it runs");
});

database.test("a revision that uses the enum value it adds is told to leave that to a later one", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const both = `${NEW_VALUE[1].up}\n  ${NEW_VALUE[2].up}`;
  await using folder = await makeMigrations(MOOD, { id: "b2", after: "a1", up: both });
  const error = await assertRejects(
    () => upgrade(engine, folder.directory),
    RevisionFailedError,
    "Use it in a later revision",
  );
  assertEquals([error.sqlstate, await versions(engine)], ["55P04", ["a1"]]);
});

database.test("--dry-run shows statements, rows and what the schema gains and loses, and changes nothing", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  const run = await dryRun(engine, folder.directory, "upgrade", "head");
  assertEquals(dryRunLines(run), [
    "-- base → a1  revision a1",
    `create table "one" ("id" integer);`,
    "-- a1 → b2  revision b2",
    "INSERT INTO one VALUES ('1'), ('2');  -- 2 rows",
    `alter table "one" add column "name" text;`,
    "",
    "Schema changes:",
    "+ one table",
    "+ one column id integer",
    "+ one column name text",
    "",
    "Dry run: everything was rolled back.",
  ]);
  await using connection = await engine.connect();
  const left = await connection.execute("SELECT FROM pg_class WHERE relnamespace = $1::regnamespace", [schema]);
  assertEquals(left.rowCount, 0, "neither a table nor the version table");

  await upgrade(engine, folder.directory);
  const down = await dryRun(engine, folder.directory, "downgrade", "-1");
  assertEquals(down.changes, ["- one column name text"]);
  assertEquals(await versions(engine), ["b2"]);
  assertEquals(dryRunLines(await dryRun(engine, folder.directory, "upgrade", "head")), ["nothing to do"]);
});

database.test("--dry-run finds what would fail, also at COMMIT", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    id: "a1",
    up: `await sql\`CREATE TABLE one (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)\`.execute(db);
  await sql\`INSERT INTO one VALUES (1), (1)\`.execute(db);`,
  });
  const error = await assertRejects(() => dryRun(engine, folder.directory, "upgrade", "head"), RevisionFailedError);
  assertEquals([error.revision, error.sqlstate, await tables(engine)], ["a1", "23505", []]);
});

database.test("what a revision sets for its session does not reach the next one", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const away: RevisionText = { id: "a1", up: `await sql\`SET search_path TO ''\`.execute(db);` };
  for (const singleTransaction of [false, true]) {
    await using folder = await makeMigrations(away, { id: "b2", after: "a1", ...creating("one") });
    await upgrade(engine, folder.directory, "head", { singleTransaction });
    assertEquals(await tables(engine), ["one"]);
    await downgrade(engine, folder.directory, "base", { singleTransaction });
  }
});

database.test("a statement that must run outside a transaction is told what to export", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, { ...CONCURRENT, transactional: true });
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
  assertEquals(error.sqlstate, "25001");
  assertStringIncludes(error.message, "export const transactional = false");
  assertEquals(await versions(engine), ["b2"]);
});
