import { assertEquals } from "@std/assert";
import { inRunningOrder } from "./order.ts";
import { inFreeOrder, unusedName } from "./free_names.ts";
import { nameIn, withColumnNames, withKeyNames, withTypeName } from "./text.ts";

Deno.test("a name is told from other SQL", () => {
  assertEquals([nameIn("mood"), nameIn('"My ""mood"""'), nameIn("trade.mood"), nameIn("now()")], [
    "mood",
    'My "mood"',
    undefined,
    undefined,
  ]);
});

Deno.test("columns are replaced at once, but not types, functions, fields and texts", () => {
  const swap = new Map([["a", "b"], ["b", "a"]]);
  assertEquals(withColumnNames(`a = "b" AND 'a' <> "a b"`, swap), `b = a AND 'a' <> "a b"`);
  assertEquals(withColumnNames("a(b) || b::a || (b).a", swap), "a(a) || a::a || (a).a");
  assertEquals(withColumnNames("a IS TRUE", new Map([["a", "true"]])), '"true" IS TRUE');
  assertEquals(withTypeName(`a = 'x'::a AND b = 'y'::"a"[]`, "a", "a_old"), `a = 'x'::a_old AND b = 'y'::a_old[]`);
});

Deno.test("a foreign key names columns of two tables", () => {
  const own = new Map([["a", "b"], ["b", "a"]]);
  const referred = { table: "new", columns: new Map([["a", "x y"]]) };
  assertEquals(
    withKeyNames("FOREIGN KEY (a, b) REFERENCES trade.old(a, b) ON DELETE SET NULL (a) DEFERRABLE", own, referred),
    'FOREIGN KEY (b, a) REFERENCES trade.new("x y", b) ON DELETE SET NULL (b) DEFERRABLE',
  );
});

Deno.test("renames run when their new name is free; a ring starts with a temporary name that is not in use", () => {
  const order = (renames: string[], taken: string[] = []) => {
    const pairs = renames.map((text) => text.split(">")).map(([from, to]) => ({ from, to }));
    return inFreeOrder(pairs, taken).map(({ from, to }) => `${from}>${to}`);
  };
  assertEquals(order(["a>b", "b>c", "c>d"]), ["c>d", "b>c", "a>b"]);
  assertEquals(order(["a>b", "b>a"], ["a_old"]), ["a>a_old_", "b>a", "a_old_>b"]);
  assertEquals(order(["a>b", "b>c", "c>a", "x>y", "y>x"]), [
    "a>a_old",
    "c>a",
    "b>c",
    "a_old>b",
    "x>x_old",
    "y>x",
    "x_old>y",
  ]);
  const long = "x".repeat(63);
  assertEquals(unusedName(`${long}_old`, new Set()).length, 63);
});

Deno.test("keys and indexes of a schema share their names", () => {
  const table = { name: "heroes" };
  const renames = inRunningOrder([
    { kind: "renameConstraint", table, from: "uq", to: "ix" },
    { kind: "renameIndex", table, from: "ix", to: "uq" },
    { kind: "renameIndex", table: { schema: "trade", name: "toys" }, from: "ix", to: "uq" },
  ]);
  assertEquals(renames.map((operation) => "from" in operation && [operation.kind, operation.from, operation.to]), [
    ["renameConstraint", "uq", "uq_old"],
    ["renameIndex", "ix", "uq"],
    ["renameConstraint", "uq_old", "ix"],
    ["renameIndex", "ix", "uq"],
  ]);
});
