/** Exercise 14.4: PostgreSQL itself says which orders fail. */
import { assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../../lib/mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import exercises, { BEFORE } from "./14.ts";

const database = testDatabase(import.meta.url);
const { grade } = exercises.find(({ id }) => id === "14.4")!;
const RIGHT = [..."BDAECF"];

const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  A: ["UPDATE heroes SET motto = 'ahoy' WHERE motto IS NULL"],
  B: ["ALTER TABLE heroes ADD COLUMN motto text"],
  C: ["ALTER TABLE heroes VALIDATE CONSTRAINT has_motto"],
  D: [],
  E: ["ALTER TABLE heroes ADD CONSTRAINT has_motto CHECK (motto IS NOT NULL) NOT VALID"],
  F: ["ALTER TABLE heroes ALTER COLUMN motto SET NOT NULL", "ALTER TABLE heroes DROP CONSTRAINT has_motto"],
};

/** Takes the steps in this order, with the program at work after each; returns what failed first. */
async function runOrder(url: string, order: readonly string[]): Promise<string | undefined> {
  await using engine = createEngine(url);
  const run = (sql: string) => engine.begin((connection) => connection.execute(sql));
  await run("DROP TABLE IF EXISTS heroes");
  await run("CREATE TABLE heroes (name text, shells integer)");
  await run("INSERT INTO heroes VALUES ('sandy', 1), ('gary', 2)");
  let columns = ["name", "shells"];
  for (const step of order) {
    try {
      for (const sql of STATEMENTS[step]) await run(sql);
      if (step === "D") columns = [...columns, "motto"];
    } catch {
      return `step ${step}`;
    }
    const values = columns.map((column) => column === "shells" ? "1" : `'${column}'`);
    const insert = `INSERT INTO heroes (${columns.join(", ")}) VALUES (${values.join(", ")})`;
    for (const [what, sql] of [["UPDATE", "UPDATE heroes SET shells = shells + 1"], ["INSERT", insert]]) {
      if (await fails(engine, sql)) return `an ${what} after step ${step}`;
    }
  }
}

async function fails(engine: Engine, sql: string): Promise<boolean> {
  return await engine.begin((connection) => connection.execute(sql)).then(() => false, () => true);
}

database.test("exercise 14.4: no program fails in the order that passes", async (url) => {
  assertEquals(await runOrder(url, RIGHT), undefined);
  assertEquals((await grade(RIGHT, { milliseconds: 0, signal: AbortSignal.timeout(1000) })).status, "PASS");
});

database.test("exercise 14.4: where the check says that something fails, it fails", async (url) => {
  const failures: Record<string, string | undefined> = {};
  for (const [first, then] of BEFORE) {
    const order = RIGHT.filter((step) => step !== then);
    order.splice(order.indexOf(first), 0, then);
    assertEquals((await grade(order, { milliseconds: 0, signal: AbortSignal.timeout(1000) })).status, "NOT YET");
    failures[`${then} before ${first}`] = await runOrder(url, order);
  }
  assertEquals(failures, {
    "D before B": "an INSERT after step D",
    "A before D": "an UPDATE after step E",
    "A before B": "step A",
    "E before B": "step E",
    "E before D": "an UPDATE after step E",
    "E before A": "an UPDATE after step E",
    "C before E": "step C",
    "F before C": "step C",
  });
});
