/**
 * Whatever style the server writes a value in, it reads as the same value.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { testDatabase } from "../../../testing/test_database.ts";
import { createEngine } from "../engine.ts";
import { UnreadableValueError } from "../../values/errors.ts";
import { inIso, rangeInIso, type Reported } from "../../values/date_styles.ts";
import { inPostgresStyle } from "../../values/interval_styles.ts";
import { decoderFor } from "../../values/types.ts";

const database = testDatabase(import.meta.url);

const nothing: Reported = () => undefined;
const with_ = (DateStyle: string, TimeZone = "UTC"): Reported => (setting) => ({ DateStyle, TimeZone })[setting];

Deno.test("a date in every DateStyle is ISO", () => {
  assertEquals(inIso("2026-03-01", nothing), "2026-03-01");
  assertEquals(inIso("01.03.2026", nothing), "2026-03-01");
  for (const [style, separator] of [["SQL", "/"], ["Postgres", "-"]]) {
    const [march, january] = [`03${separator}01${separator}2026`, `01${separator}03${separator}2026`];
    assertEquals(inIso(march, with_(`${style}, MDY`)), "2026-03-01");
    assertEquals(inIso(march, with_(`${style}, YMD`)), "2026-03-01");
    assertEquals(inIso(january, with_(`${style}, DMY`)), "2026-03-01");
  }
  assertEquals(inIso("0044-03-15 BC", nothing), "0044-03-15 BC");
  assertEquals(inIso("15.03.0044 BC", nothing), "0044-03-15 BC");
  assertEquals(inIso("15.03.12024", nothing), "12024-03-15");
  for (const text of ["infinity", "-infinity"]) assertEquals(inIso(text, nothing), text);
});

Deno.test("a timestamp in every DateStyle is ISO", () => {
  const iso = "2026-03-01 12:30:05.123456";
  assertEquals(inIso(iso, nothing), iso);
  assertEquals(inIso("01.03.2026 12:30:05.123456", nothing), iso);
  assertEquals(inIso("03/01/2026 12:30:05.123456", with_("SQL, MDY")), iso);
  assertEquals(inIso("Sun Mar 01 12:30:05.123456 2026", nothing), iso);
  assertEquals(inIso("Sun 01 Mar 12:30:05.123456 2026", nothing), iso);
  assertEquals(inIso("Thu Mar 15 12:00:00 0044 BC", nothing), "0044-03-15 12:00:00 BC");
});

Deno.test("a timestamptz with the name of its time zone has that zone's offset", () => {
  const berlin = with_("German, DMY", "Europe/Berlin");
  assertEquals(inIso("01.03.2026 12:30:05.5 CET", berlin), "2026-03-01 12:30:05.5+01");
  assertEquals(inIso("01.07.2026 12:30:05.5 CEST", berlin), "2026-07-01 12:30:05.5+02");
  assertEquals(inIso("01.03.1800 12:00:00 LMT", berlin), "1800-03-01 12:00:00+00:53:28");
  assertEquals(
    inIso("Sun Mar 01 12:30:05 2026 IST", with_("Postgres, MDY", "Asia/Kolkata")),
    "2026-03-01 12:30:05+05:30",
  );
  assertEquals(inIso("03/01/2026 12:30:05 +0545", with_("SQL, MDY", "Asia/Kathmandu")), "2026-03-01 12:30:05+05:45");
  assertEquals(inIso("Sun Mar 01 12:30:05 2026 -03", nothing), "2026-03-01 12:30:05-03");
});

Deno.test("of an hour that comes twice the name of the zone says which", () => {
  const berlin = with_("German, DMY", "Europe/Berlin");
  assertEquals(inIso("25.10.2026 02:30:00 CEST", berlin), "2026-10-25 02:30:00+02");
  assertEquals(inIso("25.10.2026 02:30:00 CET", berlin), "2026-10-25 02:30:00+01");
  const newYork = with_("SQL, MDY", "America/New_York");
  assertEquals(inIso("11/01/2026 01:30:00 EDT", newYork), "2026-11-01 01:30:00-04");
  assertEquals(inIso("11/01/2026 01:30:00 EST", newYork), "2026-11-01 01:30:00-05");
});

Deno.test("what could mean several days or moments is an error that says the cure", () => {
  const wrong: [text: string, reported: Reported, says: string][] = [
    ["03/01/2026", nothing, "whether day or month comes first"],
    ["03-01-2026", with_("SQL, DMY"), "whether day or month comes first"],
    ["01.03.2026 12:00:00 CET", nothing, 'what "CET" is in the time zone "" cannot be told'],
    ["01.03.2026 12:00:00 FOO", with_("German, DMY", "FOO-3"), 'what "FOO" is in the time zone "FOO-3" cannot be told'],
    [
      "25.10.2026 02:30:00 XYZ",
      with_("German, DMY", "Europe/Berlin"),
      'what "XYZ" is in the time zone "Europe/Berlin"',
    ],
    ["tomorrow", nothing, "it is in no DateStyle that PostgreSQL knows"],
  ];
  for (const [text, reported, says] of wrong) {
    const error = assertThrows(() => inIso(text, reported), UnreadableValueError, says);
    assertEquals(error.message.includes("ALTER ROLE … SET DateStyle = ISO"), true, error.message);
  }
  assertThrows(() => inPostgresStyle("soon"), UnreadableValueError, "ALTER ROLE … SET IntervalStyle = postgres");
});

Deno.test("ranges of dates and timestamps are ISO", () => {
  assertEquals(rangeInIso("[01.03.2026,02.03.2026)", nothing), "[2026-03-01,2026-03-02)");
  assertEquals(rangeInIso('["01.03.2026 12:00:00",)', nothing), '["2026-03-01 12:00:00",)');
  assertEquals(
    rangeInIso("{[01.03.2026,02.03.2026),[2027-01-01,)}", nothing),
    "{[2026-03-01,2026-03-02),[2027-01-01,)}",
  );
  for (const text of ["empty", "(,)", "{}", "(-infinity,infinity)"]) assertEquals(rangeInIso(text, nothing), text);
});

Deno.test("an interval in every IntervalStyle is PostgreSQL's usual one", () => {
  const same: [usual: string, ...others: string[]][] = [
    ["00:00:00", "@ 0", "0", "PT0S"],
    [
      "1 year 2 mons 3 days 04:05:06",
      "@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs",
      "+1-2 +3 +4:05:06",
      "P1Y2M3DT4H5M6S",
    ],
    ["-1 years -2 mons +3 days -04:05:06", "@ 1 year 2 mons -3 days 4 hours 5 mins 6 secs ago", "-1-2 +3 -4:05:06"],
    ["-1 years -2 mons +3 days -04:05:06", "P-1Y-2M3DT-4H-5M-6S"],
    ["-3 days -04:05:06.789", "-3 4:05:06.789", "@ 3 days 4 hours 5 mins 6.789 secs ago", "P-3DT-4H-5M-6.789S"],
    ["-1 days +00:00:05", "@ 1 day -5 secs ago", "P-1DT5S", "-1 +0:00:05"],
    ["1 mon", "@ 1 mon", "0-1", "P1M"],
    ["-2 years", "@ 2 years ago", "-2-0", "P-2Y"],
    ["1 day", "@ 1 day", "1 0:00:00", "P1D"],
    ["100:00:00.000001", "@ 100 hours 0.000001 secs", "100:00:00.000001", "PT100H0.000001S"],
    ["-00:00:00.5", "@ 0.5 secs ago", "-0:00:00.5", "PT-0.5S"],
    ["infinity"],
    ["-infinity"],
  ];
  for (const texts of same) {
    for (const text of texts) assertEquals(inPostgresStyle(text), texts[0], text);
  }
});

Deno.test("a bytea in both forms is bytes", () => {
  const read = (text: string) => decoderFor(17)(text, nothing);
  assertEquals(read("\\x00ff5c"), new Uint8Array([0, 255, 92]));
  assertEquals(read("a\\000b\\377\\\\"), new Uint8Array([97, 0, 98, 255, 92]));
  assertEquals([read("\\x"), read("")], [new Uint8Array(), new Uint8Array()]);
});

const ZONES = [
  ...[
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
  ],
  ...["Australia/Lord_Howe", "Pacific/Auckland", "America/Sao_Paulo", "<+03>-03"],
];
const days = fc.integer({ min: -800_000, max: 800_000 }).map((day) => `${day} days`);
const microseconds = fc.integer({ min: -86_400_000_000, max: 86_400_000_000 }).map((count) => `${count} microseconds`);
const counts = fc.integer({ min: -40, max: 40 });
const style = fc.record({
  date: fc.constantFrom("ISO", "German", "SQL", "Postgres"),
  order: fc.constantFrom("MDY", "DMY", "YMD"),
  interval: fc.constantFrom("postgres", "postgres_verbose", "sql_standard", "iso_8601"),
  bytea: fc.constantFrom("hex", "escape"),
  zone: fc.constantFrom(...ZONES),
});
const value = fc.tuple(days, microseconds, counts, counts, counts, fc.uint8Array({ maxLength: 8 }));

const WRITTEN = `
  SELECT day::text, at::text, tz::text, span::text, bytes::text, tsrange(at, at + '1 day')::text AS range FROM (
    SELECT '2000-01-01'::date + $1::interval AS at, ('2000-01-01'::date + $1::interval)::date AS day,
      '2000-01-01 00:00+00'::timestamptz + $1::interval + $2::interval AS tz, $4::bytea AS bytes,
      make_interval(years => ($3::int[])[1], months => ($3::int[])[2], days => ($3::int[])[3]) + $2::interval AS span) AS _`;

database.test("random values in random styles read as those in ISO", async (url) => {
  await using engine = createEngine(url, { isolationLevel: "AUTOCOMMIT", poolSize: 1 });
  await using connection = await engine.connect();
  const written = async (
    [day, time, years, months, count, bytes]: [string, string, number, number, number, Uint8Array],
  ) => (await connection.execute<Record<string, string>>(WRITTEN, [day, time, [years, months, count], bytes])).one();
  await fc.assert(
    fc.asyncProperty(style, value, async ({ date, order, interval, bytea, zone }, values) => {
      await connection.execute(`SET TimeZone TO '${zone}'; SET DateStyle TO 'ISO'; SET IntervalStyle TO 'postgres'`);
      const usual = await written(values);
      await connection.execute(
        `SET DateStyle TO '${date}, ${order}'; SET IntervalStyle TO '${interval}'; SET bytea_output TO '${bytea}'`,
      );
      const other = await written(values);
      await connection.execute("RESET DateStyle; RESET IntervalStyle; RESET bytea_output");
      const reported = with_(`${date}, ${order}`, zone);
      for (const name of ["day", "at", "tz"]) assertEquals(inIso(other[name], reported), usual[name], other[name]);
      assertEquals(rangeInIso(other.range, reported), usual.range);
      assertEquals(inPostgresStyle(other.span), usual.span);
      assertEquals(decoderFor(17)(other.bytes, reported), values[5]);
    }),
    { numRuns: 400 },
  );
});
