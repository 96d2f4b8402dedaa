/** Models with the names that statements of a session use for themselves, and with names of any other kind. */
import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  type Columns,
  createEngine,
  identity,
  integer,
  select,
  selectinload,
  sessionmaker,
  sql,
  text,
} from "../mod.ts";
import { cases, seed } from "../../testing/cases.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { joinedload } from "./loading.ts";
import { FreeNames } from "./free_names.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, manyToOne, oneToMany } from "./relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

/** The names of a multi-row UPDATE. */
class Changed extends base.model("changed", {
  id: identity().primaryKey(),
  keyId: integer(),
  newPrice: integer(),
  price: integer(),
  total: integer().serverDefault(sql("0")).onUpdate(sql("price * key_id")),
}) {}
/** The names of an INSERT that makes keys. */
class New extends base.model("new", { id: identity().primaryKey(), source: text(), "#": text(), made: text() }) {}
/** In schemas of their own, the two ends and what is between them have one name. */
const likes = base.associationTable("likes", {
  byId: integer().references("likes.id"),
  ofId: integer().references("toys_1.id"),
}, { schema: "links" });
class Likes extends base.model("likes", { id: integer().primaryKey(), parentId: integer().references("likes.id") }) {
  declare toys: Related<Toys>;
  declare toysLink: Related<Toys>;
  static relations = {
    toys: manyToMany(() => Toys, { secondary: likes }),
    toysLink: manyToMany(() => Toys, { secondary: likes }),
  };
}
class Toys extends base.model("toys_1", { id: integer().primaryKey() }) {
  declare toys_1_1: Related<Likes>;
  static relations = { toys_1_1: manyToMany(() => Likes, { secondary: likes }) };
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata);

  test("several rows of a table called changed, with a column key_id beside id, are updated", async (t) => {
    await using session = t.getSession();
    const rows = [1, 2].map((number) => new Changed({ keyId: number, newPrice: 0, price: 10 * number }));
    session.addAll(rows);
    await session.commit();
    for (const row of rows) [row.price, row.newPrice] = [row.price + 1, row.price];
    await session.commit();
    // an expression sees the row as it was, as in an UPDATE of one row
    assertEquals(rows.map(({ total }) => total), [10, 40]);
    for (const row of rows) row.keyId += 5;
    await session.commit();
    assertEquals(await t.rows("SELECT key_id, new_price, price, total FROM changed ORDER BY id"), [
      [6, 10, 11, 11],
      [7, 20, 21, 42],
    ]);
  });

  test("several rows of a table called new, with columns source, made and #, are inserted", async (t) => {
    await using session = t.getSession();
    const rows = ["a", "b"].map((each) => new New({ source: each, "#": `#${each}`, made: `made ${each}` }));
    session.addAll(rows);
    await session.commit();
    assertEquals(
      await t.rows('SELECT id, source, "#", made FROM new ORDER BY id'),
      rows.map((row) => [row.id, row.source, row["#"], row.made]),
    );
  });

  test("tables of one name, relations named like aliases", async (t) => {
    await using session = t.getSession();
    const [one, car] = [new Likes({ id: 1, parentId: 1 }), new Toys({ id: 2 })];
    one.toys.add(car);
    session.add(one);
    await session.commit();
    const queries = [
      select(Likes).options(selectinload("toys")),
      select(Likes).join("toys").join("toysLink").options(joinedload("toys"), joinedload("toysLink")),
      select(Likes).options(selectinload("toys", joinedload("toys_1_1"))),
    ];
    for (const query of queries) {
      await using other = t.getSession();
      const found = (await other.scalars(query as typeof queries[0])).unique().one();
      assertEquals([...found.toys].map(({ id }) => id), [2]);
    }
  });
}

/** Names that mean something in SQL or in a statement of a session, long ones, and ones that need quotes. */
const NAME = fc.oneof(
  fc.constantFrom("id", "key_id", "key_key_id", "new_id", "changed", "new", "old", "made", "source", "#", "unnest"),
  fc.constantFrom("select", "user", "order", "table", "position", "excluded", "ordinality", "value", "values", "end"),
  fc.constantFrom("changed_2", "new_2", "x_1", "x_1_1", 'a"b', "$1", "1", "ä", "it's", "a-b", "key_" + "k".repeat(59)),
  fc.constantFrom("k".repeat(63), "ß".repeat(31), "k".repeat(62) + "l", "key_" + "ß".repeat(29)),
);
const model = fc.record({
  table: NAME,
  key: NAME,
  parent: NAME,
  columns: fc.uniqueArray(NAME, { minLength: 2, maxLength: 5 }),
  children: NAME,
  isMade: fc.boolean(),
}).filter(({ table, key, parent, columns, children }) => {
  // a relation with the name of its own table is refused by join()
  return children !== table && new Set([key, parent, ...columns, children]).size === columns.length + 3;
});

const NUMBER = cases(60);
database.test(`${NUMBER} models of random names are written and read`, async (url) => {
  await using engine = createEngine(url);
  const property = fc.asyncProperty(model, async ({ table, key, parent, columns, children, isMade }) => {
    const { model, metadata } = declarativeBase();
    class Row extends model(table, {
      [key]: isMade ? identity().primaryKey() : integer().primaryKey(),
      [parent]: integer().nullable().references(`names.${table}.${key}`),
      ...Object.fromEntries(columns.map((name) => [name, text()])),
      touched: integer().version(),
    } as Columns, { schema: "names" }) {
      static relations = { [children]: oneToMany(() => Row), up: manyToOne(() => Row) };
    }
    type Values = Record<string, unknown>;
    await engine.begin((connection) => connection.execute("DROP SCHEMA IF EXISTS names CASCADE; CREATE SCHEMA names"));
    await engine.begin((connection) => metadata.createAll(connection));
    const make = (number: number): Values => {
      const given = Object.fromEntries(columns.map((name) => [name, `${name} ${number}`]));
      return new Row({ ...given, ...isMade ? {} : { [key]: number } } as never) as unknown as Values;
    };
    await using session = sessionmaker(engine)();
    const rows = [make(1), make(2), make(3)];
    session.addAll(rows);
    await session.commit();
    for (const row of rows) [row[columns[0]], row[parent]] = ["changed", rows[0][key]];
    rows[2][columns[1]] = "alone";
    await session.commit();
    const loads = [selectinload, joinedload].map((load) => select(Row).options(load(children) as never));
    for (const query of [...loads, select(Row).join(children as never).options(joinedload(children) as never)]) {
      await using other = sessionmaker(engine)();
      const found = (await other.scalars(query.orderBy(key as never))).unique().all() as unknown as Values[];
      const first = found.find((row) => row[key] === rows[0][key])!;
      assertEquals([...first[children] as Related<Values>].length, 3);
      for (const row of found) {
        const original = rows.find((each) => each[key] === row[key])!;
        for (const name of [key, parent, ...columns, "touched"]) assertEquals(row[name], original[name]);
      }
      const same = await other.scalar(select(Row).where(columns[1] as never, "=", rows[2][columns[1]] as never));
      assertEquals((same as unknown as Values)[key], rows[2][key]);
    }
    for (const row of rows) session.delete(row);
    await session.commit();
  });
  await fc.assert(property, { seed: seed(16), numRuns: NUMBER });
});

Deno.test("a free name is new, fits in 63 bytes and keeps its number", () => {
  fc.assert(fc.property(fc.array(NAME), fc.array(NAME), (taken, wanted) => {
    const free = new FreeNames(taken);
    const all = [
      ...new Set(taken),
      ...wanted.map((name) => free.take(name)),
      ...wanted.map((name) => free.number(name)),
    ];
    assertEquals(new Set(all).size, all.length);
    for (const name of all) assertEquals(new TextEncoder().encode(name).length <= 63, true);
  }));
  const free = new FreeNames(["toys", "toys_1"]);
  assertEquals([free.take("toys"), free.number("toys"), free.take("cars")], ["toys_2", "toys_3", "cars"]);
});
