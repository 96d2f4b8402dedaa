/** Texts and names of models come through a revision file unchanged. */
import { assertEquals } from "@std/assert";
import { array, enumeration, integer, Metadata, sql, text } from "../mod.ts";
import { literal } from "../base/quote.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { makeMigrations, ownLines, scratch } from "../../testing/migrations.ts";
import { revision } from "./authoring.ts";
import { autogenerate } from "./autogenerate.ts";
import { adopt, downgrade, upgrade } from "./commands.ts";

const database = testDatabase(import.meta.url);

/** Texts that a program, its indentation or SQL could read as something else. */
const TEXTS = [
  "two\nlines",
  "\n  indented\n\n\ttab\n",
  "\r\nWindows\r\nMac\rend",
  "`${x}` \\ \\n \\${",
  `it's "so"`,
  "$1 $$ $tag$ -- no /* comment */ ;",
  "\u2028 line \u2029 paragraph \ufeff",
  "🦸 é ß",
];

for (const value of TEXTS) {
  database.test(`in defaults, checks, indexes and comments, also on the way back: ${JSON.stringify(value)}`, async (url) => {
    const metadata = new Metadata();
    metadata.add("heroes", {
      id: integer().primaryKey(),
      name: text().serverDefault(sql(literal(value))).comment(value).check(`name <> ${literal(`${value}!`)}`),
    }, {
      comment: `${value} `,
      indexes: [{
        name: "ix",
        on: ["id", sql(`(name || ${literal(value)})`)],
        where: sql(`name <> ${literal(value)}`),
      }],
    });
    const { engine } = await scratch(url);
    await using _engine = engine;
    await using folder = await makeMigrations();
    const differences = (models: Metadata) => engine.begin((connection) => autogenerate(connection, models));
    const first = await revision(folder.directory, { message: "create", autogenerate: engine, models: { metadata } });
    await upgrade(engine, folder.directory);
    assertEquals((await differences(metadata)).summary, []);
    await engine.begin(async (connection) => {
      await connection.execute("INSERT INTO heroes (id) VALUES (1)");
      assertEquals((await connection.execute("SELECT name FROM heroes")).scalarOne(), value);
      const comments = "SELECT col_description('heroes'::regclass, 2), obj_description('heroes'::regclass)";
      assertEquals((await connection.execute(comments)).tuples().one(), [value, `${value} `]);
      await connection.execute("DELETE FROM heroes");
    });
    const lines = await ownLines(engine);
    const models = { metadata: new Metadata() };
    await revision(folder.directory, { message: "drop", autogenerate: engine, models, head: first.path && "head" });
    await upgrade(engine, folder.directory);
    await downgrade(engine, folder.directory, "-1");
    assertEquals(await ownLines(engine), lines);
  });
}

const withMoods = (name: string, ...values: string[]) => {
  const metadata = new Metadata();
  metadata.add("heroes", { id: integer().primaryKey(), mood: enumeration(name, values) });
  return metadata;
};

database.test("values of an enum with commas are told from several values", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => withMoods("mood", "a,b", "c").createAll(connection));
  const found = async (...values: string[]) =>
    (await engine.begin((connection) => autogenerate(connection, withMoods("mood", ...values)))).summary;
  assertEquals(await found("a,b", "c"), []);
  assertEquals(await found("a", "b", "c"), [
    "rename enum mood to mood_old",
    "create enum mood (a, b, c)",
    "change type of heroes.mood from mood_old to mood",
    "drop enum mood_old ('a,b', c)",
  ]);
  assertEquals(await found("a,b", "c", "it's"), ["add value 'it''s' to enum mood"]);
});

database.test("an enum type whose name is long, a keyword or needs quotes is replaced", async (url) => {
  for (const name of ["x".repeat(63), "position", "User", 'a"b', "json_table", "merge_action", "Füße 🦸", "a.b"]) {
    const { engine } = await scratch(url);
    await using _engine = engine;
    await using folder = await makeMigrations();
    await engine.begin((connection) => withMoods(name, "a", "b").createAll(connection));
    const before = await ownLines(engine);
    const metadata = withMoods(name, "b", "a");
    await revision(folder.directory, { message: "change", autogenerate: engine, models: { metadata } });
    await upgrade(engine, folder.directory);
    assertEquals((await engine.begin((connection) => autogenerate(connection, metadata))).summary, [], name);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await ownLines(engine), before);
  }
});

database.test("a comment at the end of SQL hides nothing of what follows", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const metadata = new Metadata();
  metadata.add("heroes", {
    id: integer().primaryKey(),
    age: integer().serverDefault(sql("1 -- young")).check("age > 0 -- always"),
    name: text().serverDefault(sql("'--' /* -- */")),
  }, {
    checks: { low: "age < 200 --", name: { sql: "name <> '' -- empty", name: "ck" } },
    indexes: [
      { name: "ix_one", on: [sql("lower(name) -- any case"), "age"], where: sql("age > 1 -- old") },
      { name: "ix_two", definition: "btree (age DESC -- the oldest first\n) -- so" },
    ],
    constraints: { ck_three: "CHECK (age <> 3) -- never" },
  });
  await engine.begin((connection) => metadata.createAll(connection));
  assertEquals((await engine.begin((connection) => autogenerate(connection, metadata))).summary, []);
  await engine.begin(async (connection) => {
    await connection.execute("INSERT INTO heroes (id) VALUES (1)");
    assertEquals((await connection.execute("SELECT age, name FROM heroes")).tuples().one(), [1, "--"]);
  });
});

database.test("a new enum value is not used in the revision that adds it, in whatever literal it stands", async (url) => {
  const added = ["new", 'a "b" \\c', "d,e", "it's"];
  const models = (defaults: boolean, ...values: string[]) => {
    const metadata = new Metadata();
    const mood = enumeration("mood", values);
    const columns = added.map((value, at) => {
      const elements = `{"${value.replace(/["\\]/g, "\\$&")}"}`;
      const column = array(mood);
      return [`c${at}`, defaults ? column.serverDefault(sql(literal(elements))) : column];
    });
    metadata.add("heroes", { id: integer().primaryKey(), ...Object.fromEntries(columns) }, { comment: "'new'" });
    return metadata;
  };
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) => models(false, "old").createAll(connection));
  const metadata = models(true, "old", ...added);
  for (const [message, left] of [["values", added.length], ["defaults", 0]] as const) {
    await revision(folder.directory, { message, autogenerate: engine, models: { metadata } });
    await upgrade(engine, folder.directory);
    const { summary, postponed } = await engine.begin((connection) => autogenerate(connection, metadata));
    assertEquals([summary.length, postponed.length], [left, 0], message);
  }
});

database.test("a comment that quotes a new enum value can be set in the revision that adds it", async (url) => {
  const models = (comment: string, ...values: string[]) => {
    const metadata = new Metadata();
    metadata.add("heroes", { id: integer().primaryKey(), mood: enumeration("mood", values) }, { comment });
    return metadata;
  };
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => models("old", "old").createAll(connection));
  const found = await engine.begin((connection) => autogenerate(connection, models("'new'", "old", "new")));
  assertEquals(found.summary, ["add value new to enum mood", "change comment of heroes"]);
});

database.test("names with line breaks stay in the comments of adopted models", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) =>
    connection.execute(`CREATE VIEW "a\nthrow new Error('*/ no'); \u2028b" AS SELECT 1 AS one;
      CREATE TABLE heroes (id integer PRIMARY KEY, point point);
      CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "t\nthrow" BEFORE INSERT ON heroes FOR EACH ROW EXECUTE FUNCTION tell()`)
  );
  const { differences, models } = await adopt(engine, folder.directory);
  assertEquals(differences, []);
  const lines = (await Deno.readTextFile(models)).split("\n").filter((line) => line.includes("throw"));
  assertEquals(lines.every((line) => line.trim().startsWith("//")), true, lines.join("\n"));
  await downgrade(engine, folder.directory, "base");
  await upgrade(engine, folder.directory);
});
