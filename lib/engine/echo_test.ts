import { assertEquals, assertStringIncludes } from "@std/assert";
import { echoLine, echoText } from "./echo.ts";
import type { EngineEventOf } from "./events.ts";

const query: EngineEventOf<"query"> = {
  type: "query",
  at: 0,
  milliseconds: 0.42,
  connection: 1,
  sql: "SELECT name FROM heroes WHERE id = $1",
  parameters: [7],
  rowCount: 1,
};

Deno.test("a statement is printed with connection, milliseconds, SQL, parameters and rows", () => {
  assertEquals(echoLine(query), "[1]   0.4 ms  SELECT name FROM heroes WHERE id = $1  -- $1 = 7; 1 row");
  assertEquals(
    echoLine({ ...query, connection: 12, milliseconds: 1234.56, parameters: ["O'Hara", null], rowCount: 0 }),
    `[12] 1234.6 ms  SELECT name FROM heroes WHERE id = $1  -- $1 = "O'Hara", $2 = null; 0 rows`,
  );
});

Deno.test("SQL over several lines becomes one line", () => {
  assertStringIncludes(
    echoLine({ ...query, sql: "\n  SELECT 1,\n\t2\n", parameters: [] }),
    "ms  SELECT 1, 2  -- 1 row",
  );
});

Deno.test("a long parameter is cut", () => {
  const line = echoLine({ ...query, parameters: ["x".repeat(1_000_000), [1, 2, 3]] });
  assertStringIncludes(line, "xxx…, $2 = [ 1, 2, 3 ]; 1 row");
  assertEquals(line.length < 200, true);
});

Deno.test("statements about a transaction have no rows", () => {
  for (const sql of ["BEGIN", "COMMIT", "ROLLBACK TO SAVEPOINT sp_1", "SAVEPOINT sp_1", "RELEASE SAVEPOINT sp_1"]) {
    assertEquals(echoLine({ ...query, sql, parameters: [], rowCount: 0 }), `[1]   0.4 ms  ${sql}`);
  }
});

Deno.test("a statement that failed says why", () => {
  const line = echoLine({ ...query, rowCount: 0, error: new Error("no such\ntable") });
  assertStringIncludes(line, "-- $1 = 7; failed: no such table");
});

Deno.test("on the console a long statement is folded below its SQL, its notes on a line of their own", () => {
  const sql =
    "UPDATE toys SET stock = changed.stock, updated_on = now() FROM (SELECT * FROM unnest($1::uuid[])) AS changed " +
    "WHERE toys.id = changed.id";
  assertEquals(
    echoText({ ...query, sql, parameters: [["6ae5e7be"]] }),
    `[1]   0.4 ms  UPDATE toys SET stock = changed.stock, updated_on = now() FROM (SELECT * FROM
                unnest($1::uuid[])) AS changed WHERE toys.id = changed.id
              -- $1 = [ "6ae5e7be" ]; 1 row`,
  );
  assertEquals(echoText(query), echoLine(query), "a short one is a line");
});
