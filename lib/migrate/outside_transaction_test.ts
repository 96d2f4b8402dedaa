import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { Engine } from "../engine/engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { downgrade, upgrade } from "./commands.ts";
import { indexStatement } from "./concurrent_index.ts";
import { RevisionFailedError, UnnamedIndexError } from "./errors.ts";
import type { MigrationProgress } from "./progress.ts";
import { progressLine } from "./report.ts";
import { makeMigrations, type RevisionText, scratch, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const ONE: RevisionText = {
  id: "a1",
  up: `await sql\`CREATE TABLE one (id integer, name text)\`.execute(db);
  await sql\`INSERT INTO one VALUES (1, 'a'), (1, 'b')\`.execute(db);`,
};
const INDEXES: RevisionText = {
  id: "b2",
  after: "a1",
  transactional: false,
  up: `await sql\`CREATE INDEX CONCURRENTLY ix_name ON one (name)\`.execute(db);
  await sql\`CREATE UNIQUE INDEX CONCURRENTLY "Ix id" ON one (id)\`.execute(db);`,
  down: `await sql\`DROP INDEX CONCURRENTLY "Ix id"\`.execute(db);
  await sql\`DROP INDEX CONCURRENTLY ix_name\`.execute(db);`,
};

async function indexes(engine: Engine): Promise<unknown[][]> {
  await using connection = await engine.connect();
  const answer = await connection.execute(
    `SELECT relname::text, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      WHERE relnamespace = current_schema()::regnamespace AND relname !~ '^pk_' ORDER BY 1`,
  );
  return answer.tuples().all();
}

Deno.test("statements on indexes with CONCURRENTLY are known, and no others", () => {
  assertEquals(
    indexStatement(`-- why\ncreate unique index /* how */ concurrently if not exists "a b" on only s."T" (x)`),
    {
      type: "create",
      name: `"a b"`,
      table: `s."T"`,
    },
  );
  assertEquals(indexStatement("CREATE INDEX CONCURRENTLY größe ON straße (x)"), {
    type: "create",
    name: "größe",
    table: "straße",
  });
  assertEquals(indexStatement("DROP INDEX CONCURRENTLY IF EXISTS s.ix CASCADE;"), { type: "drop", name: "s.ix" });
  for (const sql of ["CREATE INDEX ix ON t (a)", "DROP INDEX ix", "SELECT 1"]) {
    assertEquals(indexStatement(sql), undefined);
  }
  for (const sql of ["CREATE INDEX CONCURRENTLY ON t (a)", "create unique index concurrently /* t */ on t (a)"]) {
    assertThrows(() => indexStatement(sql), UnnamedIndexError, "requires an index name");
  }
});

database.test("a revision outside a transaction that fails says what is left; the next run drops the INVALID index", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(ONE, INDEXES);
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
  assertEquals([error.revision, error.sqlstate], ["b2", "23505"]);
  assertEquals(error.statement, `CREATE UNIQUE INDEX CONCURRENTLY "Ix id" ON one (id)`);
  for (
    const part of [
      "Completed statements, which stay:\n  CREATE INDEX CONCURRENTLY ix_name ON one (name)\n",
      `It left index ${schema}."Ix id" INVALID. The next run drops it first.`,
      "The database is at a1.",
    ]
  ) assertStringIncludes(error.message, part);
  assertEquals(await indexes(engine), [["Ix id", false], ["ix_name", true]]);
  assertEquals(await versions(engine), ["a1"]);

  await engine.begin((connection) => connection.execute("DELETE FROM one WHERE name = 'b'"));
  const told: MigrationProgress[] = [];
  await upgrade(engine, folder.directory, "head", { onProgress: (progress) => void told.push(progress) });
  assertEquals(told.map(progressLine).slice(1, 3), [
    `a1 → b2  revision b2  keeps index ${schema}.ix_name, created by an earlier run`,
    `a1 → b2  revision b2  drops index ${schema}."Ix id", left INVALID by an earlier run`,
  ]);
  assertEquals(await indexes(engine), [["Ix id", true], ["ix_name", true]]);
  assertEquals(await versions(engine), ["b2"]);
  await downgrade(engine, folder.directory, "a1");
  assertEquals([await indexes(engine), await versions(engine)], [[], ["a1"]]);
});

database.test("an index that no run of the revision began is not taken for its own", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(ONE, INDEXES);
  await upgrade(engine, folder.directory, "a1");
  await engine.begin((connection) => connection.execute("CREATE INDEX ix_name ON one (id)"));
  for (let run = 0; run < 2; run++) {
    const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
    assertEquals(error.sqlstate, "42P07");
  }
  await engine.begin((connection) => connection.execute("DROP INDEX ix_name; DELETE FROM one WHERE name = 'b'"));
  await upgrade(engine, folder.directory);
  await engine.begin((connection) => connection.execute("DROP INDEX ix_name"));
  for (let run = 0; run < 2; run++) {
    const error = await assertRejects(() => downgrade(engine, folder.directory, "a1"), RevisionFailedError);
    assertEquals([error.sqlstate, error.statement], ["42704", "DROP INDEX CONCURRENTLY ix_name"]);
  }
});

database.test("db.transaction() in a revision outside a transaction is one of its own", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    id: "a1",
    transactional: false,
    up: `await sql\`CREATE TABLE one (id integer)\`.execute(db);
  await db.transaction().setIsolationLevel("serializable").execute(async (trx) => {
    await sql\`INSERT INTO one SELECT 1 WHERE current_setting('transaction_isolation') = 'serializable'\`.execute(trx);
  });
  await db.transaction().execute(async (trx) => {
    await sql\`INSERT INTO one VALUES (2)\`.execute(trx);
    throw new Error("not this");
  }).catch(() => {});
  await sql\`VACUUM one\`.execute(db);`,
  });
  await upgrade(engine, folder.directory);
  await using connection = await engine.connect();
  assertEquals((await connection.execute("SELECT id FROM one")).scalars().all(), [1]);
});

database.test("a REINDEX CONCURRENTLY that fails says which index it left, and how to drop it", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({
    ...ONE,
    up: `${ONE.up}\n  await sql\`CREATE INDEX ix_name ON one (name)\`.execute(db);`,
  }, {
    id: "b2",
    after: "a1",
    transactional: false,
    up: `await sql\`SET statement_timeout = 200\`.execute(db);
  await sql\`REINDEX INDEX CONCURRENTLY ix_name\`.execute(db);`,
  });
  await upgrade(engine, folder.directory, "a1");
  await using writer = await engine.connect();
  await writer.execute("INSERT INTO one VALUES (2, 'c')"); // it waits for the end of this, in vain
  const error = await assertRejects(() => upgrade(engine, folder.directory), RevisionFailedError);
  assertEquals([error.revision, error.sqlstate], ["b2", "57014"]);
  const left = `${schema}.ix_name_ccnew`;
  assertStringIncludes(error.message, `It left index ${left} INVALID. Drop it: DROP INDEX CONCURRENTLY ${left}`);
  await writer.rollback();
});
