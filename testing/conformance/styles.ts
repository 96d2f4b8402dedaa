/**
 * Values are independent of the output styles set by a role, a session or a pooler.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { UnreadableValueError } from "../../lib/values/errors.ts";
import type { Register } from "./suite.ts";

/** A value of each type whose text depends on a setting, including arrays and ranges. */
export const STYLED = `
  SELECT date '2026-01-03' AS day, timestamp '2026-01-03 12:30:05.123456' AS at, timestamptz '2026-01-03 12:30:05.5+00' AS tz,
    interval '1 year -2 days 3 seconds' AS span, '\\x00ff5c61'::bytea AS bytes, 0.1::float8 + 0.2 AS sum, 1.1::float4 AS small,
    ARRAY[date '2026-01-03', NULL] AS days, ARRAY['\\x5c'::bytea] AS list, daterange('2026-01-03', NULL) AS range,
    tstzrange('2026-01-03 12:00+00', NULL) AS moments`;

/** Its expected value in every style, in time zone UTC. */
export const VALUES = {
  day: "2026-01-03",
  at: "2026-01-03 12:30:05.123456",
  tz: new Date("2026-01-03T12:30:05.500Z"),
  span: "1 year -2 days +00:00:03",
  bytes: new Uint8Array([0, 255, 92, 97]),
  sum: 0.1 + 0.2,
  small: 1.1,
  days: ["2026-01-03", null],
  list: [new Uint8Array([92])],
  range: "[2026-01-03,)",
  moments: '["2026-01-03 12:00:00+00",)',
};

const DATE_STYLES: readonly string[] = ["ISO", "German", "SQL", "Postgres"].flatMap((style) =>
  ["MDY", "DMY", "YMD"].map((order) => `${style}, ${order}`)
);
const INTERVAL_STYLES: readonly string[] = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"];

/** Registers the tests. */
export function styles(test: Register): void {
  test("styles: a session that chooses another style reads the same values", async ({ engine }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT" }).connect();
    await connection.execute("SET TimeZone TO 'UTC'");
    for (const [index, dateStyle] of DATE_STYLES.entries()) {
      const intervalStyle = INTERVAL_STYLES[index % INTERVAL_STYLES.length];
      await connection.execute(
        `SET DateStyle TO '${dateStyle}'; SET IntervalStyle TO '${intervalStyle}'; SET bytea_output TO 'escape'`,
      );
      assertEquals((await connection.execute(STYLED)).one(), VALUES, dateStyle);
      assertEquals((await connection.execute(`${STYLED} WHERE $1`, [true])).one(), VALUES, dateStyle);
    }
  });

  test("styles: RESET ALL and DISCARD ALL do not change the style", async ({ engine }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT", prepare: false }).connect();
    for (const sql of ["RESET ALL", "DISCARD ALL"]) {
      await connection.execute("SET DateStyle TO 'German'");
      await connection.execute(sql);
      await connection.execute("SET TimeZone TO 'UTC'");
      assertEquals((await connection.execute(STYLED)).one(), VALUES, sql);
    }
  });

  test("styles: a value that cannot be read is an error, and the connection is as well as before", async ({ engine }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT" }).connect();
    const { backendPid } = connection;
    await connection.execute("SET DateStyle TO 'German'; SET TimeZone TO 'FOO-3'");
    for (const parameters of [[], [1]]) {
      const sql = `SELECT now() FROM generate_series(1, 3) ${parameters.length ? "WHERE $1::int = 1" : ""}`;
      await assertRejects(() => connection.execute(sql, parameters), UnreadableValueError, "SET DateStyle = ISO");
      assertEquals((await connection.execute("SELECT pg_backend_pid()")).scalarOne(), backendPid);
    }
  });
}
