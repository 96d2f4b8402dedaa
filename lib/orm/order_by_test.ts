/** `orderBy()` by expressions, and where NULL stands. */
import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import { joinedload, select } from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { Hero, metadata } from "../../testing/heroes.ts";
import { metadata as playground, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** The SQL after "order by". */
const order = (statement: { compile(): { sql: string } }) => statement.compile().sql.split(" order by ").at(-1);

Deno.test("orderBy: an expression is sorted by as it is written, with the model's names for columns", () => {
  assertEquals(order(select(Hero).orderBy(({ fn }) => fn("lower", ["appSrc"]))), 'lower("heroes"."app_src") asc');
  assertEquals(
    order(select(Hero).orderBy(sql`length(${sql.ref("appSrc")})`, "desc")),
    'length("heroes"."app_src") desc',
  );
  const joined = select(User).join("team").orderBy(({ fn }) => fn.coalesce("team.captainId", "id")).orderBy("name");
  assertEquals(order(joined), 'coalesce("team"."captain_id", "users"."id") asc, "users"."name" asc');
});

Deno.test("orderBy: NULLS FIRST and LAST, and a collation", () => {
  assertEquals(order(select(Hero).orderBy("appSrc", (by) => by.nullsFirst())), '"heroes"."app_src" nulls first');
  assertEquals(
    order(select(Hero).orderBy("appSrc", (by) => by.desc().nullsLast()).orderBy("name")),
    '"heroes"."app_src" desc nulls last, "heroes"."name" asc',
  );
  assertEquals(order(select(Hero).orderBy("name", (by) => by.collate("C").desc())), '"heroes"."name" collate "C" desc');
  assertEquals(
    order(select(Hero).columns("name").orderBy((eb) => eb.fn("lower", ["name"]), (by) => by.desc().nullsLast())),
    'lower("heroes"."name") desc nulls last',
  );
});

Deno.test("orderBy: an expression sorts a limited query with joinedload() inside and outside", () => {
  const page = select(User).orderBy(({ fn }) => fn("lower", ["name"]), (by) => by.desc().nullsLast()).limit(2)
    .options(joinedload("toys"));
  const { sql } = page.compile();
  const [inner, outer] = sql.split(' as "users" left outer join ');
  assertEquals(inner.split(" from ").at(-1), '"users" order by lower("users"."name") desc nulls last limit $1)');
  assertEquals(inner.includes('lower("users"."name") as "order_1"'), true);
  assertEquals(outer.split(" order by ")[1], '"users"."order_1" desc nulls last, users.id, toys_1.id');
});

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("the server sorts by the expression, NULL where it was asked to stand", async ({ getSession }) => {
    await using session = getSession();
    const heroes = [["Sandy", null], ["gary", "b"], ["Patrick", "A"]] as const;
    session.addAll(heroes.map(([name, appSrc]) => new Hero({ name, appSrc })));
    await session.commit();
    const names = async (statement: ReturnType<typeof select<typeof Hero>>) =>
      (await session.scalars(statement)).all().map(({ name }) => name);
    assertEquals(await names(select(Hero).orderBy(sql`lower(name)`)), ["gary", "Patrick", "Sandy"]);
    const bySource = select(Hero).orderBy("appSrc", (by) => by.collate("C").nullsFirst());
    assertEquals(await names(bySource), ["Sandy", "Patrick", "gary"]);
    const last = select(Hero).orderBy("appSrc", (by) => by.collate("C").desc().nullsLast());
    assertEquals(await names(last), ["gary", "Patrick", "Sandy"]);
  });

  const withRelations = sessionTest(database, driver, playground);

  withRelations("a page by an expression keeps its order with joinedload()", async ({ getSession }) => {
    await using session = getSession();
    session.addAll(["b", "C", "a"].map((name) => User.create({ name, toys: [new Toy({ name: `${name} 1` })] })));
    await session.commit();
    const page = select(User).orderBy(({ fn }) => fn("lower", ["name"]), "desc").limit(2).options(joinedload("toys"));
    assertEquals((await session.scalars(page)).unique().all().map(({ name }) => name), ["C", "b"]);
  });
}

Deno.test("types: orderBy() takes columns, expressions and directions", () => {
  const neverCalled = () => {
    select(Hero).orderBy("appSrc", (by) => by.desc().nullsLast());
    select(Hero).orderBy(sql`random()`);
    // @ts-expect-error there is no such column
    select(Hero).orderBy(({ ref }) => ref("color"));
    // @ts-expect-error there is no such direction
    select(Hero).orderBy("name", "down");
    // @ts-expect-error a direction is an argument of its own
    select(Hero).orderBy("name desc");
    // @ts-expect-error toys were not joined
    select(User).orderBy((eb) => eb.ref("toys.name"));
  };
  assertEquals(typeof neverCalled, "function");
});
