/** Foreign keys of several columns in a session: rows are written in their order. */
import { assertEquals } from "@std/assert";
import { createEngine, declarativeBase, integer, select, sessionmaker } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

function models() {
  const { model, metadata } = declarativeBase();
  class Toy extends model("toys", {
    tenant: integer().primaryKey(),
    id: integer().primaryKey(),
    shopId: integer().nullable(),
    partOf: integer().nullable(),
  }, {
    foreignKeys: [
      { on: ["tenant", "shopId"], references: "shops" },
      { on: ["tenant", "partOf"], references: "toys" },
    ],
  }) {}
  class Shop extends model("shops", {
    tenant: integer().primaryKey(),
    id: integer().primaryKey(),
    bestToy: integer().nullable(),
  }, { foreignKeys: [{ on: ["tenant", "bestToy"], references: "toys" }] }) {}
  return { metadata, Toy, Shop };
}

database.test("rows that refer to each other by several columns are inserted and deleted in order", async (url) => {
  const { metadata, Toy, Shop } = models();
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  const made = sessionmaker(engine);
  await made.begin((session) => {
    // a circle of tables, and of rows within one
    session.add(new Toy({ tenant: 1, id: 1, shopId: 7, partOf: 2 }));
    session.add(new Toy({ tenant: 1, id: 2, shopId: null, partOf: 1 }));
    session.add(new Shop({ tenant: 1, id: 7, bestToy: 2 }));
    return Promise.resolve();
  });
  const columns = (toy: InstanceType<typeof Toy>) => [toy.tenant, toy.id, toy.shopId, toy.partOf];
  await made.begin(async (session) => {
    const toys = (await session.scalars(select(Toy).orderBy("id"))).all();
    assertEquals(toys.map(columns), [[1, 1, 7, 2], [1, 2, null, 1]]);
    const shop = (await session.get(Shop, { tenant: 1, id: 7 }))!;
    assertEquals(shop.bestToy, 2);
    for (const object of [...toys, shop]) session.delete(object);
  });
  await made.begin(async (session) => assertEquals((await session.scalars(select(Toy))).all(), []));
});
