import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { declarativeBase, integer, InvalidModelError, text } from "../mod.ts";
import { snakeCase } from "../base/naming.ts";
import { Hero, metadata } from "../../testing/heroes.ts";
import { Note, Toy, User } from "../../testing/playground.ts";

Deno.test("a new object has its values, its defaults, and nothing the server will make", () => {
  const hero = new Hero({ name: "sandy" });
  assertEquals(hero.name, "sandy");
  assertMatch(hero.id, /^[0-9a-f]{8}-/);
  assertEquals(hero.createdAt, undefined as unknown as Date);
  assertEquals(hero.greeting(), "I am sandy");
});

Deno.test("a given value goes before the default", () => {
  const id = "00000000-0000-4000-8000-000000000001";
  assertEquals(new Hero({ id, name: "sandy" }).id, id);
});

Deno.test("the table has the model's own columns first, then those of the base", () => {
  assertEquals(Hero.table.columns.map(({ name }) => name), ["id", "name", "app_src", "created_at", "updated_on"]);
  assertEquals(Hero.table.primaryKey.map(({ attribute }) => attribute), ["id"]);
  assert(metadata.tables.get("heroes") === Hero.table);
});

Deno.test("a model without a primary key is refused", () => {
  const { model } = declarativeBase();
  assertThrows(
    // @ts-expect-error: without a key
    () => model("logs", { line: text() }),
    InvalidModelError,
    `table "logs": it has no primary key`,
  );
});

Deno.test("what a type checker would have found is told in words where there is none", () => {
  const { model } = declarativeBase();
  const id = integer().primaryKey();
  // @ts-expect-error: a list of lists
  const flat = () => model("houses", { id, street: text() }, { unique: ["street"] });
  assertThrows(
    flat,
    InvalidModelError,
    `unique takes a list of lists, one for each constraint: [["street", "number"]]`,
  );
  // @ts-expect-error: a value is no SQL
  const bare = () => model("scores", { id, points: integer().serverDefault(0) });
  assertThrows(bare, InvalidModelError, `the serverDefault or onUpdate of "points" must be SQL: write sql("0")`);
});

Deno.test("two models for one table are refused", () => {
  const { model } = declarativeBase();
  model("toys", { id: integer().primaryKey() });
  assertThrows(
    () => model("toys", { id: integer().primaryKey() }),
    InvalidModelError,
    "this table already has a model",
  );
});

Deno.test("a name that cannot be used is refused when the model is declared", () => {
  const { model } = declarativeBase();
  const id = integer().primaryKey();
  const refused = (table: string, columns: Record<string, typeof id>, problem: string) =>
    assertThrows(() => model(table, columns), InvalidModelError, problem);
  refused("userToys", { id }, "a table is named in snake_case");
  refused("app.users", { id }, "without its schema");
  refused("toys", { id, constructor: id }, `a column cannot be named "constructor", which every object has`);
  refused("toys", { id, toString: id }, `"toString"`);
  refused("toys", { id, appURL: id, appUrl: id }, `"appURL" and "appUrl" map to one column, app_url`);
});

Deno.test("a model's own column stands where the base has one of that name", () => {
  const { model } = declarativeBase({ note: text(), level: integer() });
  class Toy extends model("toys", { id: integer().primaryKey(), note: text().unique() }) {}
  assertEquals(Toy.table.columns.map(({ name, unique }) => [name, unique]), [
    ["id", false],
    ["note", true],
    ["level", false],
  ]);
});

Deno.test("a relation can be given when the object is made, in place of its foreign key", () => {
  const note = new Note({ line: "hello" });
  assertEquals(note.userId, undefined as unknown as string);
  const sandy = User.create({ name: "sandy", notes: [note] });
  assertEquals([note.userId, [...sandy.notes]], [sandy.id, [note]]);
  const patrick = new User({ name: "patrick", friend: sandy, notes: new Set([note]) });
  assertEquals([patrick.friend, patrick.friendId, [...patrick.notes]], [sandy, sandy.id, [note]]);
  // no type of a constructor knows the names of relations, and what each takes
  assertThrows(() => new User({ name: "plankton", freind: sandy }), InvalidModelError, 'it has no column "freind"');
  assertThrows(() => new User({ name: "plankton", friend: note }), TypeError, "User.friend is for objects of User");
});

Deno.test("what is of another model is refused in a relation, though its key be of the right type", () => {
  const [sandy, other] = [new User({ name: "sandy" }), new User({ name: "other" })];
  const befriend = (friend: Toy) => {
    // @ts-expect-error a friend is a user
    sandy.friend = friend;
  };
  assertThrows(() => befriend(new Toy({ name: "car" })), TypeError, "User.friend is for objects of User, not for Toy");
  // @ts-expect-error a user is no toy
  assertThrows(() => sandy.toys.add(other), TypeError, "User.toys is for objects of Toy, not for User");
  assertEquals([sandy.friend, sandy.friendId, sandy.toys.size], [null, undefined as never, 0]);
});

Deno.test("attributes are camelCase, columns snake_case", () => {
  assertEquals(snakeCase("createdAt"), "created_at");
  assertEquals(snakeCase("name"), "name");
});

Deno.test("types: what a constructor takes and an attribute holds", () => {
  const hero = new Hero({ name: "sandy", appSrc: null });
  const name: string = hero.name;
  const appSrc: string | null = hero.appSrc;
  const createdAt: Date = hero.createdAt;
  // @ts-expect-error name is required
  new Hero({});
  // @ts-expect-error there is no such column
  assertThrows(() => new Hero({ name: "sandy", color: "brown" }), InvalidModelError, 'it has no column "color"');
  // @ts-expect-error a name is a text
  new Hero({ name: 7 });
  // @ts-expect-error appSrc may be null
  const notNull: string = hero.appSrc;
  assertEquals([name, appSrc, createdAt, notNull], ["sandy", null, undefined, null]);
});
