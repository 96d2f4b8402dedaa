import { assertEquals } from "@std/assert";
import { createEngine } from "../lib/engine/engine.ts";
import { testDatabase } from "./test_database.ts";
import { select } from "../lib/orm/select.ts";
import { sessionmaker } from "../lib/orm/sessionmaker.ts";
import { emptyTables } from "./empty_tables.ts";
import { metadata, Team } from "./playground.ts";

const database = testDatabase(import.meta.url);

database.test("tables are emptied and count from 1; they are made anew only after their definition changed", async (url) => {
  await using engine = createEngine(url);
  const sent = new Set<string>();
  engine.events.on("query", ({ sql }) => sent.add(sql.split(" ", 1)[0]));
  const CHANGES = [
    "ALTER TABLE scores DROP COLUMN points",
    "ALTER TABLE notes ALTER line DROP NOT NULL",
    "ALTER TABLE apart DISABLE TRIGGER ALL",
    "DROP TABLE user_toy",
    "CREATE FUNCTION seven() RETURNS integer LANGUAGE sql AS 'SELECT 7'",
  ];
  // whose triggers are not those of foreign keys, which are the superuser's
  await engine.begin((connection) =>
    connection.execute(
      "CREATE TABLE apart (id integer); " +
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; " +
        "CREATE TRIGGER does_nothing AFTER INSERT ON apart EXECUTE FUNCTION nothing()",
    )
  );
  const found: string[] = [];
  for (const change of [undefined, undefined, ...CHANGES]) {
    if (change) await engine.begin((connection) => connection.execute(change));
    sent.clear();
    await engine.begin((connection) => emptyTables(connection, metadata));
    found.push(["CREATE", "TRUNCATE"].filter((word) => sent.has(word)).join());
    const team = new Team({ name: "bikini bottom" });
    const teams = await sessionmaker(engine).begin(async (session) => {
      session.add(team);
      return (await session.scalars(select(Team))).all();
    });
    assertEquals(teams, [team]);
    assertEquals(team.id, 1);
  }
  assertEquals(found, ["CREATE", "TRUNCATE", ...CHANGES.map(() => "CREATE")]);
});
