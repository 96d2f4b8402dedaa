import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { withClient } from "./admin_client.ts";
import { learner, schemaName, setUp } from "./set_up.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);

Deno.test("the schema is named after the notebook, and after the run if there is one", () => {
  assertEquals(schemaName("01"), "notebook_01");
  assertEquals(schemaName("01", ""), "notebook_01");
  assertEquals(schemaName("01", "Check7"), "notebook_01_check7");
});

Deno.test("a name that would need quoting is refused", () => {
  assertThrows(() => schemaName('01"; DROP'), TypeError, "letters, digits and underscores");
  assertThrows(() => schemaName("01", "a-b"), TypeError, "WORKBOOK_RUN");
  assertThrows(() => schemaName("01", "x".repeat(60)), TypeError, "63");
});

Deno.test("each learner of a hub has a name of their own", () => {
  assertEquals(learner("ann"), "ann");
  assertEquals(learner(""), undefined);
  const names = ["ann.lee", "ann-lee", "Ann_Lee", "ann_lee", "ann.lee@sea.example", "x".repeat(200)].map(learner);
  assertEquals(new Set(names).size, names.length);
  assertMatch(names[0]!, /^ann_lee_[0-9a-f]{6}$/);
  for (const name of names) schemaName("01", name); // which throws for one that would need quoting, or is too long
});

async function schemas(url: string): Promise<string[]> {
  const sql = "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'notebook%' ORDER BY 1";
  return (await withClient(url, (client) => client.query(sql))).rows.map((row) => row.name);
}

database.test("setUp gives an empty schema of its own and says so in one line", async (url) => {
  const lines: string[] = [];
  await using workbook = await setUp("01", { url, run: "a", print: (line) => lines.push(line) });
  assertEquals([workbook.notebook, workbook.schema], ["01", "notebook_01_a"]);
  assertEquals(lines.length, 1);
  assertMatch(lines[0], /^PostgreSQL [\d.]+ is ready\. This notebook works in its own schema, notebook_01_a\.$/);
  await withClient(workbook.url, (client) => client.query("CREATE TABLE heroes (name text)"));
  const sql = "SELECT to_regclass('notebook_01_a.heroes') IS NOT NULL AS here";
  assertEquals((await withClient(url, (client) => client.query(sql))).rows, [{ here: true }]);
});

database.test("setUp again begins afresh, even while a transaction was left open in the old schema", async (url) => {
  const again = () => setUp("02", { url, run: "a", print: () => {} });
  const workbook = await again();
  await withClient(workbook.url, async (client) => {
    await client.query("CREATE TABLE heroes (name text)");
    await client.query("BEGIN");
    await client.query("INSERT INTO heroes VALUES ('Ada')");
    await again();
    await assertRejects(() => client.query("COMMIT"));
  });
  const sql = "SELECT to_regclass('heroes') AS heroes";
  assertEquals((await withClient(workbook.url, (client) => client.query(sql))).rows, [{ heroes: null }]);
  await workbook.tearDown();
  await workbook.tearDown(); // safe to call twice
  assertEquals(await schemas(url), []);
});

database.test("learners who share a server do not meet", async (url) => {
  const print = () => {};
  await using ann = await setUp("05", { url, user: "ann", print });
  await using ben = await setUp("05", { url, user: "ben@sea.example", print });
  assertEquals((await schemas(url)).length, 2);
  await withClient(ann.url, (client) => client.query("CREATE TABLE heroes (name text)"));
  const sql = "SELECT to_regclass('heroes') AS heroes";
  assertEquals((await withClient(ben.url, (client) => client.query(sql))).rows, [{ heroes: null }]);
});

database.test("setUp leaves other notebooks and runs alone", async (url) => {
  const print = () => {};
  await using _first = await setUp("03", { url, run: "", print });
  await using _second = await setUp("03", { url, run: "b", print });
  await using _third = await setUp("04", { url, run: "", print });
  assertEquals(await schemas(url), ["notebook_03", "notebook_03_b", "notebook_04"]);
});
