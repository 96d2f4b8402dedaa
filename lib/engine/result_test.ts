import { assert, assertEquals, assertInstanceOf, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { MultipleResultsFound, NoResultFound, UniqueRequiredError } from "./errors.ts";
import { Result } from "./result.ts";

interface Hero {
  id: number;
  name: string | null;
}

function heroes(...rows: [number, string | null][]): Result<Hero> {
  return new Result<Hero>({ columns: ["id", "name"], rows, command: "SELECT", rowCount: rows.length });
}

/** Output in a notebook. */
function display(result: object): Record<string, string> {
  return (result as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]();
}

const none = heroes();
const one = heroes([1, "sandy"]);
const two = heroes([1, "sandy"], [2, null]);

Deno.test("all() gives objects, tuples() arrays; both can be read again", () => {
  assertEquals(two.all(), [{ id: 1, name: "sandy" }, { id: 2, name: null }]);
  assertEquals(two.all(), two.all());
  assertEquals(two.tuples().all(), [[1, "sandy"], [2, null]]);
  assertEquals([...two], two.all());
  assertEquals([...two.tuples()].length, 2);
  assertEquals([two.columns, two.rowCount], [["id", "name"], 2]);
});

Deno.test("two columns of one name: the object has the last, the tuple both", () => {
  const result = new Result({ columns: ["a", "a"], rows: [[1, 2]], command: "SELECT", rowCount: 1 });
  assertEquals(result.one(), { a: 2 });
  assertEquals(result.tuples().one(), [1, 2]);
});

Deno.test("a result that repeats its objects is read after unique(), and shows itself as it came", () => {
  const [sandy, twin] = [{ name: "sandy" }, { name: "sandy" }];
  const rows = [[sandy], [sandy], [twin]];
  const result = new Result<{ Hero: object }>({ columns: ["Hero"], rows, command: "", rowCount: 3 }, true);
  for (const read of [() => result.all(), () => [...result.scalars()], () => result.tuples().one()]) {
    assertThrows(read, UniqueRequiredError, "selectinload()");
  }
  const [first, second] = result.unique().scalars(); // of equal values, but not one and the same
  assert(first === sandy && second === twin && result.unique().all().length === 2);
  assertEquals([result.first(), result.scalar()], [{ Hero: sandy }, sandy]);
  assertStringIncludes(display(result)["text/plain"], "sandy");
});

Deno.test("first() is the first row or null, however many there are", () => {
  assertEquals([none.first(), one.first(), two.first()], [null, { id: 1, name: "sandy" }, { id: 1, name: "sandy" }]);
});

Deno.test("one() is the only row; none or several are errors", () => {
  assertEquals(one.one(), { id: 1, name: "sandy" });
  assertThrows(() => none.one(), NoResultFound, "No row was found, but exactly one was required");
  assertThrows(() => two.one(), MultipleResultsFound, "exactly one was required");
});

Deno.test("oneOrNone() is the only row or null; several are an error", () => {
  assertEquals([none.oneOrNone(), one.oneOrNone()], [null, { id: 1, name: "sandy" }]);
  assertThrows(() => two.oneOrNone(), MultipleResultsFound, "at most one was required");
});

Deno.test("scalar() is the first column of the first row, or null", () => {
  assertEquals([none.scalar(), one.scalar(), two.scalar()], [null, 1, 1]);
});

Deno.test("scalarOne() and scalarOneOrNone() are about the first column of the only row", () => {
  assertEquals([one.scalarOne(), one.scalarOneOrNone(), none.scalarOneOrNone()], [1, 1, null]);
  assertThrows(() => none.scalarOne(), NoResultFound);
  assertThrows(() => two.scalarOne(), MultipleResultsFound, "exactly one");
  assertThrows(() => two.scalarOneOrNone(), MultipleResultsFound, "at most one");
});

Deno.test("scalarOneOrNone() gives null for a row that holds NULL too, as in SQLAlchemy", () => {
  const result = new Result({ columns: ["a"], rows: [[null]], command: "SELECT", rowCount: 1 });
  assertEquals([result.scalar(), result.scalarOne(), result.scalarOneOrNone()], [null, null, null]);
});

Deno.test("scalars() is one column, by number or name", () => {
  assertEquals(two.scalars().all(), [1, 2]);
  assertEquals(two.scalars(1).all(), ["sandy", null]);
  assertEquals(two.scalars("name").all(), ["sandy", null]);
  assertEquals([...two.scalars()], [1, 2]);
  assertEquals([none.scalars().first(), two.scalars().first(), one.scalars().one()], [null, 1, 1]);
  assertEquals([none.scalars().oneOrNone(), one.scalars("name").oneOrNone()], [null, "sandy"]);
  assertThrows(() => two.scalars().one(), MultipleResultsFound);
  assertThrows(() => none.scalars().one(), NoResultFound);
});

Deno.test("scalars() of a column that is not there says which there are", () => {
  assertThrows(() => two.scalars(2), RangeError, "There is no column 2; there are: id, name");
  assertThrows(() => two.scalars("nmae" as "name"), RangeError, 'There is no column "nmae"');
  assertThrows(() => two.scalars(-1), RangeError);
});

Deno.test("unique() keeps the first of equal rows", () => {
  assertEquals(heroes([1, "a"], [2, "a"], [1, "a"]).unique().all(), [{ id: 1, name: "a" }, { id: 2, name: "a" }]);
  assertEquals(heroes([1, "a"], [1, "a"]).unique().one(), { id: 1, name: "a" });
  assertEquals(heroes([1, "a"], [1, "a"]).unique().rowCount, 1);
});

Deno.test("unique() compares values: dates, bytes and json by content, NaN and null are not the same", () => {
  const result = (rows: unknown[][]) => new Result({ columns: ["a"], rows, command: "SELECT", rowCount: rows.length });
  const same: unknown[] = [() => new Date(5), () => new Uint8Array([1, 2]), () => ({ a: [1] }), () => 5n, () => NaN];
  for (const make of same as (() => unknown)[]) {
    assertEquals(result([[make()], [make()]]).unique().all().length, 1);
  }
  const different = [null, NaN, Infinity, -Infinity, 0, 5n, "x"];
  assertEquals(result(different.map((value) => [value])).unique().scalars().all(), different);
});

Deno.test("unique() of scalars keeps the first of equal values", () => {
  const result = new Result<{ a: number }>({ columns: ["a"], rows: [[1], [2], [1]], command: "SELECT", rowCount: 3 });
  assertEquals(result.scalars().unique().all(), [1, 2]);
});

Deno.test("a statement without rows: nothing to read, but a count", () => {
  const result = new Result({ columns: [], rows: [], command: "UPDATE", rowCount: 7 });
  assertEquals([result.rowCount, result.all(), result.first(), result.scalar()], [7, [], null, null]);
  assertEquals(result.scalars().all(), []);
});

Deno.test("in a notebook a result is a table, with at most 20 rows", () => {
  assertEquals(display(two)["text/markdown"], "| id | name |\n| --- | --- |\n| 1 | sandy |\n| 2 | null |");
  assertMatch(display(two)["text/plain"], /sandy/);
  const many = display(heroes(...Array.from({ length: 25 }, (_, id): [number, string] => [id, "a|b\nc"])));
  assertStringIncludes(many["text/markdown"], "| 19 | a b c |\n\n… and 5 more rows");
  assertEquals(
    display(new Result({ columns: [], rows: [], command: "", rowCount: 0 }))["text/markdown"],
    "*no columns*",
  );
});

Deno.test("types follow from the type of the row", () => {
  const single = new Result<{ count: bigint }>({ columns: ["count"], rows: [[5n]], command: "SELECT", rowCount: 1 });
  single.scalarOne() satisfies bigint;
  single.scalars().all() satisfies bigint[];
  two.scalars("name").all() satisfies (string | null)[];
  one.one().id satisfies number;
  const first = two.scalar();
  // @ts-expect-error one column of several: which is the first is not in the type
  first satisfies number | null;
  two.scalar<number>() satisfies number | null;
  // @ts-expect-error there is no such property
  one.one().nmae;
  // @ts-expect-error there may be no row
  one.first().id satisfies number;
  // @ts-expect-error the name of a hero may be null
  two.scalars("name").all() satisfies string[];
  assertInstanceOf(two, Result);
});
