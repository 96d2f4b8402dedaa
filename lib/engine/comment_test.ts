/** A comment on statements: the server sees it on those without a name, listeners never, and names do not multiply. */
import { assertEquals } from "@std/assert";
import { createEngine, createSyncEngine, EngineUrl } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { unnamedText } from "./drivers/unnamed_text.ts";

const database = testDatabase(import.meta.url);

/** What the server shows of the statement that asks. */
const MINE = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND $1";
const PREPARED = "SELECT count(*)::int FROM pg_prepared_statements";

for (const driver of ["pg", "postgres", "wire", "libpq", "blocking"] as const) {
  const open = (url: string, comment: () => string | undefined, prepare: boolean) => {
    const parsed = EngineUrl.parse(url).withDriver(driver === "blocking" ? "libpq" : driver);
    return driver === "blocking"
      ? createSyncEngine(parsed, { comment, prepare })
      : createEngine(parsed, { comment, prepare, poolSize: 1, maxOverflow: 0 });
  };

  database.test(`${driver}: a comment is appended to statements without a name, out of the listeners' sight`, async (url) => {
    let count = 0;
    const engine = open(url, () => count === 3 ? undefined : `request_id='${++count}'`, false);
    const heard: string[] = [];
    engine.events.on("query", ({ sql }) => heard.push(sql));
    const connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const seen = async (sql: string, parameters?: unknown[]) => (await connection.execute(sql, parameters)).scalar();
    assertEquals(await seen(MINE, [true]), `${MINE} /* request_id='1' */`);
    assertEquals(await seen(MINE, [true]), `${MINE} /* request_id='2' */`);
    assertEquals(await seen(MINE.replace("$1", "true")), `${MINE.replace("$1", "true")} /* request_id='3' */`);
    assertEquals(await seen(MINE, [true]), MINE);
    assertEquals(heard, [MINE, MINE, MINE.replace("$1", "true"), MINE]);
    await connection.close();
    await engine.dispose();
  });

  database.test(`${driver}: 1,000 comments leave the number of prepared statements as it is`, async (url) => {
    let count = 0;
    const engine = open(url, () => `request_id='${++count}'`, true);
    const connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const ask = async () => (await connection.execute(MINE, [true])).scalar();
    assertEquals([await ask(), await ask()], [MINE, MINE]);
    const before = (await connection.execute(PREPARED)).scalar();
    for (let n = 0; n < 1_000; n++) await ask();
    assertEquals((await connection.execute(PREPARED)).scalar(), before);
    await connection.close();
    await engine.dispose();
  });
}

Deno.test("a comment does not end before its end", () => {
  for (const comment of ["*/ DROP TABLE toys; /*", "/*/", "/**/*/", "a\0b"]) {
    const inside = unnamedText({ sql: "SELECT 1", comment }).slice("SELECT 1 /*".length, -"*/".length);
    assertEquals(/\/\*|\*\/|\0/.test(inside), false, inside);
  }
  assertEquals(unnamedText({ sql: "SELECT 1" }), "SELECT 1");
});
