/** A table that was renamed behind the back of the models, and is kept because something depends on it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { integer, Metadata, text } from "../../mod.ts";
import { autogenerate, type AutogenerateOptions } from "../autogenerate.ts";
import { LEFT_OUT } from "../include_object.ts";
import { scratch } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const metadata = new Metadata();
metadata.add("film", { id: integer().primaryKey(), title: text() });
metadata.add("rental", { id: integer().primaryKey(), filmId: integer().references("film.id") });

database.test("a kept table that looks like a missing one is told, and is renamed if that is confirmed", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin(async (connection) => {
    await metadata.createAll(connection);
    await connection.execute(`
      CREATE VIEW titles AS SELECT title FROM film;
      CREATE TABLE other (n integer PRIMARY KEY); CREATE VIEW numbers AS SELECT n FROM other;
      ALTER TABLE film RENAME TO zz`);
  });
  const found = async (options: AutogenerateOptions = {}) => {
    await using connection = await engine.connect();
    return await autogenerate(connection, metadata, options);
  };
  const { likelyRenames, notes, upSource, downSource } = await found();
  assertEquals(likelyRenames, { zz: "film" });
  assertEquals(notes.filter((note) => note.includes("zz") && note.includes("rename")), [
    "Keeps zz and adds film. If this is a rename: --rename zz=film, or see the comment in up().",
  ]);
  const up = upSource.join("\n");
  assertStringIncludes(up, "// zz, which is kept, may be this table.\n// To rename it to film: use this statement");
  assertStringIncludes(up, '// await db.schema.alterTable("zz").renameTo("film").execute();');
  assertEquals(downSource.filter((line) => line.includes("renameTo")), []);
  const confirmed = await found({ renames: likelyRenames });
  assertEquals(confirmed.upSource, ['await db.schema.alterTable("zz").renameTo("film").execute();']);
  assertEquals(confirmed.downSource, ['await db.schema.alterTable("film").renameTo("zz").execute();']);
  const leftOut = await found({ includeObject: ({ kind, name }) => kind !== "table" || name !== "zz" });
  assertEquals(leftOut.likelyRenames, {}, LEFT_OUT);
});
