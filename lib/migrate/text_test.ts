/** Texts and names of models come through a revision file unchanged. */
import { assertEquals } from "@std/assert";
import { integer, Metadata, sql, text } from "../mod.ts";
import { literal } from "../base/quote.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { makeMigrations, ownLines, scratch } from "../../testing/migrations.ts";
import { revision } from "./authoring.ts";
import { autogenerate } from "./autogenerate.ts";
import { downgrade, upgrade } from "./commands.ts";

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
