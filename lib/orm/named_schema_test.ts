/** Models whose tables are in schemas that they name: everything that a session does, where no search path helps. */
import { assertEquals } from "@std/assert";
import { select, selectinload } from "../mod.ts";
import { identity, integer, text } from "../schema/columns.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, manyToOne, oneToMany } from "./relation.ts";
import { sessionTest } from "../../testing/fixture.ts";

const database = testDatabase(import.meta.url);
const { model, associationTable, metadata } = declarativeBase();

const owning = associationTable("owning", {
  ownerId: integer().references("people.owners.id"),
  toyId: integer().references("trade.toys.id"),
}, { schema: "people" });

class Shop extends model("shops", { id: identity().primaryKey(), name: text() }, { schema: "trade" }) {
  declare toys: Related<Toy>;
  static relations = { toys: oneToMany(() => Toy) };
}
/** A table of this name is in the search path too. */
class Toy
  extends model("toys", { id: identity().primaryKey(), name: text(), shopId: integer().references(() => Shop) }, {
    schema: "trade",
  }) {
  declare shop: Shop;
  declare owners: Related<Owner>;
  static relations = { shop: manyToOne(() => Shop), owners: manyToMany(() => Owner, { secondary: owning }) };
}
class OtherToy extends model("toys", { id: identity().primaryKey(), name: text() }) {}
class Owner extends model("owners", { id: identity().primaryKey(), name: text() }, { schema: "people" }) {}
for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata);

  test("objects are written, read, joined, locked, changed and deleted there", async (t) => {
    await using session = t.getSession();
    const shop = new Shop({ name: "Barnacle" });
    const toys = ["kite", "car"].map((name) => Toy.create({ name, shop } as never));
    const sandy = new Owner({ name: "sandy" });
    toys[0].owners.add(sandy);
    session.addAll([...toys, new OtherToy({ name: "elsewhere" })]);
    await session.commit();
    session.expunge(sandy);
    const stmt = select(Toy).join("owners").where("owners.name", "=", "sandy").where("name", "=", "kite");
    const kite = (await session.scalars(stmt.options(selectinload("shop"), selectinload("owners")))).one();
    assertEquals([kite.id, kite.shop.name, [...kite.owners].length], [toys[0].id, "Barnacle", 1]);
    await session.scalars(select(Toy).withForUpdate());
    await session.get(Toy, kite.id, { withForUpdate: true });
    const { toys: both } = (await session.scalars(select(Shop).options(selectinload("toys")))).one();
    for (const toy of both) toy.name += "!";
    await session.delete(toys[1]);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM trade.toys"), [["kite!"]]);
    assertEquals(await t.rows("SELECT name FROM toys"), [["elsewhere"]]);
  });
}
