import { assert, assertEquals, assertRejects } from "@std/assert";
import { boolean, createEngine, integer, Metadata, sql, UnsupportedByServerError } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { autogenerate } from "../migrate/autogenerate.ts";
import { problemsOnServer } from "./server_version.ts";
import type { TableOptions } from "./table_options.ts";

const database = testDatabase(import.meta.url);

function models(options: TableOptions): Metadata {
  const metadata = new Metadata();
  metadata.add("heroes", { id: integer().primaryKey(), age: integer(), enforced: boolean() }, options);
  return metadata;
}
const withNulls = models({ indexes: [{ name: "ix", definition: "btree (age) NULLS NOT DISTINCT", unique: true }] });

Deno.test("what a server lacks is told by the SQL that asks for it, and not by texts, names and conditions", () => {
  const cases: [options: TableOptions, needed: [name: string, since: number][]][] = [
    [{ indexes: [{ name: "ix", definition: "btree (age) nulls /* so */ not\ndistinct WHERE age > 0" }] }, [["ix", 15]]],
    [{ constraints: { uq: "UNIQUE NULLS NOT DISTINCT (age)" } }, [["uq", 15]]],
    [{ constraints: { fk: "FOREIGN KEY (age) REFERENCES heroes ON DELETE SET NULL (age)" } }, [["fk", 15]]],
    [{ constraints: { fk: "FOREIGN KEY (age) REFERENCES heroes (id) ON DELETE SET NULL" } }, []],
    [{ constraints: { uq: "UNIQUE (id, during WITHOUT OVERLAPS)" } }, [["uq", 18]]],
    [{ constraints: { fk: "FOREIGN KEY (id, PERIOD during) REFERENCES a (id, PERIOD during)" } }, [["fk", 18]]],
    [{ constraints: { ck: "CHECK (age > 0) NOT ENFORCED" } }, [["ck", 18]]],
    [{ constraints: { ck: "CHECK (NOT enforced)" } }, []],
    [{ constraints: { ck: `CHECK ('NULLS NOT DISTINCT' <> "NOT ENFORCED") -- WITHOUT OVERLAPS` } }, []],
    [{ checks: { ck: "NOT enforced" }, indexes: [{ name: "ix", on: [sql("age IS NOT DISTINCT FROM 1")] }] }, []],
  ];
  for (const [options, needed] of cases) {
    const found = (version: number) => problemsOnServer(models(options), version);
    for (const [name, since] of needed) {
      assertEquals(found(since * 10_000), []);
      assertEquals(found(since * 10_000 - 1).length, 1);
      assert(found(since * 10_000 - 1)[0].includes(`"${name}"`));
    }
    if (needed.length === 0) assertEquals(found(90_000), []);
  }
  assertEquals(problemsOnServer(withNulls, 140_023), [
    `"ix" of table "heroes" uses NULLS NOT DISTINCT, which PostgreSQL has since version 15`,
  ]);
});

database.test("createAll() and autogenerate refuse what the server lacks before they change anything", async (url) => {
  await using engine = createEngine(url);
  const version = (await engine.begin((connection) =>
    connection.execute<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    )
  )).scalarOne();
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => void sent.push(sql));
  const create = () => engine.begin((connection) => withNulls.createAll(connection));
  const compare = () => engine.begin((connection) => autogenerate(connection, withNulls));
  if (version >= 150_000) {
    assertEquals((await compare()).summary, ["create table heroes"]);
    await create();
    assertEquals((await compare()).summary, []);
  } else {
    for (const work of [create, compare]) {
      const { message } = await assertRejects(work, UnsupportedByServerError, "NULLS NOT DISTINCT");
      assert(message.startsWith("The server, PostgreSQL 14."), message);
    }
    assertEquals(sent.filter((sql) => /^CREATE/.test(sql)), []);
  }
});

database.test("a model that every supported server can have is created without a question for the version", async (url) => {
  await using engine = createEngine(url);
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => void sent.push(sql));
  await engine.begin((connection) => models({ schema: "trade" }).createAll(connection));
  assertEquals(sent.filter((sql) => sql.includes("server_version")), []);
});
