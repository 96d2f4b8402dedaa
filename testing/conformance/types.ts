/**
 * Every driver decodes the same row to the same value, and encodes the same value to the same parameter.
 *
 * @module
 */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseError } from "../../lib/engine/errors.ts";
import { EncodingError } from "../../lib/values/errors.ts";
import { encodeParameter, json } from "../../lib/values/parameters.ts";
import { COLUMN_TYPES, type ColumnType } from "../../lib/values/types.ts";
import type { Register } from "./suite.ts";

/** Type, text representation, JavaScript value, and the parameter if it differs. */
type Case = readonly [type: string, text: string, value: unknown, parameter?: unknown];

const CASES: readonly Case[] = [
  ["smallint", "-32768", -32768],
  ["integer", "2147483647", 2147483647],
  ["bigint", "9223372036854775807", 9223372036854775807n],
  ["bigint", "-1", -1n, -1],
  ["oid", "4294967295", 4294967295],
  ["numeric", "0.10000000000000000000000000001", "0.10000000000000000000000000001"],
  ["numeric", "NaN", "NaN", NaN],
  ["numeric", "12.5", "12.5", 12.5],
  ["real", "1.5", 1.5],
  ["double precision", "0.1", 0.1],
  ["double precision", "1e+300", 1e300],
  ["double precision", "NaN", NaN],
  ["double precision", "Infinity", Infinity],
  ["double precision", "-Infinity", -Infinity],
  ["boolean", "t", true],
  ["boolean", "f", false],
  ["text", "Zoë 😀 'quoted' \"too\" \\ \t\n", "Zoë 😀 'quoted' \"too\" \\ \t\n"],
  ["text", "", ""],
  ["varchar(10)", "abc", "abc"],
  ["char(4)", "abc ", "abc "],
  ["uuid", "0193f5a2-7b1c-7000-8000-00000000002a", "0193f5a2-7b1c-7000-8000-00000000002a"],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", "2024-02-29", "2024-02-29", new Date("2024-02-29T23:59:59Z")],
  ["timestamp", "2024-02-29 12:34:56.789012", "2024-02-29 12:34:56.789012"],
  ["timestamptz", "2024-02-29 12:34:56.789+00", new Date("2024-02-29T12:34:56.789Z")],
  ["timestamptz", "2024-02-29 12:34:56.789012+05:30", new Date("2024-02-29T07:04:56.789Z")],
  ["timestamptz", "0044-03-15 12:00:00+00 BC", new Date("-000043-03-15T12:00:00Z")],
  ["timestamptz", "12024-01-01 00:00:00+00", new Date(Date.UTC(12024, 0, 1))],
  ["timestamptz", "infinity", Infinity],
  ["timestamptz", "-infinity", -Infinity],
  ["time", "12:34:56.789", "12:34:56.789"],
  ["interval", "1 year 2 mons 3 days 04:05:06", "1 year 2 mons 3 days 04:05:06"],
  ...["json", "jsonb"].flatMap((type): Case[] => [
    [type, '{"a": [1, null, "x"], "b": {}}', { a: [1, null, "x"], b: {} }],
    [type, "[1, [2]]", [1, [2]], json([1, [2]])],
    [type, '"a \\"text\\""', 'a "text"', json('a "text"')],
    [type, "null", null, json(null)],
    [type, "12.5", 12.5],
    [type, "true", true],
  ]),
  ["bytea", "\\x0001fe", new Uint8Array([0, 1, 254])],
  ["bytea", "\\x", new Uint8Array()],
  ["smallint[]", "{1,NULL}", [1, null]],
  ["integer[]", "{{1,2},{3,4}}", [[1, 2], [3, 4]]],
  ["bigint[]", "{9223372036854775807}", [9223372036854775807n]],
  ["numeric[]", "{1.10}", ["1.10"]],
  ["real[]", "{1.5,NaN}", [1.5, NaN]],
  ["double precision[]", "{-Infinity}", [-Infinity]],
  ["boolean[]", "{t,f}", [true, false]],
  ["text[]", '{"",NULL,"NULL","a,b","{c}","d\\"e\\\\f",ü}', ["", null, "NULL", "a,b", "{c}", 'd"e\\f', "ü"]],
  ["varchar[]", "{a}", ["a"]],
  ["uuid[]", "{0193f5a2-7b1c-7000-8000-00000000002a}", ["0193f5a2-7b1c-7000-8000-00000000002a"]],
  ["date[]", "{2024-02-29}", ["2024-02-29"]],
  ["time[]", "{12:34:56}", ["12:34:56"]],
  ["timestamp[]", '{"2024-02-29 12:34:56"}', ["2024-02-29 12:34:56"]],
  ["timestamptz[]", '{"2024-02-29 12:34:56+00"}', [new Date("2024-02-29T12:34:56Z")]],
  ["interval[]", '{"1 day"}', ["1 day"]],
  ["json[]", '{"[1]","{\\"a\\":1}"}', [[1], { a: 1 }], [json([1]), { a: 1 }]],
  ["jsonb[]", '{"[1]","\\"a\\"",NULL}', [[1], "a", null], [json([1]), json("a"), null]],
  ["bytea[]", '{"\\\\x00ff"}', [new Uint8Array([0, 255])]],
  ["text[]", "{}", []],
  ["integer[]", "[0:1]={1,2}", [1, 2]],
  ["pg_temp.mood", "happy", "happy"],
  ["pg_temp.mood[]", "{sad,happy}", "{sad,happy}", ["sad", "happy"]], // no fixed oid: it stays text
  ["point", "(1,2)", "(1,2)"],
];

/** SQL texts with a NUL character or a lone surrogate. */
export const UNSENDABLE: readonly string[] = ["SELECT 'a\0b'", "SELECT 'a\ud800b'", "SELECT 1 -- \udc00"];

/** Texts with a wrong number of parameters, or without a statement, with the expected SQLSTATE. */
export const MISCOUNTED: readonly (readonly [sql: string, parameters: number[], sqlstate: string])[] = [
  ["SELECT 1", [1], "08P01"],
  ["SELECT $1::int", [1, 2], "08P01"],
  ["SELECT $1::int, $2::int", [1], "08P01"],
  ["SELECT $1::int", [], "42P02"], // without any it is a script, in which nothing stands for $1
  ["SELECT $2::int", [1, 2], "42P18"],
  ["CREATE TEMP TABLE never (i int)", [1], "08P01"],
  ["-- nothing", [1], "08P01"],
  ["/* nothing */", [1], "08P01"],
  ["", [1], "08P01"],
  ["SELECT 1; SELECT 2", [1], "42601"],
];

/** Texts without a statement, which return nothing. */
export const EMPTY: readonly string[] = ["", " ", "-- nothing", "/* nothing */", ";", " ; -- nothing\n ;"];

/** Registers the tests. */
export function types(test: Register): void {
  test("types: every type as a result and as a parameter", async ({ connect }) => {
    const connection = await connect();
    await connection.query({ sql: "CREATE TYPE pg_temp.mood AS ENUM ('sad', 'happy')", parameters: [] });
    const tested = new Set(CASES.map(([type]) => type.replace(/\(.*\)/, "")));
    const names = Object.values(COLUMN_TYPES).map((type: ColumnType) => type.sql ?? type.name);
    assertEquals(
      names.flatMap((name) => [name, `${name}[]`]).filter((name) => !tested.has(name)),
      [],
      "without a case",
    );
    for (const [type, text, value, parameter = value] of CASES) {
      const literal = await connection.query({ sql: `SELECT $x$${text}$x$::${type} AS value`, parameters: [] });
      assertEquals(literal.rows, [[value]], `${type} ${text} as a result`);
      assertEquals(literal.columns, ["value"]);
      const sent = await connection.query({
        sql: `SELECT $1::${type} AS value`,
        parameters: [encodeParameter(parameter)],
      });
      assertEquals(sent.rows, [[value]], `${type} ${text} as a parameter`);
    }
    for (const type of new Set(CASES.map(([type]) => type))) {
      const none = await connection.query({ sql: `SELECT $1::${type}, NULL::${type}`, parameters: [null] });
      assertEquals(none.rows, [[null, null]], `NULL of ${type}`);
    }
  });

  test("types: the server infers those of the parameters from the statement", async ({ engine }) => {
    await using connection = await engine().connect();
    await connection.execute(`
      CREATE TEMP TABLE thing (id uuid, n int, big bigint, price numeric, flag boolean, at timestamptz, day date,
        doc jsonb, tags text[], bytes bytea)`);
    const values = [
      "0193f5a2-7b1c-7000-8000-00000000002a",
      7,
      8n,
      "9.90",
      true,
      new Date("2024-02-29T12:34:56.789Z"),
      "2024-02-29",
      { a: [1] },
      ["x", "y z"],
      new Uint8Array([1, 2]),
    ];
    const sql = `INSERT INTO thing VALUES (${values.map((_, i) => `$${i + 1}`)}) RETURNING *`;
    assertEquals((await connection.execute(sql, values)).tuples().one(), values);
    const nulls = values.map(() => null);
    assertEquals((await connection.execute(sql, nulls)).tuples().one(), nulls);
  });

  test("types: an SQL text that UTF-8 or PostgreSQL cannot express is not sent, not even its BEGIN", async ({ engine }) => {
    const connected = engine();
    const sent: string[] = [];
    connected.events.on("send", ({ sql }) => sent.push(sql));
    await using connection = await connected.connect();
    for (const sql of UNSENDABLE) {
      await assertRejects(() => connection.execute(sql), EncodingError, "The SQL text cannot be sent to PostgreSQL");
    }
    assertEquals([sent, connection.inTransaction], [[], false]);
    assertEquals((await connection.execute("SELECT '😀'")).scalarOne(), "😀");
  });

  test("types: too many or too few parameters are a DatabaseError, each time and with or without a name", async ({ engine }) => {
    for (const prepare of [true, false]) {
      await using connection = await engine({ isolationLevel: "AUTOCOMMIT", prepare }).connect();
      const { backendPid } = connection;
      for (const [sql, parameters, sqlstate] of MISCOUNTED) {
        for (let turn = 0; turn < 2; turn++) {
          const error = await assertRejects(() => connection.execute(sql, parameters), DatabaseError);
          assertEquals([error.name, error.sqlstate, error.sql], ["DatabaseError", sqlstate, sql]);
        }
      }
      assertEquals((await connection.execute("SELECT $1::int", [1])).scalarOne(), 1);
      assertEquals((await connection.execute("SELECT pg_backend_pid()")).scalarOne(), backendPid);
    }
  });

  test("types: a text without a statement brings nothing", async ({ engine }) => {
    await using connection = await engine().connect();
    for (const sql of EMPTY) {
      const result = await connection.execute(sql);
      assertEquals([result.rowCount, result.all()], [0, []], sql);
    }
    assertEquals((await connection.execute("SELECT 1")).scalarOne(), 1);
  });

  test("types: rows and tuples are plain arrays, bytes a plain Uint8Array", async ({ connect }) => {
    const connection = await connect();
    const { rows } = await connection.query({ sql: "SELECT '\\x01'::bytea, '{1}'::int[]", parameters: [] });
    assertMatch(Deno.inspect(rows), /^\[ \[ Uint8Array\(1\) \[ 1 \], \[ 1 \] \] \]$/);
  });

  test("types: very large values and many rows", async ({ engine }) => {
    await using connection = await engine().connect();
    const large = "ü".repeat(1_000_000);
    assertEquals((await connection.execute("SELECT $1::text", [large])).scalarOne(), large);
    const bytes = new Uint8Array(1_000_000).map((_, i) => i);
    assertEquals((await connection.execute("SELECT $1::bytea", [bytes])).scalarOne(), bytes);
    const rows = await connection.execute("SELECT i, 'row ' || i FROM generate_series(1, 5000) AS i");
    assertEquals([rows.rowCount, rows.tuples().all().at(-1)], [5000, [5000, "row 5000"]]);
  });

  test("types: as many parameters as a statement can carry", async ({ engine }) => {
    await using connection = await engine().connect();
    const values = Array.from({ length: 60_000 }, (_, i) => i);
    const sql = `SELECT sum(column1)::int FROM (VALUES ${values.map((i) => `($${i + 1}::int)`)}) AS list`;
    assertEquals((await connection.execute(sql, values)).scalarOne(), 1_799_970_000);
  });

  test("types: rowCount and command tell what was done", async ({ connect }) => {
    const connection = await connect();
    const run = async (sql: string, parameters: string[] = []) => {
      const { command, rowCount, rows, columns } = await connection.query({ sql, parameters });
      return [command, rowCount, rows.length, columns.length];
    };
    assertEquals(await run("CREATE TEMP TABLE n (i int)"), ["CREATE", 0, 0, 0]);
    assertEquals(await run("INSERT INTO n SELECT generate_series(1, 3)"), ["INSERT", 3, 0, 0]);
    assertEquals(await run("INSERT INTO n VALUES ($1) RETURNING i", ["4"]), ["INSERT", 1, 1, 1]);
    assertEquals(await run("UPDATE n SET i = i + $1", ["1"]), ["UPDATE", 4, 0, 0]);
    assertEquals(await run("UPDATE n SET i = 1 WHERE false"), ["UPDATE", 0, 0, 0]);
    assertEquals(await run("DELETE FROM n WHERE i > $1", ["3"]), ["DELETE", 2, 0, 0]);
    assertEquals(await run("SELECT * FROM n WHERE false"), ["SELECT", 0, 0, 1]);
    assertEquals(await run("SELECT FROM n"), ["SELECT", 2, 2, 0]);
    assertEquals(await run("SHOW server_encoding"), ["SHOW", 1, 1, 1]);
    assertEquals(await run("EXPLAIN (COSTS off) SELECT FROM n"), ["EXPLAIN", 1, 1, 1]);
    assertEquals(await run("BEGIN"), ["BEGIN", 0, 0, 0]);
    assertEquals(await run("ROLLBACK"), ["ROLLBACK", 0, 0, 0]);
    assertEquals(await run(""), ["", 0, 0, 0]);
    assertEquals(await run("-- nothing"), ["", 0, 0, 0]);
  });

  test("types: several statements in one text", async ({ engine }) => {
    await using connection = await engine().connect();
    const run = async (sql: string) => (await connection.execute(sql)).tuples().all();
    assertEquals(await run("CREATE TEMP TABLE n (i int); INSERT INTO n VALUES (1), (2); SELECT i FROM n"), [[1], [2]]);
    assertEquals(await run("SELECT 1; SELECT 2, 3"), [[2, 3]]);
    assertEquals(await run("SELECT 1; SELECT 2 WHERE false"), []);
    assertEquals(await run("SELECT 1; INSERT INTO n VALUES (3)"), []);
    assertEquals(await run("SELECT count(*)::int FROM n"), [[3]]);
  });

  test("types: of several statements in one text the result is that of the last, and nothing of those before", async ({ connect }) => {
    const raw = await connect();
    const last = async (sql: string) => {
      const { columns, rows, command, rowCount } = await raw.query({ sql, parameters: [] });
      return [command, rowCount, columns, rows];
    };
    await last("CREATE TEMP TABLE n AS SELECT generate_series(1, 3) AS i");
    assertEquals(await last("SELECT i FROM n; DELETE FROM n WHERE i = 1"), ["DELETE", 1, [], []]);
    assertEquals(await last("SELECT 1 AS a; SELECT 2 AS b; UPDATE n SET i = 7"), ["UPDATE", 2, [], []]);
    assertEquals(await last("INSERT INTO n VALUES (8); SELECT 9 AS nine"), ["SELECT", 1, ["nine"], [[9]]]);
    assertEquals(await last("DELETE FROM n WHERE i = 7; DELETE FROM n RETURNING i"), ["DELETE", 1, ["i"], [[8]]]);
    assertEquals(await last("SELECT 1 AS a; BEGIN; COMMIT"), ["COMMIT", 0, [], []]);
    assertEquals(await last("SELECT 1 AS a; -- the end\n;;"), ["SELECT", 1, ["a"], [[1]]]);
    assertEquals(await last(";; /* nothing */ ;"), ["", 0, [], []]);
    const together = await Promise.all([last("SELECT 1 AS a; INSERT INTO n VALUES (1)"), last("SELECT 2 AS b")]);
    assertEquals(together, [["INSERT", 1, [], []], ["SELECT", 1, ["b"], [[2]]]]);
  });
}
