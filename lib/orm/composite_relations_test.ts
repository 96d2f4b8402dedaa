/** Relations over foreign keys of several columns, one of which (the tenant) belongs to several keys. */
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  identity,
  integer,
  InvalidLinkError,
  InvalidModelError,
  joinedload,
  MissingValueError,
  select,
  selectinload,
  text,
} from "../mod.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, manyToOne, oneToMany } from "./relation.ts";
import { resolveRelation } from "./resolve_relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

class Shop extends base.model("shops", {
  tenant: integer().primaryKey(),
  id: identity().primaryKey(),
  bestId: integer().nullable(),
}, { foreignKeys: [{ on: ["tenant", "bestId"], references: "toys" }] }) {
  declare toys: Related<Toy>;
  declare best: Toy | null;
  static readonly relations = { toys: oneToMany(() => Toy), best: manyToOne(() => Toy) };
}

const toyTag = base.associationTable("toy_tag", { tenant: integer(), toyId: integer(), tag: text() }, {
  foreignKeys: [
    { on: ["tenant", "toyId"], references: "toys" },
    { on: ["tenant", "tag"], references: "tags" },
  ],
});

class Toy extends base.model("toys", {
  tenant: integer().primaryKey(),
  id: identity().primaryKey(),
  shopId: integer().nullable(),
  partOf: integer().nullable(),
}, {
  foreignKeys: [
    { on: ["tenant", "shopId"], references: "shops" },
    { on: ["tenant", "partOf"], references: "toys" },
  ],
}) {
  declare shop: Shop | null;
  declare whole: Toy | null;
  declare parts: Related<Toy>;
  declare tags: Related<Tag>;
  static readonly relations = {
    shop: manyToOne(() => Shop),
    whole: manyToOne(() => Toy),
    parts: oneToMany(() => Toy),
    tags: manyToMany(() => Tag, { secondary: toyTag }),
  };
}

class Tag extends base.model("tags", { tenant: integer().primaryKey(), name: text().primaryKey() }) {
  declare toys: Related<Toy>;
  static readonly relations = { toys: manyToMany(() => Toy, { secondary: toyTag }) };
}

/** The key refuses NULL: a seat is always of a row. */
class Row extends base.model("rows", { hall: integer().primaryKey(), number: integer().primaryKey() }) {
  declare seats: Related<Seat>;
  static readonly relations = { seats: oneToMany(() => Seat) };
}
class Seat extends base.model("seats", { hall: integer(), row: integer(), id: integer().primaryKey() }, {
  foreignKeys: [{ on: ["row", "hall"], references: "rows", columns: ["number", "hall"] }],
}) {
  declare in: Row | null;
  static readonly relations = { in: manyToOne(() => Row) };
}

const toys = ({ rows }: Fixture) => rows("SELECT tenant, id, shop_id, part_of FROM toys ORDER BY tenant, id");

/** A shop of tenant 1 with two toys, the second a part of the first, and tags; a shop with a toy of tenant 2. */
async function addShops({ getSession, sent }: Fixture) {
  await getSession.begin((session) => {
    const shop = new Shop({ tenant: 1 });
    const car = Toy.create({ tenant: 1, shop });
    Toy.create({ tenant: 1, shop, whole: car });
    car.tags.add(new Tag({ tenant: 1, name: "red" })).add(new Tag({ tenant: 1, name: "fast" }));
    session.add(shop);
  });
  await getSession.begin((session) => session.add(Toy.create({ tenant: 2, shop: new Shop({ tenant: 2 }) })));
  sent.length = 0;
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(
    database,
    driver,
    base.metadata,
    (sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql,
  );

  test("new rows that refer to each other by several columns get the keys that the server makes", async (t) => {
    await addShops(t);
    assertEquals(await toys(t), [[1, 1, 1, null], [1, 2, 1, 1], [2, 3, 2, null]]);
    assertEquals(await t.rows("SELECT tenant, toy_id, tag FROM toy_tag ORDER BY tag"), [[1, 1, "fast"], [1, 1, "red"]]);
  });

  test("selectinload compares the columns of a key as a row", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const shops =
      (await session.scalars(select(Shop).orderBy("id").options(selectinload("toys", selectinload("tags"))))).all();
    assertEquals(t.sent, [
      'select "shops"."tenant", "shops"."id", "shops"."best_id" from "shops" order by "shops"."id" asc',
      "SELECT toys.tenant, toys.id, toys.shop_id, toys.part_of, toys.tenant, toys.shop_id " +
      "FROM toys WHERE (toys.tenant, toys.shop_id) IN (SELECT * FROM unnest($1::integer[], $2::integer[])) " +
      "ORDER BY toys.tenant, toys.id",
      "SELECT tags.tenant, tags.name, toy_tag.tenant, toy_tag.toy_id FROM tags JOIN toy_tag ON " +
      "toy_tag.tenant = tags.tenant and toy_tag.tag = tags.name WHERE (toy_tag.tenant, " +
      "toy_tag.toy_id) IN (SELECT * FROM unnest($1::integer[], $2::integer[])) ORDER BY tags.tenant, tags.name",
    ]);
    const held = shops.map(({ toys }) => [...toys].map(({ id, tags }) => [id, [...tags].map(({ name }) => name)]));
    assertEquals(held, [[[1, ["fast", "red"]], [2, []]], [[3, []]]]);
  });

  test("an object with a composite key that the session has is not selected", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const shop = await session.get(Shop, { tenant: 1, id: 1 });
    t.sent.length = 0;
    const all = (await session.scalars(select(Toy).orderBy("id").options(selectinload("shop")))).all();
    assertEquals(t.sent.length, 2); // one SELECT for the shop of tenant 2
    assertStrictEquals(all[0].shop, shop);
    assertEquals(all[2].shop!.tenant, 2);
    const whole = (await session.scalars(select(Toy).where("id", "=", 2).options(selectinload("whole")))).one().whole;
    assertEquals([t.sent.length, whole], [3, all[0]]);
  });

  test("joinedload and join() compare each column", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const [car, wheel, ball] =
      (await session.scalars(select(Toy).orderBy("id").options(joinedload("shop"), joinedload("tags"))))
        .unique().all();
    assertEquals(t.sent, [
      'select "toys"."tenant", "toys"."id", "toys"."shop_id", "toys"."part_of", shops_1.tenant, shops_1.id, shops_1.best_id, ' +
      'tags_1.tenant, tags_1.name from "toys" left outer join shops as shops_1 on shops_1.tenant = ' +
      "toys.tenant and shops_1.id = toys.shop_id left outer join (toy_tag as toy_tag_1 join tags as " +
      "tags_1 on tags_1.tenant = toy_tag_1.tenant and tags_1.name = toy_tag_1.tag) on " +
      'toy_tag_1.tenant = toys.tenant and toy_tag_1.toy_id = toys.id order by "toys"."id" asc, ' +
      "toys.tenant, tags_1.tenant, tags_1.name",
    ]);
    assertEquals([[...car.tags].length, wheel.tags.size, ball.shop!.tenant], [2, 0, 2]);
    const tagged = select(Shop).join("toys").where("toys.partOf", "is not", null);
    assertEquals((await session.scalars(tagged)).all(), [car.shop!]);
    assertEquals((await session.scalars(select(Tag).join("toys").where("toys.id", "=", 1))).all().length, 2);
  });

  test("a reference moves with all of its columns; without one, only those become NULL that no other key needs", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const all = select(Toy).orderBy("id").options(selectinload("shop"), selectinload("whole"));
    const [car, wheel, ball] = (await session.scalars(all)).all();
    wheel.whole = null;
    wheel.shop = null;
    const shop = new Shop({ tenant: 1 });
    shop.toys.add(car);
    await session.commit();
    assertEquals(await toys(t), [[1, 1, 3, null], [1, 2, null, null], [2, 3, 2, null]]);
    assertEquals([wheel.shop, wheel.tenant, car.shop, ball.shop!.toys.isLoaded], [null, 1, shop, false]);
  });

  test("rows of an association of several columns come and go, and go back with a rollback", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const [car, wheel] = (await session.scalars(select(Toy).orderBy("id").options(selectinload("tags")))).all();
    const [fast, red] = [...car.tags];
    t.sent.length = 0;
    car.tags.delete(red);
    fast.toys.add(wheel);
    await session.flush();
    assertEquals(t.sent, [
      "DELETE FROM toy_tag WHERE (tenant, toy_id, tag) IN (SELECT * FROM unnest($1::integer[], $2::integer[], $3::text[]))",
      "INSERT INTO toy_tag (tenant, toy_id, tag) SELECT * FROM unnest($1::integer[], $2::integer[], $3::text[]) ON CONFLICT DO NOTHING",
    ]);
    assertEquals([[...car.tags], [...wheel.tags]], [[fast], [fast]]);
    await session.rollback();
    assertEquals([[...car.tags], [...wheel.tags]], [[fast, red], []]);
  });

  test("deletions set NULL, and delete association rows, by each column of the key", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const wheel = await session.getOne(Toy, { tenant: 1, id: 2 });
    const [shop, car] = [
      await session.getOne(Shop, { tenant: 1, id: 1 }),
      await session.getOne(Toy, { tenant: 1, id: 1 }),
    ];
    session.delete(shop);
    session.delete(car);
    t.sent.length = 0;
    await session.commit();
    const keys = "IN (SELECT * FROM unnest($1::integer[], $2::integer[]))";
    const returning = "RETURNING tenant, id";
    assertEquals(t.sent, [
      `UPDATE toys SET part_of = NULL WHERE (tenant, part_of) ${keys} ${returning}, part_of`,
      `DELETE FROM toy_tag WHERE (tenant, toy_id) ${keys}`,
      `DELETE FROM toys WHERE (tenant, id) ${keys} ${returning}`,
      `UPDATE toys SET shop_id = NULL WHERE (tenant, shop_id) ${keys} AND NOT ((tenant, id) IN ` +
      `(SELECT * FROM unnest($3::integer[], $4::integer[]))) ${returning}, shop_id`,
      `DELETE FROM shops WHERE (tenant, id) ${keys} ${returning}`,
    ]);
    assertEquals([wheel.tenant, wheel.shopId, wheel.partOf, wheel.shop, session.dirty.size], [1, null, null, null, 0]);
    assertEquals(await toys(t), [[1, 2, null, null], [2, 3, 2, null]]);
  });

  test("an association row cannot connect what differs in a column that its keys share", async (t) => {
    await addShops(t);
    await using session = t.getSession();
    const car = await session.getOne(Toy, { tenant: 1, id: 1 });
    t.sent.length = 0;
    car.tags.add(new Tag({ tenant: 2, name: "red" }));
    await assertRejects(
      async () => await session.flush(),
      InvalidLinkError,
      'A row of "toy_tag" cannot connect a row of "tags" with one of "toys" that differs in "tenant"',
    );
    assertEquals(t.sent, []);
  });

  test("new rows of a circle are one INSERT; of two tables, an UPDATE sets the column that can be NULL", async (t) => {
    await using session = t.getSession();
    const [car, wheel] = [new Toy({ tenant: 1 }), new Toy({ tenant: 1 })];
    [car.whole, wheel.whole] = [wheel, car];
    session.add(car);
    await session.flush();
    assertEquals(t.sent.length, 1);
    const shop = Shop.create({ tenant: 1, toys: [new Toy({ tenant: 1 })] });
    [shop.best] = shop.toys;
    session.add(shop);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent.map((sql) => sql.split(" ").slice(0, 3).join(" ")), [
      "INSERT INTO toys",
      "INSERT INTO shops",
      "UPDATE toys SET",
    ]);
    assertEquals(await toys(t), [[1, 1, null, 2], [1, 2, null, 1], [1, 3, 1, null]]);
    assertEquals(await t.rows("SELECT tenant, id, best_id FROM shops"), [[1, 1, 3]]);
  });

  test("the columns of a key may come in another order; without NULL in it a row always refers to another", async (t) => {
    await t.getSession.begin((session) => {
      const row = new Row({ hall: 1, number: 2 });
      session.add(Seat.create({ id: 1, in: row } as never));
      session.add(new Row({ hall: 2, number: 1 }));
    });
    assertEquals(await t.rows("SELECT hall, row FROM seats"), [[1, 2]]);
    await using session = t.getSession();
    const seat = (await session.scalars(select(Seat).options(selectinload("in")))).one();
    assertEquals([seat.in!.hall, seat.in!.number], [1, 2]);
    const row = (await session.scalars(select(Row).where("hall", "=", 1).options(selectinload("seats")))).one();
    assertEquals([...row.seats], [seat]);
    row.seats.delete(seat);
    await assertRejects(
      async () => await session.flush(),
      MissingValueError,
      'The row of "seats" with the key 1 was taken out of a relation, and its foreign key "row" is not nullable',
    );
    await session.rollback();
    assertEquals([[...row.seats], seat.in], [[seat], row]);
  });
}

Deno.test("of a key of one column and one of several to the same table, an attribute names one", () => {
  const { model } = declarativeBase();
  const id = integer().primaryKey();
  class Shop extends model("shops", { id, tenant: integer() }, { unique: [["tenant", "id"]] }) {}
  class Toy extends model("toys", { id, tenant: integer(), shopId: integer().references("shops.id") }, {
    foreignKeys: [{ on: ["tenant", "shopId"], references: "shops", columns: ["tenant", "id"] }],
  }) {}
  const columns = (foreignKey?: string) => {
    const { key } = resolveRelation(Toy, "shop", manyToOne(() => Shop, { foreignKey }));
    return key.columns.map(({ attribute }) => attribute);
  };
  assertEquals([columns("shopId"), columns("tenant")], [["shopId"], ["tenant", "shopId"]]);
  assertThrows(columns, InvalidModelError, 'several foreign keys from "toys" to "shops": name one with { foreignKey }');
});
