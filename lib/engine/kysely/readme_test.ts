import { assertEquals } from "@std/assert";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { createEngine } from "../engine.ts";
import { EngineUrl } from "../url.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** A value of each type whose values may be expected to differ, and of some whose do not. */
const SAMPLES: Record<string, string> = {
  boolean: "t",
  integer: "1",
  bigint: "1",
  real: "1.5",
  numeric: "1.5",
  money: "1",
  text: "a",
  name: "a",
  uuid: "00000000-0000-0000-0000-000000000001",
  date: "2026-01-02",
  time: "01:02",
  timetz: "01:02+00",
  timestamp: "2026-01-02 03:04",
  timestamptz: "2026-01-02 03:04+00",
  interval: "1 day 02:00",
  bytea: "\\x01",
  jsonb: "[1]",
  point: "(1,2)",
  circle: "<(1,2),3>",
  inet: "127.0.0.1",
  daterange: "[2026-01-01,2026-01-02)",
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `${kindOf(value[0])}[]`;
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}

for (const driver of ["pg", "postgres", "wire", "libpq"] as const) {
  database.test(`${driver}: the README's table has the types whose values differ from Kysely's own`, async (url) => {
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver));
    const ours = engine.kysely();
    const theirs = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }) });
    const said = await Deno.readTextFile(new URL("README.md", import.meta.url));
    const rows = said.split("\n").map((line) => line.split("|").map((cell) => cell.trim())).filter((row) =>
      row.length === 5
    );
    const found: Record<string, string[]> = {};
    try {
      for (const type of Object.keys(SAMPLES).flatMap((type) => [type, `${type}[]`])) {
        const text = SAMPLES[type] ?? `{"${SAMPLES[type.slice(0, -2)].replaceAll("\\", "\\\\")}"}`;
        const query = sql<{ value: unknown }>`select ${sql.lit(text)}::${sql.raw(type)} as value`;
        const [there, here] = [await query.execute(theirs), await query.execute(ours)].map((r) =>
          kindOf(r.rows[0].value)
        );
        if (there !== here) found[type] = [there, here];
      }
    } finally {
      await theirs.destroy();
    }
    const named: Record<string, string[]> = {};
    for (const [, what, there, here] of rows) {
      for (const [, type] of what.matchAll(/`([a-z]+(?:\[\])?)`/g)) named[type] = [there, here];
    }
    // an array of one of them follows from it
    const follows = (type: string) =>
      found[type.slice(0, -2)]?.map((kind) => `${kind}[]`).join() === found[type].join();
    const own = Object.entries(found).filter(([type]) => !(type.endsWith("[]") && follows(type)));
    assertEquals(named, Object.fromEntries(own));
  });
}
