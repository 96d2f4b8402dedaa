import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { declarativeBase, integer, InvalidModelError, text } from "../mod.ts";
import { snakeCase } from "./table.ts";
import { Hero, metadata } from "./testing/heroes.ts";

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
    () => model("logs", { line: text() }),
    InvalidModelError,
    `table "logs" cannot be used: it has no primary key`,
  );
});

Deno.test("two models for one table are refused", () => {
  const { model } = declarativeBase();
  model("toys", { id: integer().primaryKey() });
  assertThrows(
    () => model("toys", { id: integer().primaryKey() }),
    InvalidModelError,
    "there is a model for this table already",
  );
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
  new Hero({ name: "sandy", color: "brown" });
  // @ts-expect-error a name is a text
  new Hero({ name: 7 });
  // @ts-expect-error appSrc may be null
  const notNull: string = hero.appSrc;
  assertEquals([name, appSrc, createdAt, notNull], ["sandy", null, undefined, null]);
});
