/** The table beside SQLAlchemy: each row names a test, and what Kysely does runs in a session. */
import { assertEquals, assertThrows } from "@std/assert";
import { createEngine, sessionmaker } from "../mod.ts";
import { sessionTest } from "../../testing/fixture.ts";
import { permittedTest } from "../../testing/permitted.ts";
import { Hero, metadata } from "../../testing/heroes.ts";
import { testDatabase } from "../../testing/test_database.ts";

const page = new URL("SQLALCHEMY.md", import.meta.url);
const VERDICTS = ["as there", "on purpose other, because ", "Kysely does it", "out, because "];

/** The rows of the page: verdict, path and beginning of the name of a test. */
async function readRows(): Promise<{ verdict: string; path: string; title: string }[]> {
  const lines = (await Deno.readTextFile(page)).split("\n").filter((line) => /^\| .*\]\(.*_test\.ts\):/.test(line));
  return lines.map((line) => {
    const [verdict, test] = line.split(/(?<!\\)\|/).slice(3, 5).map((cell) => cell.trim());
    const [, path, title] = /\]\((.*?)\): (.*)$/.exec(test)!;
    return { verdict, path, title };
  });
}

permittedTest("read", "each row of SQLALCHEMY.md has a verdict and names a test that exists", async () => {
  const rows = await readRows();
  const wrong = await Promise.all(rows.map(async ({ verdict, path, title }) => {
    const source = await Deno.readTextFile(new URL(path, page));
    const isThere = ['"', "`", "'", "}: "].some((quote) => source.includes(quote + title));
    const isKnown = VERDICTS.some((each) => each.endsWith(" ") ? verdict.startsWith(each) : verdict === each);
    return isThere && isKnown ? [] : [`${verdict}: ${path}: ${title}`];
  }));
  assertEquals(wrong.flat(), []);
});

permittedTest("read", "SQLALCHEMY.md counts its rows by verdict", async () => {
  const rows = await readRows();
  const counts = VERDICTS.map((each) => {
    const [word] = each.split(",");
    return `${word} ${rows.filter(({ verdict }) => verdict.startsWith(word)).length}`;
  });
  const [, stated] = /^\*\*(.*)\*\*$/m.exec(await Deno.readTextFile(page))!;
  assertEquals(stated, `${rows.length} rows: ${counts.join(", ")}.`);
});

Deno.test("two-phase commit is no option of a session", () => {
  const engine = createEngine("postgresql://localhost/none");
  assertThrows(() => sessionmaker(engine, { twophase: true } as never), TypeError, "twophase");
});

const database = testDatabase(import.meta.url);
for (const driver of ["pg", "postgres", "blocking"]) {
  const test = sessionTest(database, driver, metadata);

  test("Kysely's groupBy, having, CTE, union, window functions and subqueries run in a session", async (t) => {
    const db = t.engine.kysely<{ heroes: { name: string; app_src: string | null } }>();
    await using session = t.getSession();
    session.addAll(["a", "b", "c"].map((name) => new Hero({ name, appSrc: name === "c" ? "book" : "film" })));
    const grouped = db.selectFrom("heroes").groupBy("app_src").having(({ fn }) => fn.countAll<bigint>(), ">", 1n)
      .select(({ fn }) => ["app_src", fn.countAll<bigint>().as("count")]);
    assertEquals((await session.execute(grouped)).all(), [{ app_src: "film", count: 2n }]);
    const named = db.with("films", (cte) => cte.selectFrom("heroes").where("app_src", "=", "film").select("name"))
      .selectFrom("films").selectAll().orderBy("name");
    assertEquals((await session.scalars(named)).all(), ["a", "b"]);
    const united = db.selectFrom("heroes").select("name").where("name", "=", "a")
      .unionAll(db.selectFrom("heroes").select("name").where("name", "=", "c")).orderBy("name");
    assertEquals((await session.scalars(united)).all(), ["a", "c"]);
    const ranked = db.selectFrom("heroes").orderBy("name").select(({ fn }) =>
      fn.agg<bigint>("row_number").over((over) => over.partitionBy("app_src").orderBy("name")).as("rank")
    );
    assertEquals((await session.scalars(ranked)).all(), [1n, 2n, 1n]);
    const newest = db.selectFrom("heroes").select("name")
      .where("name", "=", (eb) => eb.selectFrom("heroes").select(({ fn }) => fn.max("name").as("last")));
    assertEquals((await session.scalars(newest)).all(), ["c"]);
  });
}
