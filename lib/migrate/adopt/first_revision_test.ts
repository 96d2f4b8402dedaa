/** The head of the first revision: what a new database needs besides. */
import { assertEquals } from "@std/assert";
import { adopt } from "../commands.ts";
import { makeMigrations, scratch } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** citext in an own schema, where the server has it. */
const CITEXT = `
CREATE SCHEMA IF NOT EXISTS extensions;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citext') THEN
    CREATE EXTENSION IF NOT EXISTS citext SCHEMA extensions;
    EXECUTE 'CREATE TABLE words (id integer PRIMARY KEY, texts ' || (
      SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'citext') || '.citext[])';
  END IF;
END $$;`;

database.test("the first revision lists what it does not create, a line for each kind", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await engine.begin(async (connection) => {
    await connection.execute(`
      CREATE SCHEMA ${schema}_other;
      CREATE TYPE ${schema}_other.mood AS ENUM ('sad', 'glad');
      CREATE FUNCTION ${schema}_other.is_good(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
      CREATE TABLE ${schema}_other.places (id integer PRIMARY KEY);
      CREATE TABLE people (
        id integer PRIMARY KEY, name text CHECK (${schema}_other.is_good(name)), moods ${schema}_other.mood[],
        place_id integer REFERENCES ${schema}_other.places);
      CREATE VIEW names AS SELECT name FROM people;
      CREATE SEQUENCE numbers;
      CREATE UNLOGGED TABLE fast (id integer PRIMARY KEY) WITH (fillfactor = 50);
      CREATE TABLE one (id integer PRIMARY KEY);
      ALTER TABLE one ENABLE ROW LEVEL SECURITY;
      CREATE TABLE two (id integer PRIMARY KEY);
      ALTER TABLE two ENABLE ROW LEVEL SECURITY`);
    for (let index = 1; index <= 7; index++) await connection.execute(`CREATE VIEW v${index} AS SELECT ${index}`);
    await connection.execute(CITEXT);
  });
  await using folder = await makeMigrations();
  const { revision } = await adopt(engine, folder.directory);
  await using connection = await engine.connect();
  const citext = (await connection.execute("SELECT FROM pg_extension WHERE extname = 'citext'")).all().length > 0;
  const text = (await Deno.readTextFile(revision.path)).replaceAll(`${schema}_other`, "other").split("\n");
  assertEquals(
    text.slice(
      text.indexOf(" * Add here what up() does not create:") + 1,
      text.indexOf(" * Revision ID: " + revision.id) - 1,
    ),
    [
      ...(citext ? [" * - extension citext"] : []),
      " * - function other.is_good(text)",
      " * - table other.places",
      " * - type other.mood",
      " * - views names, v1, v2, v3, v4 and 3 more",
      " * - sequence numbers",
      " * - table fast: is unlogged, has storage parameters",
      " * - tables one, two: have row-level security",
    ],
  );
});
