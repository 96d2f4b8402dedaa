/** Databases of eight shapes, made by hand, beside a program without models. */
import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { Column } from "../../schema/columns.ts";
import { Metadata } from "../../schema/table.ts";
import { autogenerate } from "../autogenerate.ts";
import { adopt, check, downgrade, revision, upgrade } from "../commands.ts";
import { lineChanges } from "../schema_lines.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { makeMigrations, scratch } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** Models of the keys of all tables, and of nothing else. */
function bare({ tables }: Metadata): Metadata {
  const metadata = new Metadata();
  for (const { word, name, primaryKey } of tables.values()) {
    const keys = primaryKey.map((column) => {
      const only = { references: undefined, unique: false, index: false, comment: undefined };
      return [column.attribute, new Column({ ...column, ...only })] as const;
    });
    metadata.add(word, Object.fromEntries(keys), { named: name });
  }
  return metadata;
}

for (const shape of SHAPES) {
  database.test(`${shape} with models of its keys alone: the rest is dropped or kept, and comes back`, async (url) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const { models: file } = await adopt(engine, folder.directory);
    const { metadata } = await import(pathToFileURL(file).href);
    const models = { metadata: bare(metadata) };
    const before = await catalogLines(engine);
    const { path } = await revision(folder.directory, { message: "keys", autogenerate: engine, models });
    assert(path !== undefined);
    await upgrade(engine, folder.directory);
    assertEquals((await check(engine, folder.directory, models)).differences, []);
    await downgrade(engine, folder.directory, "-1");
    assertEquals(lineChanges(before, await catalogLines(engine)), []);
  });

  database.test(`${shape} without models: what is dropped comes back on the way down`, async (url) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const before = await catalogLines(engine);
    const models = { metadata: new Metadata() };
    const { path } = await revision(folder.directory, { message: "nothing", autogenerate: engine, models });
    if (path === undefined) return;
    await upgrade(engine, folder.directory);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await catalogLines(engine), before);
  });
}

/** Per table: what an operation cannot create again. */
const SETTINGS = {
  statistics: "CREATE TABLE statistics (id integer PRIMARY KEY); ALTER TABLE statistics ALTER id SET STATISTICS 500",
  storage: "CREATE TABLE storage (id integer PRIMARY KEY, t text); ALTER TABLE storage ALTER t SET STORAGE EXTERNAL",
  compression: "CREATE TABLE compression (id integer PRIMARY KEY, t text COMPRESSION pglz)",
  options: "CREATE TABLE options (id integer PRIMARY KEY); ALTER TABLE options ALTER id SET (n_distinct = 5)",
  checked: `CREATE TABLE checked (id integer PRIMARY KEY CONSTRAINT ck_id CHECK (id > 0));
            COMMENT ON CONSTRAINT ck_id ON checked IS 'Why'`,
  indexed: `CREATE TABLE indexed (id integer PRIMARY KEY, n integer); CREATE INDEX ix_n ON indexed (n);
            COMMENT ON INDEX ix_n IS 'Why'`,
  replicated: "CREATE TABLE replicated (id integer PRIMARY KEY); ALTER TABLE replicated REPLICA IDENTITY FULL",
  clustered: "CREATE TABLE clustered (id integer PRIMARY KEY); ALTER TABLE clustered CLUSTER ON clustered_pkey",
  forced: "CREATE TABLE forced (id integer PRIMARY KEY); ALTER TABLE forced FORCE ROW LEVEL SECURITY",
};

database.test("a table with settings that no operation creates is not dropped", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin(async (connection) => {
    for (const statements of Object.values(SETTINGS)) await connection.execute(statements);
    await connection.execute("CREATE TABLE plain (id integer PRIMARY KEY, t text)");
  });
  await using connection = await engine.connect();
  assertEquals((await autogenerate(connection, new Metadata())).summary, ["drop table plain"]);
});
