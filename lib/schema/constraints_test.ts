/** Names, deferrable and composite keys, and parts given by their SQL: how they are declared, and the DDL of them. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  createEngine,
  createStatements,
  createTable,
  declarativeBase,
  dropStatements,
  integer,
  InvalidModelError,
  select,
  Session,
  text,
  uuid,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

function shops() {
  const { model, metadata } = declarativeBase();
  class Shop extends model("shops", {
    tenantId: integer().primaryKey(),
    shopId: integer().primaryKey(),
    favouriteId: integer().nullable(),
  }, {
    primaryKey: { name: "shops_pkey" },
    constraints: { favourite: "FOREIGN KEY (tenant_id, favourite_id) REFERENCES toys (tenant_id, id)" },
  }) {}
  class Toy extends model("toys", {
    tenantId: integer().references("tenants.id", { name: "toy_tenant", deferrable: true }),
    id: integer().primaryKey().check("id > 0", { name: "positive" }),
    shopId: integer().nullable().index({ name: "by_shop" }),
    name: text().unique({ name: "one_name", deferrable: "deferred" }),
  }, {
    unique: [["tenantId", "id"], { on: ["name", "shopId"], name: "names", deferrable: true }],
    foreignKeys: [
      { on: ["tenantId", "shopId"], references: () => Shop, onDelete: "cascade", deferrable: "deferred" },
      { on: ["tenantId", "shopId"], references: "shops", columns: ["shop_id", "tenantId"], name: "the_other_way" },
    ],
    indexes: [{ name: "latest", definition: "btree (id DESC) INCLUDE (name)", unique: true }],
    checks: { named: { sql: "name <> ''", name: "has_name" } },
    constraints: { apart: "EXCLUDE USING hash (name WITH =)" },
  }) {}
  class Tenant extends model("tenants", { id: integer().primaryKey() }) {}
  return { model, metadata, Shop, Toy, Tenant };
}

Deno.test("names, deferrable and composite keys, and parts given by their SQL are written as given", () => {
  const { Toy, metadata } = shops();
  assertEquals(createTable(Toy.table), [
    `CREATE TABLE toys (
  tenant_id integer NOT NULL,
  id integer NOT NULL,
  shop_id integer,
  name text NOT NULL,
  CONSTRAINT pk_toys PRIMARY KEY (id),
  CONSTRAINT one_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT uq_toys_tenant_id_id UNIQUE (tenant_id, id),
  CONSTRAINT names UNIQUE (name, shop_id) DEFERRABLE,
  CONSTRAINT positive CHECK (id > 0),
  CONSTRAINT has_name CHECK (name <> ''),
  CONSTRAINT toy_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) DEFERRABLE,
  CONSTRAINT fk_toys_tenant_id_shop_id_shops FOREIGN KEY (tenant_id, shop_id) ` +
    `REFERENCES shops (tenant_id, shop_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT the_other_way FOREIGN KEY (tenant_id, shop_id) REFERENCES shops (shop_id, tenant_id)
)`,
    "ALTER TABLE toys ADD CONSTRAINT apart EXCLUDE USING hash (name WITH =)",
    "CREATE INDEX by_shop ON toys (shop_id)",
    "CREATE UNIQUE INDEX latest ON toys USING btree (id DESC) INCLUDE (name)",
  ]);
  assertEquals(createStatements(metadata).map(({ sql }) => sql.split(" (")[0]), [
    "CREATE TABLE shops",
    "CREATE TABLE tenants",
    "CREATE TABLE toys",
    "ALTER TABLE toys ADD CONSTRAINT apart EXCLUDE USING hash",
    "CREATE INDEX by_shop ON toys",
    "CREATE UNIQUE INDEX latest ON toys USING btree",
    "ALTER TABLE shops ADD CONSTRAINT favourite FOREIGN KEY", // its table may be created after it
  ]);
  assertEquals(dropStatements(metadata).map(({ sql }) => sql), [
    "ALTER TABLE shops DROP CONSTRAINT IF EXISTS favourite",
    "DROP TABLE toys",
    "DROP TABLE tenants",
    "DROP TABLE shops",
  ]);
});

database.test("they are created, twice without harm, and dropped", async (url) => {
  const { metadata } = shops();
  await using engine = createEngine(url);
  for (let round = 0; round < 2; round++) {
    await engine.begin((connection) => metadata.createAll(connection));
    await engine.begin((connection) => metadata.createAll(connection));
    await engine.begin((connection) => metadata.dropAll(connection));
  }
});

Deno.test("a foreign key that does not fit is an error that says why", () => {
  const { model, Shop } = shops();
  const fails = (foreignKey: { on: string[]; references: string | (() => typeof Shop); columns?: string[] }) => {
    const { table } = model(`t${crypto.randomUUID().slice(0, 8)}`, { id: uuid().primaryKey(), a: integer() }, {
      foreignKeys: [foreignKey as { on: ["a"]; references: string }],
    });
    return assertThrows(() => createTable(table), InvalidModelError).message.replace(/^Model of table "\w+": /, "");
  };
  assertEquals(
    fails({ on: ["a"], references: () => Shop }),
    'the foreign key of "a" has 1 columns, but refers to 2 of "shops": name as many in columns.',
  );
  assertEquals(
    fails({ on: ["a"], references: () => Shop, columns: ["id"] }),
    'the foreign key of "a" refers to "id", which is no column of "shops".',
  );
  assertEquals(fails({ on: ["b"], references: "shops" }), 'it has no column "b".');
  assertEquals(
    fails({ on: ["a"], references: "shop" }).replace(/: [\w, ]+\.$/, ""),
    'the foreign key of "a" refers to "shop", which is no known table; the tables are',
  );
});

Deno.test("the name of an attribute is checked by the compiler, wherever an option takes one", () => {
  const { model } = declarativeBase();
  const [columns, wrong] = [{ id: uuid().primaryKey(), name: text() }, InvalidModelError];
  // @ts-expect-error: no such attribute
  assertThrows(() => model("a", columns, { unique: [["nam"]] }), wrong);
  // @ts-expect-error: no such attribute
  assertThrows(() => model("b", columns, { unique: [{ on: ["nam"], name: "x" }] }), wrong);
  // @ts-expect-error: no such attribute
  assertThrows(() => model("c", columns, { indexes: [["nam"]] }), wrong);
  // @ts-expect-error: no such attribute
  const { table } = model("d", columns, { foreignKeys: [{ on: ["nam"], references: "a" }] });
  assertThrows(() => createTable(table), wrong);
  // @ts-expect-error: neither columns nor a definition
  assertThrows(() => model("e", columns, { indexes: [{ name: "x" }] }));
  // @ts-expect-error: the only texts are "deferred"
  text().unique({ deferrable: "immediate" });
});

database.test("the columns of a primary key have an order of their own, which get() and changes follow", async (url) => {
  const { model, metadata } = declarativeBase();
  class Line extends model("lines", {
    position: integer().primaryKey(),
    orderId: integer().primaryKey(),
    name: text(),
  }, { primaryKey: { on: ["orderId", "position"] } }) {}
  assertEquals(Line.table.primaryKey.map(({ name }) => name), ["order_id", "position"]);
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  await using session = new Session(engine);
  session.add(new Line({ position: 1, orderId: 2, name: "b" }));
  session.add(new Line({ position: 2, orderId: 1, name: "a" }));
  await session.commit();
  const line = await session.get(Line, { position: 2, orderId: 1 });
  assertEquals(line?.name, "a");
  line!.name = "changed";
  await session.commit();
  await using other = new Session(engine);
  const names = (await other.scalars(select(Line).orderBy("orderId"))).all().map(({ name }) => name);
  assertEquals(names, ["changed", "b"]);
});

Deno.test("the order of a primary key lists each of its columns once", () => {
  for (const on of [["id"], ["id", "id"], ["id", "name"], ["id", "part", "id"]]) {
    const { model } = declarativeBase();
    const columns = { id: integer().primaryKey(), part: integer().primaryKey(), name: text() };
    assertThrows(
      () => model("toys", columns, { primaryKey: { on: on as "id"[] } }),
      InvalidModelError,
      `"on" of its primary key must list each marked column once: "id", "part"`,
    );
  }
});
