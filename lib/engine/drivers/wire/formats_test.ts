import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { cases, seed } from "../../../../testing/cases.ts";
import { testDatabase } from "../../../../testing/test_database.ts";
import type { Driver, DriverConnection } from "../../driver.ts";
import { EngineUrl } from "../../url.ts";

const database = testDatabase(import.meta.url);

async function open(plain: string, name: "wire" | "pg"): Promise<DriverConnection> {
  const { driver }: { driver: Driver } = await import(`../${name}.ts`);
  const url = EngineUrl.parse(plain).withDriver(name);
  const settings = { extra_float_digits: "3" };
  return await driver.connect({ url, settings, connectTimeout: 10_000, prepare: true, nonblocking: false });
}

const whole = (bits: bigint) => fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }).map(String);
const fraction = fc.integer({ min: 0, max: 999_999 }).map((micros) => `${micros}`.padStart(6, "0"));
const part = (max: number, min = 0) => fc.integer({ min, max }).map((value) => `${value}`.padStart(2, "0"));
const instant = fc.tuple(
  fc.integer({ min: -4712, max: 294_275 }),
  part(12, 1),
  part(28, 1),
  part(23),
  part(59),
  fraction,
)
  .map(([year, month, day, hour, minute, micros]) => {
    const written = `${year > 0 ? year : 1 - year}`.padStart(4, "0");
    return `${written}-${month}-${day} ${hour}:${minute}:59.${micros}+00${year > 0 ? "" : " BC"}`;
  });

/** Values as text, by type: random ones, and those at the edges. */
const VALUES: Record<string, fc.Arbitrary<string>> = {
  boolean: fc.constantFrom("t", "f"),
  smallint: whole(16n),
  integer: whole(32n),
  bigint: whole(64n),
  oid: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(String),
  real: fc.float().map(String),
  "double precision": fc.oneof(
    fc.double().map(String),
    fc.constantFrom("NaN", "Infinity", "-Infinity", "-0", "1e-310"),
  ),
  uuid: fc.uuid(),
  bytea: fc.uint8Array({ maxLength: 300 }).map((bytes) => `\\x${bytes.toHex()}`),
  timestamptz: fc.oneof(
    instant,
    fc.constantFrom(
      "infinity",
      "-infinity",
      "1969-12-31 23:59:59.999999+00",
      "1999-12-31 23:59:59.999999+00",
      "2000-01-01 00:00:00.000001+00",
      "4714-11-24 00:00:00+00 BC",
      "294276-12-31 23:59:59.999999+00",
      "0001-01-01 00:00:00+00",
    ),
  ),
};

for (const [type, values] of Object.entries(VALUES)) {
  database.test(`wire: ${type}: in binary the same as in text, and as pg has it`, async (plain) => {
    await using stack = new AsyncDisposableStack();
    const [wire, pg] = [await open(plain, "wire"), await open(plain, "pg")];
    stack.defer(() => wire.close());
    stack.defer(() => pg.close());
    const read = async (connection: DriverConnection, sql: string, text: string) => {
      return (await connection.query({ sql, parameters: [text] })).rows[0][0];
    };
    // the first answer is in text, which shows the columns; arrays always are
    const [value, array] = [`SELECT $1::${type}`, `SELECT ARRAY[$1::${type}]`];
    const [first] = fc.sample(values, 1);
    assertEquals(await read(wire, value, first), await read(wire, value, first));
    await fc.assert(
      fc.asyncProperty(values, async (text) => {
        const inBinary = await read(wire, value, text);
        assertEquals([inBinary], await read(wire, array, text));
        assertEquals(inBinary, await read(pg, value, text));
      }),
      { numRuns: cases(100), seed: seed(11) },
    );
  });
}

database.test("wire: 64 MB in each direction at once do not wait for each other", async (plain) => {
  const connection = await open(plain, "wire");
  try {
    const text = "x".repeat(1_000_000);
    const echo = { sql: "SELECT $1::text", parameters: [text] };
    const answers = await Promise.all(Array.from({ length: 64 }, () => connection.query(echo)));
    assertEquals(answers.every(({ rows: [[echoed]] }) => echoed === text), true);
  } finally {
    await connection.close();
  }
});
