/** What models cannot say stands in their file as a comment, and stays as it is. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { adopt } from "../commands.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { makeMigrations, scratch } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const ODD = `
CREATE TABLE readings (at timestamptz, value real);
CREATE TABLE "old.prices" (id integer PRIMARY KEY, price money);
CREATE TABLE "2024 sales" (
  "№" integer PRIMARY KEY, "user_name" text, "userName" text, "userName2" text, "a.b" integer, __proto__ text, "then" text);
CREATE TABLE orders (id integer PRIMARY KEY, "2024" integer REFERENCES "2024 sales");
CREATE TABLE map (id integer PRIMARY KEY, parent integer REFERENCES map, map integer REFERENCES map);
CREATE VIEW "two
lines */" AS SELECT 1 AS one;
CREATE TABLE keyed (b integer, a integer, c text, PRIMARY KEY (a, b));
`;

database.test("names that TypeScript cannot have are given in quotes, and tables without a key in a comment", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) => connection.execute(ODD));
  const before = await catalogLines(engine);
  const { models, differences } = await adopt(engine, folder.directory);
  assertEquals(differences, []);
  assertEquals(await catalogLines(engine), before);
  const text = await Deno.readTextFile(models);
  assertStringIncludes(
    text,
    `export class Table2024Sale extends model("2024_sales", {
  column: integer().named("№").primaryKey(),
  userName: text().nullable(),
  userName2: text().named("userName").nullable(),
  userName22: text().named("userName2").nullable(),
  aB: integer().named("a.b").nullable(),
  proto: text().named("__proto__").nullable(),
  then: text().nullable(),
}, { named: "2024 sales" }) {`,
  );
  assertStringIncludes(text, `export class MapRow extends model("map", {`);
  assertStringIncludes(text, `  table readings: it has no primary key\n`);
  assertStringIncludes(text, `  table old.prices: `);
  assertStringIncludes(text, `  view two lines */\n`);
  assertStringIncludes(text, `primaryKey: { on: ["a", "b"] }`);
});

database.test("a virtual column, and what uses it, stand in comments [PostgreSQL 18]", async (url, t) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using connection = await engine.connect();
  const version = Number((await connection.execute("SHOW server_version_num")).scalarOne<string>());
  await connection.rollback();
  await t.step({
    name: "on this server",
    ignore: version < 180_000,
    async fn() {
      await using folder = await makeMigrations();
      await engine.begin((connection) =>
        connection.execute(`CREATE TABLE boxes (
          id integer PRIMARY KEY, width integer NOT NULL, area integer GENERATED ALWAYS AS (width * width),
          CONSTRAINT boxes_are_small CHECK (area < 100))`)
      );
      const { models, differences } = await adopt(engine, folder.directory);
      assertEquals(differences, []);
      assertStringIncludes(
        await Deno.readTextFile(models),
        `// Beside the model: boxes_are_small.
export class Box extends model("boxes", {
  id: integer().primaryKey(),
  width: integer(),
  // area integer: its value is generated
}) {}`,
      );
    },
  });
});
