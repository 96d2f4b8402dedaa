import { assertEquals, assertThrows } from "@std/assert";
import { EncodingError } from "../values/errors.ts";
import { sqlTokens } from "../base/sql_tokens.ts";
import { hasWord, inlineParameters, literalsIn, statementsIn, terminated, withoutComments } from "./sql_text.ts";

Deno.test("parameters become quoted texts; what only looks like one stays", () => {
  const cases: [sql: string, parameters: unknown[], expected: string][] = [
    ["INSERT INTO t VALUES ($1, $2, $3)", [1, "it's", null], "INSERT INTO t VALUES ('1', 'it''s', NULL)"],
    ["SELECT $2, $1, $10", Array.from({ length: 10 }, (_, n) => n), "SELECT '1', '0', '9'"],
    ["SELECT x-$1", [-1], "SELECT x-'-1'"],
    [`SELECT '$1', "$1", $1`, [true], `SELECT '$1', "$1", 'true'`],
    ["SELECT E'\\'$1', $1", ["a\\b"], "SELECT E'\\'$1', 'a\\b'"],
    ["SELECT $$ $1 $$, $a$ $$ $1 $a$, $1", [2], "SELECT $$ $1 $$, $a$ $$ $1 $a$, '2'"],
    ["SELECT $Äpfel$ it's $1 $Äpfel$, $1", [3], "SELECT $Äpfel$ it's $1 $Äpfel$, '3'"],
    ["SELECT 1 -- $1\r, $1", [3], "SELECT 1 -- $1\r, '3'"],
    ["SELECT a$1, $1 -- $1\n/* $1 /* $1 */ $1 */ + $1", [3], "SELECT a$1, '3' -- $1\n/* $1 /* $1 */ $1 */ + '3'"],
    [
      "SELECT $1, $2, $3",
      [[1, "a b"], { a: 1 }, new Date(0)],
      `SELECT '{1,"a b"}', '{"a":1}', '1970-01-01T00:00:00.000Z'`,
    ],
  ];
  for (const [sql, parameters, expected] of cases) {
    assertEquals(inlineParameters(sql, parameters), expected);
    assertEquals(Array.from(sqlTokens(sql), ({ text }) => text).join(""), sql);
  }
  assertThrows(() => inlineParameters("SELECT $1", [undefined]), EncodingError, "undefined");
});

Deno.test("a statement ends in one semicolon, outside of comments", () => {
  assertEquals(terminated("SELECT 1"), "SELECT 1;");
  assertEquals(terminated("\n SELECT 1 ; ;\n"), "SELECT 1;");
  assertEquals(terminated("SELECT 1 -- one;"), "SELECT 1 -- one;\n;");
  assertEquals(terminated("SELECT ';'"), "SELECT ';';");
});

Deno.test("keywords are found outside of texts, names and comments", () => {
  assertEquals(withoutComments("-- why\nCREATE /* how */INDEX '--'"), " \nCREATE  INDEX '--'");
  assertEquals(hasWord("reindex index Concurrently ix", "CONCURRENTLY"), true);
  for (const sql of ["SELECT 'CONCURRENTLY'", `SELECT "CONCURRENTLY"`, "SELECT 1 -- CONCURRENTLY", "concurrently_"]) {
    assertEquals(hasWord(sql, "CONCURRENTLY"), false);
  }
});

Deno.test("a text is taken apart into its statements, but for the body of a routine", () => {
  assertEquals(statementsIn("-- a; b\nSELECT ';'; /* ; */ COMMIT ;\n"), ["SELECT ';'", "COMMIT"]);
  assertEquals(statementsIn("DO $$ BEGIN; END $$"), ["DO $$ BEGIN; END $$"]);
  const routine = "CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT 1; END";
  assertEquals(statementsIn(`SELECT 1; ${routine};`), ["SELECT 1", `${routine};`]);
  assertEquals(statementsIn(" ; ;"), []);
});

Deno.test("literals are found with their values, elements of arrays too, and not names and comments", () => {
  assertEquals(literalsIn(`'it''s', E'a\\'b\\\\', $x$it's$x$, "name" -- 'no'\n, $1`), ["it's", "a'b\\", "it's"]);
  assertEquals(literalsIn(`'{a,"b \\"c\\" ''d","{e}"}'::text[]`).slice(1), ["a", `b "c" 'd`, "{e}"]);
});
