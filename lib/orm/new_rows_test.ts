/** New rows that refer to each other: in one table by one INSERT, in several tables in the order that they need. */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  array,
  createEngine,
  identity,
  integer,
  MissingValueError,
  ReferenceCircleError,
  sessionmaker,
  sql,
  text,
  uuid,
} from "../mod.ts";
import { cases, seed } from "../../testing/cases.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import { manyToOne } from "./relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

/** Has one root only, and counts what happens to its rows. */
class Place extends base.model("places", {
  id: identity().primaryKey(),
  name: text(),
  insideId: integer().nullable().references("places.id"),
  note: text().nullable().serverDefault(sql("'noted'")),
  level: integer().serverDefault(sql("7")),
  tags: array(text()).nullable(),
  version: integer().version(),
}, { checks: { root: "inside_id IS NOT NULL OR name = 'world'" } }) {
  declare inside: Place | null;
  static relations = { inside: manyToOne(() => Place) };
}
/** Each row refers to one, perhaps to itself. */
class Link extends base.model("chain_links", {
  id: identity().primaryKey(),
  name: text(),
  nextId: integer().references("chain_links.id"),
}) {
  declare next: Link;
  static relations = { next: manyToOne(() => Link) };
}
/** Refers to a column beside the key, which the server makes, or only a trigger. */
class Badge extends base.model("badges", {
  id: identity().primaryKey(),
  name: text(),
  code: uuid().serverDefault(sql("gen_random_uuid()")).unique(),
  stamp: text().nullable().unique(),
  byCode: uuid().nullable().references("badges.code"),
  byStamp: text().nullable().references("badges.stamp"),
}) {
  declare giver: Badge | null;
  declare stamped: Badge | null;
  static relations = {
    giver: manyToOne(() => Badge, { foreignKey: "byCode" }),
    stamped: manyToOne(() => Badge, { foreignKey: "byStamp" }),
  };
}

class Hen extends base.model("hens", { id: identity().primaryKey(), eggId: integer().references("eggs.id") }) {
  declare egg: Egg;
  static relations = { egg: manyToOne(() => Egg) };
}
class Egg extends base.model("eggs", {
  id: identity().primaryKey(),
  henId: integer().nullable().references("hens.id"),
  version: integer().version(),
}) {
  declare hen: Hen | null;
  static relations = { hen: manyToOne(() => Hen) };
}
class Key extends base.model("keys", {
  id: integer().primaryKey(),
  lockId: integer().references("locks.id", { deferrable: true }),
  boxId: integer().nullable().references("boxes.id"),
}) {}
class Lock extends base.model("locks", { id: integer().primaryKey(), keyId: integer().references("keys.id") }) {}
class Box extends base.model("boxes", {
  id: identity().primaryKey(),
  lidId: integer().references("lids.id"),
}) {
  declare lid: Lid;
  static relations = { lid: manyToOne(() => Lid) };
}
class Lid extends base.model("lids", { id: identity().primaryKey(), boxId: integer().references("boxes.id") }) {
  declare box: Box;
  static relations = { box: manyToOne(() => Box) };
}

const place = (name: string, inside?: Place, more: object = {}) => Place.create({ name, inside, ...more });
/** The statement and its table. */
const target = (sql: string) =>
  /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)
    ? undefined
    : /(INSERT INTO|UPDATE|DELETE FROM|SET CONSTRAINTS) \w+/.exec(sql)?.[0];
const names = (key: string, table = "places", referred = "id") => ({ rows }: Fixture) =>
  rows(`SELECT a.name, b.name FROM ${table} a LEFT JOIN ${table} b ON b.${referred} = a.${key} ORDER BY a.name`);

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata, target);

  test("a tree goes in with one INSERT, parents first, and no row of it without its parent", async (t) => {
    await t.engine.begin((connection) =>
      connection.execute(`
        CREATE UNIQUE INDEX one_root ON places ((true)) WHERE inside_id IS NULL;
        CREATE TABLE IF NOT EXISTS seen (at serial, what text);
        TRUNCATE seen;
        CREATE OR REPLACE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO seen (what) VALUES (TG_OP || '' '' || NEW.name); RETURN NEW; END';
        CREATE TRIGGER see BEFORE INSERT OR UPDATE ON places FOR EACH ROW EXECUTE FUNCTION see()`)
    );
    t.sent.length = 0;
    await using session = t.getSession();
    const world = place("world", undefined, { level: 1 });
    const sea = place("sea", world, { note: null });
    const reef = place("reef", sea, { tags: ["a", "b"] });
    const town = place("town", reef, { id: 70, note: "given" });
    session.add(town);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO places"]);
    const expected = [["reef", "sea"], ["sea", "world"], ["town", "reef"], ["world", null]];
    assertEquals(await names("inside_id")(t), expected);
    const all = [reef, sea, town, world];
    assertEquals(all.map(({ note, level }) => [note, level]), [["noted", 7], [null, 7], ["given", 7], ["noted", 1]]);
    assertEquals(
      await t.rows("SELECT id, inside_id, note, level, tags, version FROM places ORDER BY name"),
      all.map((each) => [each.id, each.insideId, each.note, each.level, each.tags ?? null, 1]),
    );
    assertEquals([town.id, session.dirty.size], [70, 0]);
    const seen = ["INSERT world", "INSERT sea", "INSERT reef", "INSERT town"];
    assertEquals(await t.rows("SELECT what FROM seen ORDER BY at"), seen.map((each) => [each]));
    town.inside = sea;
    await session.commit();
    assertEquals([town.version, town.insideId], [2, sea.id]);
  });

  test("circles of rows that must refer to one, and a row that refers to itself", async (t) => {
    await using session = t.getSession();
    const [alone, one, two, three] = ["alone", "one", "two", "three"].map((name) => new Link({ name }));
    [alone.next, one.next, two.next, three.next] = [alone, two, one, alone];
    session.add(alone);
    await session.flush();
    session.addAll([three, one]);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO chain_links", "INSERT INTO chain_links"]);
    const expected = [["alone", "alone"], ["one", "two"], ["three", "alone"], ["two", "one"]];
    assertEquals(await names("next_id", "chain_links")(t), expected);
    assertEquals([one.nextId, two.nextId, alone.nextId], [two.id, one.id, alone.id]);
    session.add(new Link({ name: "loose" }));
    await assertRejects(async () => await session.commit(), MissingValueError, 'needs a value for "nextId"');
  });

  test("a foreign key to a column that the server makes; to one that a trigger makes: a statement more", async (t) => {
    await t.engine.begin((connection) =>
      connection.execute(`
        CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN NEW.stamp := ''stamp of '' || NEW.name; RETURN NEW; END';
        CREATE TRIGGER stamp BEFORE INSERT ON badges FOR EACH ROW EXECUTE FUNCTION stamp()`)
    );
    t.sent.length = 0;
    await using session = t.getSession();
    const [one, two, three] = ["one", "two", "three"].map((name) => new Badge({ name }));
    [one.giver, two.giver] = [two, one];
    session.addAll([one, two]);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO badges"]);
    assertEquals(await names("by_code", "badges", "code")(t), [["one", "two"], ["two", "one"]]);
    three.stamped = Badge.create({ name: "four" });
    session.add(three);
    await session.commit();
    assertEquals(t.sent.slice(1), ["INSERT INTO badges", "INSERT INTO badges"]);
    assertEquals((await names("by_stamp", "badges", "stamp")(t))[2], ["three", "four"]);
  });

  test("rows of two tables go in one after the other; of a circle one reference is set afterwards", async (t) => {
    await using session = t.getSession();
    const [first, second] = [new Egg({}), new Egg({})];
    const [hen, other] = [Hen.create({ egg: first }), Hen.create({ egg: second })];
    second.hen = hen; // first ← hen ← second ← other
    session.add(other);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO eggs", "INSERT INTO hens", "INSERT INTO eggs", "INSERT INTO hens"]);
    assertEquals([first.version, second.version, second.henId, other.eggId], [1, 1, hen.id, second.id]);
    t.sent.length = 0;
    const circle = Egg.create({ hen: new Hen({}) });
    circle.hen!.egg = circle;
    session.add(circle);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO eggs", "INSERT INTO hens", "UPDATE eggs"]); // the one that may be NULL
    assertEquals(await t.rows(`SELECT hen_id FROM eggs WHERE id = ${circle.id}`), [[circle.hen!.id]]);
  });

  test("of a circle without nullable columns one key is checked later; or it is refused before anything is sent", async (t) => {
    await using session = t.getSession();
    session.addAll([new Key({ id: 1, lockId: 10 }), new Lock({ id: 10, keyId: 1 })]);
    await session.commit();
    assertEquals(t.sent, [
      "SET CONSTRAINTS fk_keys_lock_id_locks",
      "INSERT INTO keys",
      "INSERT INTO locks",
      "SET CONSTRAINTS fk_keys_lock_id_locks",
    ]);
    t.sent.length = 0;
    const box = Box.create({ lid: new Lid({}) });
    box.lid.box = box;
    session.add(box);
    const message = 'New rows refer to each other in a circle by "lids"."boxId", "boxes"."lidId", so that none';
    await assertRejects(async () => await session.commit(), ReferenceCircleError, message);
    assertEquals([t.sent, session.state], [[], "idle"]);
    session.expunge(box);
    session.expunge(box.lid);
    await session.commit();
    assertEquals(await t.rows("SELECT * FROM boxes"), []);
  });
}

const NUMBER = cases(60);
const node = fc.record({
  parent: fc.option(fc.nat(19)),
  key: fc.boolean(),
  note: fc.constantFrom(undefined, null, "given"),
  level: fc.constantFrom(undefined, 1),
});
database.test(`${NUMBER} random graphs of new rows of one table go in with one INSERT each`, async (url) => {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await base.metadata.dropAll(connection);
    await base.metadata.createAll(connection);
  });
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  let key = 1_000_000;
  const property = fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 20 }), async (nodes) => {
    const places = nodes.map(({ key: isGiven, note, level }) => {
      return new Place({ name: "world", note, level, ...isGiven ? { id: key++ } : {} });
    });
    nodes.forEach(({ parent }, index) => {
      if (parent !== null) places[index].inside = places[parent % places.length];
    });
    await using session = sessionmaker(engine)();
    session.addAll(places);
    await session.flush();
    const rows = new Map(
      (await session.execute("SELECT id, inside_id, note, level, version FROM places")).tuples().all()
        .map(([id, ...row]) => [id, row]),
    );
    nodes.forEach(({ parent, note, level }, index) => {
      const inside = parent === null ? null : places[parent % places.length].id;
      const expected = [inside, note === undefined ? "noted" : note, level ?? 7, 1];
      assertEquals(rows.get(places[index].id), expected);
      const { insideId, note: held, level: heldLevel, version } = places[index];
      assertEquals([insideId ?? null, held, heldLevel, version], expected);
    });
    assertEquals(session.dirty.size, 0);
    if (nodes.some(({ parent }) => parent !== null)) {
      assertEquals(sent.filter((sql) => sql.includes("INSERT")).length, 1);
    }
    sent.length = 0;
    await session.rollback();
  });
  await fc.assert(property, { seed: seed(16), numRuns: NUMBER });
});
