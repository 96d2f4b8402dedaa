/** Renames whose new names are still in use: swapped, in a ring, in a chain. */
import { assertEquals, assertRejects } from "@std/assert";
import { type Column, enumeration, integer, Metadata, sql, text } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { makeMigrations, ownLines, scratch } from "../../testing/migrations.ts";
import type { Engine } from "../engine/engine.ts";
import { autogenerate, type AutogenerateOptions } from "./autogenerate.ts";
import { downgrade, revision, upgrade } from "./commands.ts";
import { InvalidTargetError } from "./errors.ts";
import { revisionText } from "./templates.ts";

const database = testDatabase(import.meta.url);

type Columns = Record<string, Column<unknown, boolean, boolean>>;

/** Runs the generated revision up, down and up; then nothing is left to do, and down has brought back what was there. */
async function prove(
  engine: Engine,
  metadata: Metadata,
  options: AutogenerateOptions = {},
): Promise<readonly string[]> {
  const before = await ownLines(engine);
  await using folder = await makeMigrations();
  const body = await engine.begin((connection) => autogenerate(connection, metadata, options));
  const draft = { id: "a1", downRevisions: [], message: "rename", createDate: "2026-01-31" };
  await folder.write("versions/a1_rename.ts", revisionText({ ...draft, body }));
  for (const round of ["first", "again"]) {
    await upgrade(engine, folder.directory);
    assertEquals((await engine.begin((connection) => autogenerate(connection, metadata))).summary, [], round);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await ownLines(engine), before, round);
  }
  return body.summary;
}

/** Tables with one index each, which has this name. */
function indexed(names: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [table, name] of Object.entries(names)) {
    metadata.add(table, { id: integer().primaryKey(), age: integer() }, { indexes: [{ on: ["age"], name }] });
  }
  return metadata;
}

database.test("indexes of several tables swap their names through a temporary one", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => indexed({ heroes: "ix_a", toys: "ix_b", teams: "ix_c" }).createAll(connection));
  assertEquals(await prove(engine, indexed({ heroes: "ix_b", toys: "ix_a", teams: "ix_c" })), [
    "rename index ix_a of heroes to ix_a_old",
    "rename index ix_b of toys to ix_a",
    "rename index ix_a_old of heroes to ix_b",
  ]);
  await prove(engine, indexed({ heroes: "ix_b", toys: "ix_c", teams: "ix_a" }));
});

database.test("a name that another index gives up is free first", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => indexed({ heroes: "ix_a", toys: "ix_b" }).createAll(connection));
  assertEquals(await prove(engine, indexed({ heroes: "ix_b", toys: "ix_c" })), [
    "rename index ix_b of toys to ix_c",
    "rename index ix_a of heroes to ix_b",
  ]);
});

database.test("keys and indexes, which share their names, swap them; within a table too", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const models = (index: string, unique: string, key: string, third: string) => {
    const metadata = new Metadata();
    const columns = { id: integer().primaryKey(), age: integer() };
    metadata.add("heroes", columns, { indexes: [{ on: ["age"], name: index }], primaryKey: { name: key } });
    metadata.add("toys", columns, {
      unique: [{ on: ["id", "age"], name: unique }],
      indexes: [{ on: ["age"], name: third, where: sql("id > 1") }],
    });
    return metadata;
  };
  await engine.begin((connection) => models("a", "b", "c", "d").createAll(connection));
  await prove(engine, models("b", "a", "c", "d"));
  await prove(engine, models("b", "d", "a", "c"));
  await prove(engine, models("a", "d", "c", "b"));
});

database.test("a name that another object keeps is told, and nothing is generated for it", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const before = new Metadata();
  before.add("heroes", { id: integer().primaryKey(), age: integer() }, { unique: [["id", "age"]] });
  await engine.begin(async (connection) => {
    await before.createAll(connection);
    await connection.execute(`CREATE VIEW ix_view AS SELECT 1 AS one; CREATE SEQUENCE "ix seq"; CREATE SEQUENCE seq;
      ALTER TABLE heroes RENAME CONSTRAINT uq_heroes_id_age TO ix_key; CREATE INDEX ix_odd ON heroes (age DESC);
      CREATE INDEX odd ON heroes (age DESC, id)`);
  });
  const after = new Metadata();
  after.add("heroes", { id: integer().primaryKey(), age: integer() }, {
    unique: [["id", "age"]], // of any name
    indexes: [{ on: ["age"], name: "ix_key" }, { on: ["id"], name: "ix_view" }],
    constraints: { seq: "EXCLUDE USING hash (id WITH =)" },
  });
  after.add("toys", { id: integer().primaryKey() }, {
    indexes: [{ on: ["id"], name: "ix_odd" }, { on: ["id"], name: "ix seq" }, { on: ["id"], name: "ix_free" }],
    constraints: { odd: "EXCLUDE USING hash (id WITH =)" },
  });
  const found = await engine.begin((connection) => autogenerate(connection, after));
  assertEquals(found.notes, [
    "Cannot create the index ix seq of toys: its name is that of the sequence ix seq. Rename one of them.",
    "Cannot create the index ix_odd of toys: its name is that of the index ix_odd of heroes. Rename one of them.",
    "Cannot create the exclusion constraint odd of toys: its name is that of the index odd of heroes. Rename one of them.",
    "Cannot create the exclusion constraint seq of heroes: its name is that of the sequence seq. Rename one of them.",
    "Cannot create the index ix_key of heroes: its name is that of the unique constraint ix_key of heroes. Rename one of them.",
    "Cannot create the index ix_view of heroes: its name is that of the view ix_view. Rename one of them.",
  ]);
  assertEquals(found.summary, ["create table toys"]);
  await using folder = await makeMigrations();
  await revision(folder.directory, { message: "change", autogenerate: engine, models: { metadata: after } });
  await upgrade(engine, folder.directory);
  assertEquals((await engine.begin((connection) => autogenerate(connection, after))).summary, []);
});

database.test("columns and tables swap their names, in keys and expressions too", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const metadata = new Metadata();
  const columns = (one: string, other: string): Columns => ({
    id: integer().primaryKey(),
    [one]: text(),
    [other]: text().nullable(),
    mood: enumeration("mood", ["happy", "sad"]).check("mood <> 'sad'::mood"),
  });
  const options = (one: string, other: string) => ({
    checks: { order: `"${one}" > 'a' OR ${one} = '${one}' AND "${other}" < 'b'` },
    indexes: [{ name: "ix", on: [sql(`lower(${one})`), other], where: sql(`${other} = '${other} ${one}'`) }],
  });
  metadata.add("heroes", { ...columns("a", "b"), toyId: integer().references("toys.id") }, options("a", "b"));
  metadata.add("toys", { id: integer().primaryKey(), name: text() });
  await engine.begin((connection) => metadata.createAll(connection));
  const swapped = new Metadata();
  const checks = { order: `"b" > 'a' OR b = 'a' AND "a" < 'b'` };
  const indexes = [{ name: "ix", on: [sql("lower(b)"), "a"], where: sql("a = 'b a'") }];
  swapped.add("toys", { ...columns("b", "a"), toyId: integer().references("heroes.id") }, { checks, indexes });
  swapped.add("heroes", { id: integer().primaryKey(), name: text() });
  const renames = { heroes: "toys", toys: "heroes", "heroes.a": "b", "heroes.b": "a" };
  assertEquals((await prove(engine, swapped, { renames })).slice(0, 6), [
    "rename column heroes.a to a_old",
    "rename column heroes.b to a",
    "rename column heroes.a_old to b",
    "rename table heroes to heroes_old",
    "rename table toys to heroes",
    "rename table heroes_old to toys",
  ]);
});

database.test("a column that has the name of its type is renamed, and the type is not", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const models = (column: string) => {
    const metadata = new Metadata();
    const mood = enumeration("mood", ["happy", "sad"]);
    metadata.add("heroes", { id: integer().primaryKey(), [column]: mood }, { checks: { happy: `${column} <> 'sad'` } });
    return metadata;
  };
  await engine.begin((connection) => models("mood").createAll(connection));
  assertEquals(await prove(engine, models("feeling"), { renames: { "heroes.mood": "feeling" } }), [
    "rename column heroes.mood to feeling",
  ]);
});

database.test("a rename to a name that stays in use is refused", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const metadata = indexed({ heroes: "ix_a", toys: "ix_b", teams: "ix_c" });
  await engine.begin((connection) => metadata.createAll(connection));
  const wrong: [renames: Record<string, string>, message: string][] = [
    [{ heroes: "toys" }, "Cannot rename heroes to toys: toys exists."],
    [{ heroes: "cars", toys: "cars" }, "Cannot rename heroes and toys to one name: cars."],
    [{ "heroes.age": "id" }, "Cannot rename heroes.age to id: heroes.id exists."],
    [{ "heroes.age": "a", "heroes.id": "a" }, "Cannot rename heroes.age and heroes.id to one name: a."],
    [{ "heroes.size": "a" }, "Cannot rename heroes.size to a: no such table or column."],
    [{ heroes: "h".repeat(64) }, "is longer than 63 bytes"],
  ];
  for (const [renames, message] of wrong) {
    await assertRejects(
      () => engine.begin((connection) => autogenerate(connection, metadata, { renames })),
      InvalidTargetError,
      message,
    );
  }
});
