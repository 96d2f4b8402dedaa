import { assertEquals } from "@std/assert";
import { createEngine } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { namesOf, sourceOf, union } from "../../tools/keywords.ts";
import { KEYWORDS, TYPES, VERSIONS } from "./keywords.ts";
import { quote } from "./quote.ts";

const database = testDatabase(import.meta.url);

Deno.test("a name is quoted where PostgreSQL would read it otherwise", () => {
  assertEquals(["heroes", "_a1", "name", "value"].map(quote), ["heroes", "_a1", "name", "value"]);
  assertEquals(["user", "position", "left"].map(quote), ['"user"', '"position"', '"left"']);
  assertEquals(["appSrc", "1a", "a$", "ä", "a b", "", 'a"b'].map(quote), [
    '"appSrc"',
    '"1a"',
    '"a$"',
    '"ä"',
    '"a b"',
    '""',
    '"a""b"',
  ]);
});

database.test("the list of keywords holds those of this server, as tools/keywords.ts writes them", async (url) => {
  await using engine = createEngine(url);
  const server = await engine.begin(namesOf);
  const known = { versions: VERSIONS, keywords: KEYWORDS, types: TYPES };
  const text = await Deno.readTextFile(new URL("keywords.ts", import.meta.url));
  assertEquals(sourceOf(union(known, server)), text, "run tools/keywords.ts with the URL of this server");
  const strict = [...server.keywords].filter(([, category]) => category !== "U");
  assertEquals(strict.filter(([word, category]) => KEYWORDS.get(word) !== category), []);
});

database.test("every keyword of the server can name a table, a column, a type and an index", async (url) => {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  const words = [...(await namesOf(connection)).keywords.keys()];
  const kinds = words.filter((word) => !TYPES.has(word)).map(quote);
  await connection.execute("CREATE SCHEMA words; SET LOCAL search_path = words");
  await connection.execute(`CREATE TABLE "all words" (${words.map((word) => `${quote(word)} int`).join(", ")})`);
  await connection.execute(kinds.map((word) => `CREATE TYPE ${word} AS ENUM ('a')`).join("; "));
  await connection.execute(`CREATE TABLE "all kinds" (${kinds.map((type, at) => `c${at} ${type}[]`).join(", ")})`);
  await connection.execute("CREATE SCHEMA tables; SET LOCAL search_path = tables");
  await connection.execute(words.map((word) => `CREATE TABLE ${quote(word)} (a int)`).join("; "));
  await connection.execute("CREATE SCHEMA indexes; SET LOCAL search_path = indexes; CREATE TABLE one (a int)");
  await connection.execute(words.map((word) => `CREATE INDEX ${quote(word)} ON one (a)`).join("; "));
  const made = await connection.execute<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_class WHERE relnamespace = 'tables'::regnamespace AND relkind = 'r'",
  );
  assertEquals(made.scalarOne(), words.length);
  await connection.rollback();
});
