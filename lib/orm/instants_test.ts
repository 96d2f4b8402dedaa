/** Instants to the microsecond: a Date keeps what it cannot show, and a column can be read in an exact form. */
import { assert, assertEquals } from "@std/assert";
import { array, declarativeBase, identity, integer, select, text, timestamptz } from "../mod.ts";
import { EVERY_SESSION, firstWord, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { encodeParameter } from "../values/parameters.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Tick extends model("ticks", {
  id: identity().primaryKey(),
  at: timestamptz(),
  times: array(timestamptz()).nullable(),
  instant: timestamptz({ as: "instant" }).nullable(),
  utc: timestamptz({ as: "text" }).nullable(),
  note: text().nullable(),
  edition: integer().version(),
}) {}

/** Instants of which three share a millisecond, one before 1970, one in a year that microseconds cannot count as number. */
const TIMES = [
  "1969-12-31T23:59:59.999999Z",
  "2026-01-05T04:05:06.123456Z",
  "2026-01-05T04:05:06.123457Z",
  "2026-01-05T04:05:06.123999Z",
  "2900-01-05T04:05:06.000001Z",
];
const ROWS = `INSERT INTO ticks (at, times, instant, utc, edition) SELECT at, ARRAY[at], at, at, 1 FROM unnest('{${
  TIMES.join(",")
}}'::timestamptz[]) AS at`;

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, firstWord);

  test("an object finds its row by the Date that it was loaded with, and by each exact form", async (t) => {
    await using session = t.getSession();
    await session.execute(ROWS);
    const ticks = (await session.scalars(select(Tick).orderBy("id"))).all();
    for (const [index, tick] of ticks.entries()) {
      assertEquals(encodeParameter(tick.at), TIMES[index]);
      assertEquals([String(tick.instant), tick.utc], [TIMES[index], TIMES[index]]);
      assertEquals(JSON.parse(JSON.stringify(tick.instant)), TIMES[index]);
      assertEquals((await session.scalars(select(Tick).where("at", "=", tick.at))).all(), [tick]);
      assertEquals((await session.scalars(select(Tick).where("instant", "=", tick.instant))).all(), [tick]);
      assertEquals((await session.scalars(select(Tick).where("utc", "=", tick.utc))).all(), [tick]);
      assertEquals((await session.scalars(select(Tick).where("at", "in", [tick.at]))).all(), [tick]);
    }
    const rows = (await session.execute(select(Tick).columns("at", "instant", "utc").orderBy("id"))).all();
    assertEquals(rows.map(({ instant }) => String(instant)), TIMES);
    assertEquals(rows.map(({ at }) => encodeParameter(at)), TIMES);
    await session.rollback();
  });

  for (const column of ["at", "instant", "utc"] as const) {
    test(`pages that begin after the last ${column} give each row once`, async (t) => {
      await using session = t.getSession();
      await session.execute(ROWS);
      const seen: number[] = [];
      let page = (await session.scalars(select(Tick).orderBy(column).limit(1))).all();
      while (page.length > 0 && seen.length < 10) {
        seen.push(...page.map(({ id }) => id));
        const after = page.at(-1)![column] as never;
        page = (await session.scalars(select(Tick).where(column, ">", after).orderBy(column).limit(1))).all();
      }
      assertEquals([seen.length, new Set(seen).size], [5, 5]);
      await session.rollback();
    });
  }

  test("loading and writing another column changes no instant; a Date is written where it is another one", async (t) => {
    await using session = t.getSession();
    await session.execute(ROWS);
    await session.commit();
    const ticks = (await session.scalars(select(Tick).orderBy("id"))).all();
    assertEquals(session.dirty.size, 0);
    for (const tick of ticks) tick.note = "seen";
    await session.commit();
    const read = "SELECT count(*)::int FROM ticks WHERE at = instant AND at = utc AND at = times[1]";
    assertEquals(await t.rows(`${read} AND edition = 2`), [[5]]);

    ticks[1].at = new Date(ticks[1].at); // as one that came by JSON: the same millisecond
    assertEquals(session.dirty.size, 0, "it must not cut off the microseconds in the database");
    ticks[1].at = ticks[2].at;
    assertEquals(session.dirty.size, 1, "the next microsecond");
    ticks[3].at.setUTCHours(0, 0, 0, 0);
    await session.commit();
    assertEquals(await t.rows("SELECT at = '2026-01-05T04:05:06.123457Z' FROM ticks WHERE id = 2"), [[true]]);
    assertEquals(await t.rows("SELECT at = '2026-01-05T00:00:00Z' FROM ticks WHERE id = 4"), [[true]]);

    ticks[0].at = new Date(0);
    await session.flush();
    await session.rollback();
    assertEquals(encodeParameter(ticks[0].at), TIMES[0], "a rollback restores every digit");
    await session.refresh(ticks[4]);
    assertEquals(encodeParameter(ticks[4].at), TIMES[4]);
  });

  test("an array of Dates keeps its microseconds; a change in place is written", async (t) => {
    await using session = t.getSession();
    await session.execute(ROWS);
    await session.commit();
    const tick = await session.getOne(Tick, 2);
    tick.times!.push(tick.at);
    await session.commit();
    assertEquals(await t.rows("SELECT times = ARRAY[at, at] FROM ticks WHERE id = 2"), [[true]]);
  });
}

Deno.test("the compiler knows each form", () => {
  const tick = new Tick({ at: new Date(), instant: Temporal.Now.instant(), utc: "2026-01-05T04:05:06Z" });
  const [at, instant, utc]: [Date, Temporal.Instant | null, string | null] = [tick.at, tick.instant, tick.utc];
  assert(at && instant && utc);
  // @ts-expect-error: a Date is no Instant
  tick.instant = new Date();
  // @ts-expect-error: nor is it a text
  select(Tick).where("utc", "=", new Date());
  // @ts-expect-error: there is no such form
  timestamptz({ as: "moment" });
});
