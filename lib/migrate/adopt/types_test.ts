import { assertEquals } from "@std/assert";
import { layOut } from "./code.ts";
import { typeCalls } from "./types.ts";

Deno.test("a type is a call of the library's function, with its length; SQL where there is none", () => {
  const calls = {
    "character varying": "varchar()",
    "character varying(5)[]": "array(varchar(5))",
    "numeric": "numeric()",
    "numeric(10,2)": "numeric(10, 2)",
    "numeric(3,-2)": "numeric(3, -2)",
    "time(0) without time zone": "time(0)",
    "timestamp(6) without time zone": "timestamp(6)",
    "timestamp(3) with time zone[]": "array(timestamptz(3))",
    "timestamp with time zone": "timestamptz()",
    "time(3) with time zone": 'sqlType("timetz(3)")',
    "character(13)": 'sqlType("char(13)")',
    "interval(3)": 'sqlType("interval(3)")',
    "inet": 'sqlType("inet")',
  };
  const column = { name: "a", nullable: false, default: null, identity: null, comment: null };
  const codes = Object.keys(calls).map((
    type,
  ) => [type, layOut(typeCalls({ ...column, type }, new Map()).type, 0, 0, 0)]);
  assertEquals(Object.fromEntries(codes.map(([type, lines]) => [type, (lines as string[]).join("\n")])), calls);
});
