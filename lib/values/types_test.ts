import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../engine/engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { COLUMN_TYPES, type ColumnType, isColumnType, OTHER_TYPES, parseType, type ReadType } from "./types.ts";

const database = testDatabase(import.meta.url);
const columnTypes: (ColumnType & ReadType)[] = Object.values(COLUMN_TYPES);

database.test("names and OIDs of types are those of the server", async (url) => {
  await using engine = createEngine(url);
  const records = [...columnTypes, ...OTHER_TYPES];
  await engine.begin(async (connection) => {
    const rows = await connection.execute(
      "SELECT format_type(oid, NULL), oid, typarray FROM pg_type WHERE oid = ANY($1)",
      [records.map(({ oid }) => oid)],
    );
    const inOrder = (types: unknown[][]) => types.toSorted((one, other) => Number(one[1]) - Number(other[1]));
    const expected = inOrder(records.map(({ name, oid, arrayOid }) => [name, oid, arrayOid]));
    const known = inOrder(rows.tuples().all());
    const isOnServer = ([, oid]: unknown[]) => known.some(([, other]) => other === oid);
    assertEquals(known, expected.filter(isOnServer));
    assert(columnTypes.every(({ name, oid }) => isOnServer([name, oid])));
    const short = await connection.execute("SELECT to_regtype(name)::oid FROM unnest($1::text[]) AS names (name)", [
      columnTypes.map(({ name, sql = name }) => sql),
    ]);
    assertEquals(short.scalars().all(), columnTypes.map(({ oid }) => oid));
  });
});

database.test("the server converts between types of a family, and to the type that a type fits into, on assignment", async (url) => {
  const pairs = columnTypes.flatMap((one) =>
    columnTypes.filter((other) =>
      one !== other && one.family !== "text" &&
      (one.family !== undefined && one.family === other.family || one.fitsInto === other.name)
    ).map((other) => [one, other])
  );
  assert(pairs.length > 30);
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    const casts = (await connection.execute<{ source: number; target: number }>(
      "SELECT castsource AS source, casttarget AS target FROM pg_cast WHERE castcontext IN ('a', 'i')",
    )).all();
    const without = pairs.filter(([one, other]) =>
      !casts.some(({ source, target }) => source === one.oid && target === other.oid)
    );
    assertEquals(without.map(([one, other]) => `${one.name} to ${other.name}`), []);
  });
});

Deno.test("a type as format_type() prints it is taken apart", () => {
  const { type, ...parts } = parseType("numeric(10,2)[]");
  assertEquals([type, parts], [COLUMN_TYPES.numeric, { name: "numeric", length: "(10,2)", brackets: "[]" }]);
  assertEquals(parseType("timestamp(3) with time zone").type, COLUMN_TYPES.timestamptz);
  assertEquals(parseType("double precision").name, "double precision");
  assertEquals(parseType("mood").type, undefined);
});

Deno.test("models can have columns of the types that have a function, with a length where it takes one", () => {
  const formatted = [
    "integer",
    "character varying(5)[]",
    "numeric(10,2)",
    "time(0) without time zone",
    "jsonb[]",
    "timestamp(3) with time zone",
  ];
  assertEquals(formatted.filter((type) => !isColumnType(type)), []);
  const others = ["interval", "character(4)", "date(3)", "point", "mood", "name"];
  assertEquals(others.filter(isColumnType), []);
});
