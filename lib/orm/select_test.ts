import { assertEquals } from "@std/assert";
import { select } from "../mod.ts";
import { Hero } from "./testing/heroes.ts";

const COLUMNS = `"heroes"."id", "heroes"."name", "heroes"."app_src", "heroes"."created_at", "heroes"."updated_on"`;

Deno.test("select() names every column, in the order of the table", () => {
  assertEquals(select(Hero).compile().sql, `select ${COLUMNS} from "heroes"`);
});

Deno.test("conditions, order and limits become SQL with parameters", () => {
  const statement = select(Hero).where("name", "=", "sandy").where("appSrc", "is", null)
    .orderBy("createdAt", "desc").orderBy("name").limit(3).offset(6);
  const { sql, parameters } = statement.compile();
  assertEquals(
    sql,
    `select ${COLUMNS} from "heroes" where "name" = $1 and "app_src" is null ` +
      `order by "heroes"."created_at" desc, "heroes"."name" asc limit $2 offset $3`,
  );
  assertEquals(parameters, ["sandy", 3, 6]);
});

Deno.test("a condition may be built with Kysely's expression builder", () => {
  const statement = select(Hero).where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "is", null)]));
  assertEquals(
    statement.compile().sql,
    `select ${COLUMNS} from "heroes" where ("name" = $1 or "app_src" is null)`,
  );
});

Deno.test("a statement is a value: refining it leaves the first as it was", () => {
  const all = select(Hero);
  all.where("name", "=", "sandy");
  assertEquals(all.compile().parameters, []);
});

Deno.test("types: a wrong column or value does not compile", () => {
  // @ts-expect-error there is no such column
  select(Hero).where("color", "=", "brown");
  // @ts-expect-error a name is a text
  select(Hero).where("name", "=", 7);
  // @ts-expect-error a method is not a column
  select(Hero).where("greeting", "=", "hello");
  // @ts-expect-error there is no such column
  select(Hero).orderBy("color");
});
