import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { current, downgradeSql, history, upgrade, upgradeSql } from "./commands.ts";
import { InvalidTargetError, OfflineError, RevisionFailedError } from "./errors.ts";
import {
  creating,
  fileTest,
  makeMigrations,
  type RevisionText,
  scratch,
  tables,
  versions,
} from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const A1: RevisionText = { id: "a1", ...creating("one") };
const B2: RevisionText = {
  id: "b2",
  after: "a1",
  up: `await db.insertInto("one").values([{ id: 1 }, { id: 2 }]).execute();
  await db.schema.alterTable("one").addColumn("name", "text").execute();
  await db.updateTable("one").set({ name: "it's $1; -- \\\\ odd" }).execute();
  await db.transaction().execute((trx) => sql\`SELECT setval(pg_get_serial_sequence('schema_version_log', 'id'), 100)\`.execute(trx));`,
  down: `await db.schema.alterTable("one").dropColumn("name").execute();`,
};
const C3: RevisionText = {
  id: "c3",
  after: "b2",
  transactional: false,
  up: "await sql`CREATE INDEX CONCURRENTLY ix_one_id ON one (id) -- for the search`.execute(db);",
  down: "await sql`DROP INDEX CONCURRENTLY ix_one_id`.execute(db);",
};

database.test("the script does what the upgrade does, statement by statement, and leaves version and log", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, C3);
  const script = await upgradeSql(folder.directory, "head");
  assertStringIncludes(script, `insert into "one" ("id") values ('1'), ('2');`);
  assertStringIncludes(script, `-- for the search\n;`);
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  for (const part of script.split(/(?<=;)\n\n/)) await connection.execute(part); // as psql does
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["c3"]]);
  const names = await connection.execute("SELECT DISTINCT name FROM one");
  assertEquals(names.scalars().all(), ["it's $1; -- \\ odd"]);
  const entries = await history(engine, folder.directory);
  assertEquals(entries.map(({ log, changed }) => [log?.direction, changed]), Array(3).fill(["up", false]));

  const back = await downgradeSql(folder.directory, "head:a1");
  for (const part of back.split(/(?<=;)\n\n/)) await connection.execute(part);
  assertEquals(await versions(engine), ["a1"]);
});

database.test("a part of the script stops at a database that is not where it begins", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  for (const singleTransaction of [true, false]) {
    const script = await upgradeSql(folder.directory, "a1:head", { singleTransaction });
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await assertRejects(() => connection.execute(script), Error, "expected the database to be at revision a1");
    await connection.execute("ROLLBACK");
    assertEquals([await tables(engine), await current(engine, folder.directory)], [[], []]);
  }
});

fileTest("each revision has a transaction of its own, or all have one", async () => {
  await using folder = await makeMigrations(A1, B2);
  const begins = (script: string) => script.match(/^BEGIN;$/gm)?.length;
  assertEquals(begins(await upgradeSql(folder.directory, "head")), 3, "the version table, and two revisions");
  assertEquals(begins(await upgradeSql(folder.directory, "head", { singleTransaction: true })), 2);
  const script = await upgradeSql(folder.directory, "head", { lockTimeout: 250 });
  assertEquals(script.match(/^SET LOCAL lock_timeout = 250;$/gm)?.length, 2);
  assertMatch(script, /SAVEPOINT sp_1;\n\nSELECT setval.*\n\nRELEASE SAVEPOINT sp_1;/);
});

fileTest("outside a transaction a script waits for locks no longer than asked, except in a CONCURRENTLY", async () => {
  await using folder = await makeMigrations({
    id: "a1",
    transactional: false,
    up: `await sql\`VACUUM one\`.execute(db);
  await sql\`CREATE INDEX CONCURRENTLY ix_one_id ON one (id)\`.execute(db);
  await sql\`ALTER TABLE one ADD name text\`.execute(db);`,
  });
  const script = await upgradeSql(folder.directory, "head", { lockTimeout: 250 });
  const [, part] = script.split("-- outside a transaction\n");
  assertEquals(part.split(/(?<=;)\n\n/).slice(1, 8), [
    "SET lock_timeout = 250;",
    "VACUUM one;",
    "RESET lock_timeout;",
    "CREATE INDEX CONCURRENTLY ix_one_id ON one (id);",
    "SET lock_timeout = 250;",
    "ALTER TABLE one ADD name text;",
    "RESET lock_timeout;",
  ]);
  assertEquals(
    part.match(/expected the database to be at revision base/g)?.length,
    2,
    "before the statements, and before the version row",
  );
});

fileTest("a revision that fails while it is written down is named", async () => {
  const mistakes: [up: string, message: string][] = [
    ["await (db as any).nothing.there();", "At: a1_a1.ts:14:"],
    ["db.schema.createTable('one').execute();", "did not await a query: create table"],
  ];
  for (const [up, message] of mistakes) {
    await using folder = await makeMigrations({ id: "a1", up });
    const error = await assertRejects(() => upgradeSql(folder.directory, "head"), RevisionFailedError, message);
    assertStringIncludes(error.message, "No script was written.");
  }
});

fileTest("a range says from where to where; a downgrade has to", async () => {
  await using folder = await makeMigrations(A1, B2, C3);
  const script = await upgradeSql(folder.directory, "a1:b2");
  assertEquals(script.match(/^-- .*→.*$/gm), ["-- a1 → b2  revision b2"]);
  const back = await downgradeSql(folder.directory, "b2:-1");
  assertEquals(back.match(/^-- .*→.*$/gm), ["-- b2 → a1  revision b2"]);
  await assertRejects(() => downgradeSql(folder.directory, "-1"), InvalidTargetError, "use from:to");
});

fileTest("a revision that reads data is refused by name, however it reads", async () => {
  const ways = [
    `const { rows } = await sql\`SELECT id FROM one\`.execute(db);\n  for (const row of rows) console.log(row);`,
    `if ((await sql\`SELECT 1\`.execute(db)).rows.length === 0) return;`,
    `const all = await db.selectFrom("one").selectAll().execute();\n  all.map(String);`,
    `await db.selectFrom("one").selectAll().executeTakeFirst();`,
    `const [{ numUpdatedRows }] = await db.updateTable("one").set({ id: 1 }).execute();
  if (numUpdatedRows > 0n) return;`,
    `for (let updated; updated !== 0n;) {
    updated = (await db.updateTable("one").set({ id: 1 }).executeTakeFirst()).numUpdatedRows;
  }`,
    `try {\n    (await sql\`SELECT 1\`.execute(db)).rows[0];\n  } catch {\n    // swallowed\n  }`,
  ];
  for (const up of ways) {
    await using folder = await makeMigrations(A1, { id: "b2", after: "a1", up });
    await assertRejects(
      () => upgradeSql(folder.directory, "head"),
      OfflineError,
      "Revision b2 (revision b2) reads data",
    );
  }
});

fileTest(
  "one transaction around all is refused where a revision uses an enum value that an earlier one adds",
  async () => {
    await using folder = await makeMigrations(
      { id: "a1", up: "await sql`ALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s' AFTER 'sad'`.execute(db);" },
      { id: "b2", after: "a1", up: "await sql`UPDATE one SET mood = 'sad'`.execute(db);" },
      { id: "c3", after: "b2", up: 'await sql`UPDATE one SET mood = ${"it\'s"}`.execute(db);' },
    );
    const together = (target: string) => upgradeSql(folder.directory, target, { singleTransaction: true });
    await assertRejects(() => together("c3"), OfflineError, "Revision c3 (revision c3) uses the enum value 'it''s'");
    assertStringIncludes(await together("b2"), "mood = 'sad'");
    assertStringIncludes(await upgradeSql(folder.directory, "c3"), "mood = 'it''s'");
  },
);

fileTest("what cannot be in one transaction, or has no way down, is refused by name", async () => {
  const errors = new URL("errors.ts", import.meta.url).href;
  await using folder = await makeMigrations({
    ...A1,
    down: `throw new (await import(${JSON.stringify(errors)})).IrreversibleError("the rows are gone");`,
  }, { ...C3, after: "a1" });
  const together = () => upgradeSql(folder.directory, "head", { singleTransaction: true });
  await assertRejects(together, OfflineError, "Revision c3 (revision c3) runs outside a transaction");
  await assertRejects(
    () => downgradeSql(folder.directory, "a1:base"),
    OfflineError,
    "a1 (revision a1) cannot be undone",
  );
});

database.test("transactions of a revision that overlap are refused, in a script and outside a transaction", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const part = "db.transaction().execute((trx) => sql`SELECT 1`.execute(trx))";
  await using folder = await makeMigrations({
    id: "a1",
    transactional: false,
    up: `await Promise.all([${part}, ${part}]);`,
  });
  for (const run of [() => upgradeSql(folder.directory, "head"), () => upgrade(engine, folder.directory)]) {
    await assertRejects(run, RevisionFailedError, "Two db.transaction() of a revision cannot overlap");
  }
});
