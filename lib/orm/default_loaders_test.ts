/** Relations that a model loads by default: with every query for its objects and with get(), unless an option says else. */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { identity, integer, joinedload, NotLoadedError, raiseload, select, selectinload, text } from "../mod.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToOne, oneToMany, oneToOne } from "./relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
const id = identity().primaryKey();

class Owner extends base.model("owners", { id, name: text() }) {
  declare toys: Related<Toy>;
  declare passport: Passport | null;
  declare notes: Related<Note>;
  static readonly relations = {
    toys: oneToMany(() => Toy, { load: "selectin" }),
    passport: oneToOne(() => Passport, { load: "joined" }),
    notes: oneToMany(() => Note),
  };
}
class Passport extends base.model("passports", { id, ownerId: integer().unique().references("owners.id") }) {}
class Toy extends base.model("toys", { id, ownerId: integer().references("owners.id") }) {
  declare owner: Owner | null;
  declare parts: Related<Part>;
  static readonly relations = {
    owner: manyToOne(() => Owner, { load: "joined" }),
    parts: oneToMany(() => Part, { load: "selectin" }),
  };
}
class Part extends base.model("parts", { id, toyId: integer().references("toys.id") }) {}
class Note extends base.model("notes", { id, ownerId: integer().references("owners.id") }) {}

/** Two owners with two toys of two parts each; the first has a passport. */
async function addOwners({ getSession, sent }: Fixture) {
  await getSession.begin((session) => {
    const toys = () => [0, 1].map(() => Toy.create({ parts: [new Part({}), new Part({})] }));
    session.add(Owner.create({ name: "sandy", toys: toys(), passport: new Passport({}) }));
    session.add(Owner.create({ name: "gary", toys: toys(), notes: [new Note({})] }));
  });
  sent.length = 0;
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(
    database,
    driver,
    base.metadata,
    (sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql,
  );
  const sizes = (owners: Owner[]) => owners.map(({ toys }) => [...toys].map(({ parts }) => parts.size));

  test("a query loads them with those of their objects: one SELECT for each that is selected, any number of objects", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const owners = (await session.scalars(select(Owner).orderBy("id"))).all();
    assertEquals(t.sent, [
      'select "owners"."id", "owners"."name", passports_1.id, passports_1.owner_id from "owners" left outer join ' +
      'passports as passports_1 on passports_1.owner_id = owners.id order by "owners"."id" asc',
      "SELECT toys.id, toys.owner_id, toys.owner_id FROM toys WHERE toys.owner_id = ANY($1::integer[]) ORDER BY toys.id",
      "SELECT parts.id, parts.toy_id, parts.toy_id FROM parts WHERE parts.toy_id = ANY($1::integer[]) ORDER BY parts.id",
    ]);
    assertEquals([sizes(owners), owners.map(({ passport }) => passport?.id)], [[[2, 2], [2, 2]], [1, undefined]]);
    assertThrows(() => owners[0].notes.size, NotLoadedError);
  });

  test("get() loads them, too, in as many SELECTs, and sends nothing for an object that the session has", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const sandy = (await session.get(Owner, 1))!;
    assertEquals([t.sent.length, sizes([sandy]), sandy.passport!.id], [3, [[2, 2]], 1]);
    assertEquals([await session.get(Owner, 1), await session.get(Owner, 7)], [sandy, null]);
    assertEquals(t.sent.length, 4); // no row, nothing to load with it
    const locked = await session.get(Owner, 1, { withForUpdate: true });
    assertStrictEquals(locked, sandy);
    assertEquals(t.sent.at(4)!.endsWith('where "owners"."id" = $1 for update of "owners"'), true);
    await session.execute("UPDATE owners SET name = 'changed'");
    await session.refresh(sandy);
    assertEquals([sandy.name, sizes([sandy])], ["changed", [[2, 2]]]);
  });

  test("defaults do not lead back to a model on the way", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const toys = (await session.scalars(select(Toy).orderBy("id"))).all();
    assertEquals(t.sent.length, 2); // toys with their owners and passports, and parts; not the toys of the owners
    assertEquals([toys[0].owner!.name, toys[0].owner!.passport!.id], ["sandy", 1]);
    assertThrows(() => toys[0].owner!.toys.size, NotLoadedError);
  });

  test("an option takes the place of a default, and what it loads has defaults of its own", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const joined = select(Owner).orderBy("id").options(joinedload("toys"), selectinload("passport"));
    const owners = (await session.scalars(joined)).unique().all();
    assertEquals(t.sent.map((sql) => /from (\S+)/i.exec(sql)![1]), ['"owners"', "parts", "passports"]);
    assertEquals([sizes(owners), owners[0].passport!.id], [[[2, 2], [2, 2]], 1]);
  });

  test("a query for a collection takes the place of the default, too", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const last = select(Owner).options(selectinload("toys", (toys) => toys.orderBy("id", "desc").limit(1)));
    const owners = (await session.scalars(last)).all();
    assertEquals([t.sent.length, owners.map(({ toys }) => toys.size)], [3, [1, 1]]);
  });

  test("raiseload() leaves one out: reading it throws", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const [sandy] = (await session.scalars(select(Owner).options(raiseload("toys"), raiseload("passport")))).all();
    assertEquals(t.sent, ['select "owners"."id", "owners"."name" from "owners"']);
    assertThrows(() => sandy.toys.size, NotLoadedError);
    assertThrows(() => sandy.passport, NotLoadedError);
  });

  test("fromStatement() selects those that a query would join", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const owners = (await session.scalars(select(Owner).fromStatement("SELECT * FROM owners ORDER BY id"))).all();
    assertEquals([t.sent.length, sizes(owners), owners[0].passport!.id], [4, [[2, 2], [2, 2]], 1]);
  });

  test("merge() keeps them loaded", async (t) => {
    await addOwners(t);
    await using session = t.getSession();
    const merged = await session.merge(new Owner({ id: 1, name: "merged" }));
    assertEquals([merged.name, merged.toys.size, merged.passport!.id], ["merged", 2, 1]);
  });
}

Deno.test("types: raiseload() names a relation", () => {
  const neverCalled = () => {
    // @ts-expect-error there is no such relation
    select(Owner).options(raiseload("cars"));
  };
  assertEquals(typeof neverCalled, "function");
});
