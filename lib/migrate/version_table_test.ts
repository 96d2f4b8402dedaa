import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { creating, makeMigrations, scratch, tables } from "../../testing/migrations.ts";
import { DatabaseError } from "../engine/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { Metadata } from "../schema/table.ts";
import {
  check,
  current,
  downgrade,
  dryRun,
  ensureVersionSql,
  history,
  stamp,
  stampSql,
  upgrade,
  upgradeSql,
} from "./commands.ts";
import {
  ForeignVersionTableError,
  InvalidDirectoryError,
  MigrationLockTimeoutError,
  MissingSchemaError,
} from "./errors.ts";
import { MigrationLock } from "./migration_lock.ts";

const database = testDatabase(import.meta.url);
const A1 = { id: "a1", ...creating("one") };

/** Every relation of the schema with its columns. */
async function relations(engine: Engine): Promise<unknown[]> {
  await using connection = await engine.connect();
  const answer = await connection.execute(
    `SELECT c.relname || '(' || coalesce(string_agg(attname, ', ' ORDER BY attnum), '') || ')'
       FROM pg_class c LEFT JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v') GROUP BY c.oid ORDER BY 1`,
  );
  return answer.scalars().all();
}

async function run(engine: Engine, sql: string): Promise<void> {
  await engine.begin((connection) => connection.execute(sql));
}

const FOREIGN: [name: string, sql: string, message: RegExp][] = [
  [
    "a table of another tool",
    `CREATE TABLE schema_version (version_rank int, installed_rank int, version varchar(50) PRIMARY KEY,
       description text, type text, script text, success boolean)`,
    /schema_version is not .*: its columns are version_rank integer, .*, …; expected: revision text\. Nothing was changed/,
  ],
  ["a column of another type", "CREATE TABLE schema_version (revision integer)", /its columns are revision integer;/],
  ["a further column", "CREATE TABLE schema_version (revision text, note text)", /revision text, note text; expected/],
  ["a view", "CREATE VIEW schema_version AS SELECT 'a1' AS revision", /it is no table; .*versionTable = "…"/],
  [
    "a log of another tool",
    "CREATE TABLE schema_version_log (id bigint, line text)",
    /schema_version_log is not .*expected: id bigint, revision text, direction text/,
  ],
];

for (const [name, sql, message] of FOREIGN) {
  database.test(`${name} with the name of the version table is refused before anything is changed`, async (url) => {
    const { engine } = await scratch(url);
    await using _engine = engine;
    await using folder = await makeMigrations(A1);
    await run(engine, sql);
    const before = await relations(engine);
    const { directory } = folder;
    const commands: Record<string, () => Promise<unknown>> = {
      upgrade: () => upgrade(engine, directory),
      downgrade: () => downgrade(engine, directory, "base"),
      dryRun: () => dryRun(engine, directory, "upgrade", "head"),
      stamp: () => stamp(engine, directory, "head"),
      history: () => history(engine, directory),
      current: () => current(engine, directory),
      check: () => check(engine, directory, {}),
    };
    for (const command of Object.values(commands)) {
      const error = await assertRejects(command, ForeignVersionTableError);
      assertMatch(error.message, message);
    }
    const scripts = [upgradeSql(directory, "head"), stampSql(directory, "head"), ensureVersionSql(directory)];
    for (const script of name === "a further column" ? await Promise.all(scripts) : [await scripts[0]]) {
      const error = await assertRejects(() => run(engine, script), DatabaseError);
      assertMatch(error.message, /^schema_version(_log)? is not a table of these migrations/);
    }
    assertEquals(await relations(engine), before);
  });
}

database.test("env.ts names the version table, its functions take what the command line says", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1);
  await run(engine, FOREIGN[0][1]);
  await folder.write("env.ts", 'export const versionTable = "shop versions";');
  const changes = (await dryRun(engine, folder.directory, "upgrade", "head")).changes;
  assertEquals(changes, ["+ one table", "+ one column id integer"], "its own tables are left out");
  await upgrade(engine, folder.directory);
  assertEquals((await relations(engine)).slice(2), [
    "shop versions(revision)",
    "shop versions_log(id, revision, direction, checksum, started_at, milliseconds, begun, user_name, application_name)",
  ]);
  assertEquals((await current(engine, folder.directory)).map(({ revision }) => revision.id), ["a1"]);
  const found = await check(engine, folder.directory, { metadata: new Metadata() });
  assertEquals(found.differences?.filter((line) => line.includes("shop versions")), []);
  await downgrade(engine, folder.directory, "base");
  assertEquals(await current(engine, folder.directory), []);

  await folder.write("env.ts", "export const versionTable = ({ x, tag }) => ({ name: `${x.name}_${tag}` });");
  await stamp(engine, folder.directory, "head", { x: { name: "made" }, tag: "up" });
  assertEquals((await relations(engine)).filter((line) => String(line).startsWith("made_up")).length, 2);
});

database.test("an option names the version table and its schema; a script names it too", async (url) => {
  const { engine, schema } = await scratch(url);
  const other = await scratch(url);
  await using _engine = engine;
  await using _other = other.engine;
  await using folder = await makeMigrations(A1);
  const versionTable = { name: "versions", schema: other.schema };
  await upgrade(engine, folder.directory, "head", { versionTable });
  assertEquals([await tables(engine), await tables(other.engine)], [["one"], ["versions", "versions_log"]]);
  assertEquals((await history(engine, folder.directory, { versionTable })).map(({ applied }) => applied), [true]);
  assertEquals((await history(engine, folder.directory)).map(({ applied }) => applied), [false]);

  const script = await upgradeSql(folder.directory, "head", { versionTable: { name: "user", schema } });
  assertStringIncludes(script, `CREATE TABLE IF NOT EXISTS ${schema}."user" (revision text CONSTRAINT pk_user PRIMARY`);
  assertStringIncludes(script, `INSERT INTO ${schema}."user" (revision) VALUES ('a1');`);
  assertStringIncludes(script, `INSERT INTO ${schema}.user_log (`);

  await assertRejects(
    () => upgrade(engine, folder.directory, "head", { versionTable: { schema: "nowhere" } }),
    MissingSchemaError,
    "The schema of the version table, nowhere, does not exist. Run: CREATE SCHEMA nowhere",
  );
  for (const name of ["", "n".repeat(57)]) {
    await assertRejects(
      () => upgrade(engine, folder.directory, "head", { versionTable: name }),
      InvalidDirectoryError,
      "Give one of 1 to 56",
    );
  }
});

database.test("runs with different version tables in one schema exclude each other", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1);
  await using holder = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await using _lock = await MigrationLock.acquire(holder, schema, { timeout: 0, onWait: () => {} });
  await assertRejects(
    () => upgrade(engine, folder.directory, "head", { versionTable: "other", waitTimeout: 0 }),
    MigrationLockTimeoutError,
  );
});
