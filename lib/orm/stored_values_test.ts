/** After a commit objects hold what is stored: for every type, random values are compared with what a fresh session reads. */
import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  array,
  bigint,
  boolean,
  bytea,
  type Column,
  columnType,
  createEngine,
  date,
  declarativeBase,
  doublePrecision,
  enumeration,
  identity,
  integer,
  json,
  jsonb,
  numeric,
  real,
  select,
  smallint,
  sqlType,
  text,
  time,
  timestamp,
  timestamptz,
  uuid,
  varchar,
} from "../mod.ts";
import { cases, seed } from "../../testing/cases.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { emptyTables } from "../../testing/empty_tables.ts";
import { compareModels } from "../migrate/model_comparison.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { exactDate } from "../values/instants.ts";
import { encodeParameter } from "../values/parameters.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

/** A type of floats of 32 bits, of which the library knows nothing. */
const cube = columnType<[number, number]>({
  sql: "point",
  oids: [600, 1017],
  decode: (text) => text.slice(1, -1).split(",").map(Number) as [number, number],
  encode: ([x, y]) => `(${x},${y})`,
});

const columns = {
  small: smallint(),
  whole: integer(),
  big: bigint(),
  price: numeric(10, 2),
  round: numeric(6),
  any: numeric(),
  single: real(),
  double: doublePrecision(),
  flag: boolean(),
  words: text(),
  few: varchar(3),
  fixed: sqlType("char(4)"),
  mood: enumeration("stored_mood", ["ok", "bad"]),
  key: uuid(),
  day: date(),
  clock: time(),
  clock1: time(1),
  moment: timestamp(),
  moment3: timestamp(3),
  at: timestamptz(),
  at0: timestamptz(0),
  at4: timestamptz(4),
  instant: timestamptz({ as: "instant" }),
  instant2: timestamptz({ as: "instant", precision: 2 }),
  utc: timestamptz({ as: "text" }),
  utc0: timestamptz({ as: "text", precision: 0 }),
  bytes: bytea(),
  doc: jsonb(),
  plain: json(),
  prices: array(numeric(10, 2)),
  singles: array(real()),
  days: array(date()),
  ats: array(timestamptz()),
  instants: array(timestamptz({ as: "instant" })),
  docs: array(jsonb()),
  spot: cube(),
  wait: sqlType("interval"),
  address: sqlType("inet"),
};
class Thing extends model("things", { id: identity().primaryKey(), ...nullable(columns) }) {}

type Values = { [Name in keyof typeof columns]?: unknown };

function nullable<C extends Record<string, Column<unknown>>>(all: C) {
  return Object.fromEntries(Object.entries(all).map(([name, column]) => [name, column.nullable()])) as {
    [Name in keyof C]: Column<C[Name]["value"] | null, true>;
  };
}

const number = (min: number, max: number, width = 1) =>
  fc.integer({ min, max }).map((value) => String(value).padStart(width, "0"));
const decimal = fc.tuple(fc.constantFrom("", "-", "+"), number(0, 99_999, 3), fc.option(number(0, 99_999, 5)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? "" : `.${fraction}`}`);
const float = fc.oneof(fc.double(), fc.float(), fc.constantFrom(0.1, -0, 1 / 3, NaN, Infinity, 16_777_217, 1e-40));
const single = float.filter((value) => Math.abs(value) < 1e38 && (Math.abs(value) > 1e-44 || value === 0));
const someDate = fc.tuple(number(1, 12_000, 4), number(1, 12), number(1, 28)).map((parts) => parts.join("-"));
const fraction = fc.option(number(0, 999_999, 6)).map((digits) => digits === null ? "" : `.${digits}`);
const someTime = fc.tuple(number(0, 23), number(0, 59), number(0, 59), fraction)
  .map(([hours, minutes, seconds, rest]) => `${hours}:${minutes}:${seconds}${rest}`);
const someMoment = fc.tuple(someDate, fc.constantFrom(" ", "T"), someTime).map((parts) => parts.join(""));
const someAt = fc.tuple(fc.integer({ min: -1e14, max: 3e14 }), fc.integer({ min: 0, max: 999 }))
  .map(([milliseconds, microseconds]) => exactDate(milliseconds, microseconds));
const someInstant = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n }).map((value) => new Temporal.Instant(value));
const someText = fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed() && !value.includes("\0"));
const someJson = fc.oneof(
  fc.jsonValue({ stringUnit: "grapheme" }).filter((value) => !JSON.stringify(value).includes("\\u0000")),
  fc.constantFrom({ z: undefined, a: new Date(0) }, { n: NaN, list: [undefined, -0] }, [[], {}]),
).filter((value) => value !== null);
const listOf = <T>(value: fc.Arbitrary<T>) => fc.array(fc.option(value), { maxLength: 3 });

const arbitrary: fc.Arbitrary<Values> = fc.record(
  {
    small: fc.constantFrom(0, -0, 5, -32768),
    whole: fc.integer(),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    price: decimal,
    round: decimal,
    any: fc.oneof(decimal, fc.constantFrom("1e3", "NaN", ".5", "5.", "-0.00")),
    single,
    double: float,
    flag: fc.boolean(),
    words: someText,
    few: fc.constantFrom("", "a", "abc", "ab   ", "é€😀"),
    fixed: fc.constantFrom("", "ab", "abcd", "ab     ", "é€😀"),
    mood: fc.constantFrom("ok", "bad"),
    key: fc.uuid().chain((id) =>
      fc.constantFrom(id, id.toUpperCase(), `{${id}}`, id.replaceAll("-", ""), `{${id.toUpperCase()}}`)
    ),
    day: fc.oneof(someDate, fc.constantFrom("2026-1-5", "Jan 5 2026", "infinity", "0044-3-15 BC", "20260105")),
    clock: fc.oneof(someTime, fc.constantFrom("24:00", "4:5", "23:59:59.999999", "04:05 PM")),
    clock1: fc.oneof(someTime, fc.constantFrom("23:59:59.96", "00:00:00.05")),
    moment: fc.oneof(someMoment, fc.constantFrom("2026-1-5", "-infinity", "2026-01-05T04:05:06Z")),
    moment3: fc.oneof(someMoment, fc.constantFrom("2026-12-31 23:59:59.9996")),
    at: someAt,
    at0: someAt,
    at4: someAt,
    instant: someInstant,
    instant2: someInstant,
    utc: someInstant.map((value) => value.toString()),
    utc0: fc.oneof(someInstant.map((value) => value.toString()), fc.constant("2026-01-05 04:05:06.7+02")),
    bytes: fc.uint8Array(),
    doc: someJson,
    plain: someJson,
    prices: listOf(decimal),
    singles: listOf(single),
    days: listOf(someDate),
    ats: listOf(someAt),
    instants: listOf(someInstant),
    docs: listOf(someJson),
    spot: fc.tuple(fc.integer(), fc.integer()),
    wait: fc.constantFrom("90 minutes", "1 day", "P1Y2M"),
    address: fc.constantFrom("10.0.0.1", "10.0.0.1/32", "::1"),
  } satisfies Record<keyof typeof columns, fc.Arbitrary<unknown>>,
  { requiredKeys: [] },
);

/** Instants to the last digit; everything else as it is. */
function exact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(exact);
  if (value instanceof Date || value instanceof Temporal.Instant) return encodeParameter(value);
  return value;
}

const attributes = (thing: Thing) =>
  Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, exact(value ?? null)]));

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("random values of every type, inserted and updated, are what a fresh session reads", async (t) => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(arbitrary, arbitrary), { minLength: 1, maxLength: 3 }),
      async (rows) => {
        await using session = t.getSession();
        const things = rows.map(([values]) => new Thing(values as never));
        const compare = async (when: string) => {
          await session.commit();
          assertEquals(session.dirty.size, 0, `${when}, nothing is left to write`);
          await using fresh = t.getSession();
          for (const thing of things) {
            assertEquals(attributes(thing), attributes(await fresh.getOne(Thing, thing.id)), when);
          }
        };
        session.addAll(things);
        await compare("inserted");
        rows.forEach(([_, values], index) => Object.assign(things[index], values));
        await compare("updated");
      },
    );
    await fc.assert(property, { numRuns: cases(25), seed: seed(8), endOnFailure: true });
  });

  test("halves are rounded as the server does, and what it rounds is not left to write", async (t) => {
    await using session = t.getSession();
    const early = Temporal.Instant.from("1653-02-10T06:13:20Z");
    const thing = new Thing({ single: -1953970.25, singles: [-1953970.25, 118425616], instant2: early });
    session.add(thing);
    await session.commit();
    assertEquals([thing.single, thing.singles], [-1953970.2, [-1953970.2, 118425616]]);
    assertEquals(session.dirty.size, 0);
    [thing.instant2, thing.at4] = [
      early.add({ nanoseconds: 13 }),
      exactDate(Date.UTC(2284, 5, 16, 23, 25, 3, 450), 599),
    ];
    await session.commit();
    assertEquals([String(thing.instant2), session.dirty.size], [String(early), 0]);
    assertEquals(encodeParameter(thing.at4), "2284-06-16T23:25:03.450600Z");
  });

  test("RETURNING lists only what may be stored otherwise; values that are stored as they are need none", async (t) => {
    await using session = t.getSession();
    const sql: string[] = [];
    t.engine.events.on("query", (event) => sql.push(event.sql));
    const thing = new Thing({ price: "1.50", at: new Date(0), at0: new Date(1000), day: "2026-01-05" });
    session.add(thing);
    await session.commit();
    thing.price = "2.00";
    await session.commit();
    [thing.price, thing.single] = ["2.005", 0.1];
    t.sent.length = 0;
    await session.commit();
    assertEquals([thing.price, thing.single], ["2.01", 0.1]);
    assertEquals(t.sent, ["BEGIN", "UPDATE", "COMMIT"], "no further round trip");
    const returned = sql.filter((text) => /^(INSERT|UPDATE)/.test(text)).map((text) =>
      text.replace(/.* RETURNING /, "")
    );
    if (driver === "blocking") return; // it has an engine of its own
    assert(!/\b(price|at0|day)\b/.test(returned[0]), returned[0]);
    assertEquals(returned.slice(1), ["id", "id, price"]);
  });

  test("a value that is assigned while the flush runs is kept, and written by the next one", async (t) => {
    await using session = t.getSession();
    const thing = new Thing({ price: "1.005" });
    session.add(thing);
    const flushed = session.flush();
    thing.price = "7.00";
    await flushed;
    assertEquals(thing.price, "7.00");
    await session.commit();
    assertEquals(await t.rows("SELECT price FROM things"), [["7.00"]]);
  });

  test("after a rollback an object holds again what it was given", async (t) => {
    await using session = t.getSession();
    const thing = new Thing({ price: "1.005" });
    session.add(thing);
    await session.flush();
    assertEquals(thing.price, "1.01");
    await session.rollback();
    assertEquals(thing.price, "1.005");
    const [{ length }] = [(await session.scalars(select(Thing))).all()];
    assertEquals(length, 0);
  });
}

database.test("to autogenerate the forms of a type are one type, and serverChanges() is none of the database's business", async (url) => {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await emptyTables(connection, metadata);
    await metadata.createAll(connection);
  });
  const { model: again, metadata: same } = declarativeBase();
  const marked = Object.entries(nullable(columns)).map(([name, column]) => [name, column.serverChanges()]);
  again("things", { id: identity().primaryKey(), ...Object.fromEntries(marked) });
  for (const each of [metadata, same]) {
    assertEquals((await compareModels(engine, "nowhere", { metadata: each }))?.summary, []);
  }
});
