/** Keys and unique values that change hands within one flush: each step gets the order that it needs. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  createEngine,
  identity,
  integer,
  now,
  select,
  sessionmaker,
  sql,
  StaleDataError,
  text,
  timestamptz,
  UniqueCircleError,
} from "../mod.ts";
import fc from "npm:fast-check@^4";
import { cases, seed } from "../../testing/cases.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import { manyToOne, oneToMany } from "./relation.ts";
import type { Related } from "./related.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

class Acc extends base.model("accs", {
  id: integer().primaryKey(),
  name: text().unique(),
  nick: text().nullable().unique(),
  slot: integer().nullable().unique({ deferrable: true }),
  status: text().default(() => "new"),
  note: text().nullable(),
  level: integer().serverDefault(sql("7")),
  at: timestamptz().serverDefault(sql("'2026-01-01'")).onUpdate(now()),
  version: integer().version(),
}) {
  declare msgs: Related<Msg>;
  static relations = { msgs: oneToMany(() => Msg) };
}
class Msg extends base.model("msgs", {
  id: identity().primaryKey(),
  accId: integer().nullable().references("accs.id", { onDelete: "cascade" }),
}) {
  declare acc: Acc | null;
  static relations = { acc: manyToOne(() => Acc) };
}

const acc = (id: number, more: object = {}) => new Acc({ id, name: `name ${id}`, ...more });
const target = (sql: string) =>
  /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)
    ? undefined
    : /(INSERT INTO|UPDATE|DELETE FROM|SET CONSTRAINTS) \w+/.exec(sql)?.[0];

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata, target);

  test("delete and add of one key is one UPDATE that sets every column; what refers to the row stays", async (t) => {
    await t.engine.begin((connection) =>
      connection.execute(`
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN RAISE EXCEPTION ''deleted''; END';
        CREATE TRIGGER refuse BEFORE DELETE ON accs FOR EACH ROW EXECUTE FUNCTION refuse()`)
    );
    await using session = t.getSession();
    const old = [1, 2].map((id) => acc(id, { nick: `nick ${id}`, status: "paid", note: "old", level: 1, slot: id }));
    session.addAll([...old, Msg.create({ acc: old[0] })]);
    await session.commit();
    old[0].note = "changed";
    await session.flush();
    t.sent.length = 0;
    for (const each of old) session.delete(each);
    const [one, two] = [acc(1, { nick: "new nick" }), acc(2, { level: 2, status: "given" })];
    session.addAll([one, two]);
    await session.commit();
    assertEquals(t.sent, ["UPDATE accs", "UPDATE accs"]); // other columns are given
    assertEquals(await t.rows("SELECT id, name, nick, slot, status, note, level, version FROM accs ORDER BY id"), [
      [1, "name 1", "new nick", null, "new", null, 7, 3],
      [2, "name 2", null, null, "given", null, 2, 2],
    ]);
    assertEquals([one, two].map(({ level, note, version }) => [level, note, version]), [[7, null, 3], [2, null, 2]]);
    assertEquals([one.at.toISOString(), session.dirty.size], ["2026-01-01T00:00:00.000Z", 0]);
    assertStrictEquals(await session.get(Acc, 1), one);
    assertEquals(await t.rows("SELECT acc_id FROM msgs"), [[1]]);
    assertEquals(one.msgs.isLoaded, false);
    one.name = "again";
    await session.commit();
    assertEquals(one.version, 4);
  });

  test("… and after a rollback the key is the first object's again; a row that was changed meanwhile is refused", async (t) => {
    await using session = t.getSession();
    const old = acc(1, { note: "old" });
    session.add(old);
    await session.commit();
    session.delete(old);
    const taker = acc(1);
    session.add(taker);
    await session.flush();
    assertStrictEquals(await session.get(Acc, 1), taker);
    await session.rollback();
    assertStrictEquals(await session.get(Acc, 1), old);
    assertEquals([old.note, old.version, session.new.size], ["old", 1, 0]);
    await t.engine.begin((other) => other.execute("UPDATE accs SET version = 2"));
    session.delete(old);
    session.add(acc(1));
    await assertRejects(async () => await session.commit(), StaleDataError, 'Cannot update in "accs": id 1');
    await session.rollback();
    assertEquals(await t.rows("SELECT note FROM accs"), [["old"]]);
  });

  test("a reused key does not move other deletions: what leaves a row is not deleted with it", async (t) => {
    await using session = t.getSession();
    const [one, two, three] = [acc(1), acc(2), acc(3)];
    const [moving, going] = [Msg.create({ acc: two }), Msg.create({ acc: two })];
    session.addAll([one, three, moving, going]);
    await session.commit();
    t.sent.length = 0;
    for (const each of [one, two, going]) session.delete(each);
    session.add(acc(1));
    moving.acc = three;
    await session.commit();
    assertEquals(t.sent, ["UPDATE msgs", "UPDATE accs", "DELETE FROM msgs", "DELETE FROM accs"]);
    assertEquals(await t.rows("SELECT id, acc_id FROM msgs"), [[moving.id, 3]]);
  });

  test("a unique value, or a key, is taken after it was given up: by a deletion, by a change, along a chain", async (t) => {
    await using session = t.getSession();
    const [one, two, three] = [acc(1), acc(2), acc(3)];
    session.addAll([one, two, three, Msg.create({ acc: one })]);
    await session.commit();
    t.sent.length = 0;
    one.name = "name 2";
    two.name = "name 3";
    session.delete(three);
    session.add(acc(4, { name: "name 1" }));
    await session.commit();
    assertEquals(t.sent, ["DELETE FROM accs", "UPDATE accs", "UPDATE accs", "INSERT INTO accs"]);
    assertEquals(await t.rows("SELECT id, name FROM accs ORDER BY id"), [[1, "name 2"], [2, "name 3"], [4, "name 1"]]);
    t.sent.length = 0;
    two.id = 5;
    session.add(acc(2, { name: "two" }));
    await session.commit();
    assertEquals(t.sent, ["UPDATE accs", "INSERT INTO accs"]);
    assertStrictEquals(await session.get(Acc, 5), two);
    // the children of what goes move to what takes its name: they let go of it first
    const [msg] = await session.scalars(select(Msg));
    const taker = acc(6, { name: one.name });
    msg.acc = taker;
    session.delete(one);
    session.add(taker);
    await session.commit();
    assertEquals(await t.rows("SELECT acc_id FROM msgs"), [[6]]);
  });

  test("two rows exchange unique values: by way of NULL, by a later check, or not at all", async (t) => {
    await using session = t.getSession();
    const [one, two] = [acc(1, { nick: "a", slot: 1 }), acc(2, { nick: "b", slot: 2 })];
    session.addAll([one, two]);
    await session.commit();
    t.sent.length = 0;
    [one.nick, two.nick] = [two.nick, one.nick];
    await session.commit();
    assertEquals(t.sent, ["UPDATE accs", "UPDATE accs"]);
    assertEquals(await t.rows("SELECT nick, version FROM accs ORDER BY id"), [["b", 2], ["a", 2]]);
    t.sent.length = 0;
    [one.slot, two.slot] = [two.slot, one.slot];
    one.note = "other columns";
    await session.commit();
    const constraint = "SET CONSTRAINTS uq_accs_slot";
    assertEquals(t.sent, [constraint, "UPDATE accs", "UPDATE accs", constraint]);
    assertEquals(await t.rows("SELECT slot, version FROM accs ORDER BY id"), [[2, 3], [1, 3]]);
    t.sent.length = 0;
    [one.name, two.name] = [two.name, one.name];
    const message = 'Rows of "accs" exchange values of "name", which no two rows may share at any moment.';
    await assertRejects(async () => await session.commit(), UniqueCircleError, message);
    assertEquals([t.sent, session.state], [[], "idle"]);
    [one.name, two.name] = ["name 1", "name 2"];
    [one.id, two.id] = [2, 1];
    await assertRejects(async () => await session.commit(), UniqueCircleError, 'values of "id"');
    assertEquals(t.sent, []);
  });
}

/** Values of five rows before and after one flush: a row may come, go, stay, or make way for another one of its key. */
const IDS = [0, 1, 2, 3, 4];
const values = fc.shuffledSubarray([...IDS, 5, 6, 7], { minLength: 5, maxLength: 5 });
const exchange = fc.record({
  before: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  fate: fc.array(fc.constantFrom("stays", "stays", "goes", "is replaced"), { minLength: 5, maxLength: 5 }),
  comes: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  nicks: fc.tuple(values, values),
  slots: fc.tuple(values, values),
  parents: fc.tuple(values, values),
});

const NUMBER = cases(100);
database.test(`${NUMBER} random exchanges of keys and unique values work in one flush`, async (url) => {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await base.metadata.dropAll(connection);
    await base.metadata.createAll(connection);
  });
  const nick = (value: number) => value > 5 ? null : `nick ${value}`;
  const slot = (value: number) => value > 5 ? null : value;
  const property = fc.asyncProperty(exchange, async ({ before, fate, comes, nicks, slots, parents }) => {
    await using session = sessionmaker(engine)();
    const given = (id: number, at: 0 | 1) => ({ nick: nick(nicks[at][id]), slot: slot(slots[at][id]) });
    const old = new Map(IDS.filter((id) => before[id]).map((id) => [id, acc(id, given(id, 0))]));
    const now = new Map<number, Acc>();
    session.addAll(old.values());
    const children = IDS.map((id) => Msg.create({ acc: old.get(parents[0][id]) ?? null }));
    session.addAll(children);
    await session.flush();
    const freed = IDS.filter((id) => old.has(id) && fate[id] === "goes");
    for (const id of IDS) {
      const object = old.get(id);
      if (object && fate[id] === "stays") now.set(id, Object.assign(object, given(id, 1)));
      else if (object) session.delete(object);
      // a key that is free already may come, with the name of a row that goes
      const name = object ? `name ${id}` : `name ${freed.shift() ?? id}`;
      if (object ? fate[id] === "is replaced" : comes[id]) now.set(id, acc(id, { name, ...given(id, 1) }));
    }
    session.addAll(now.values());
    children.forEach((child, id) => child.acc = now.get(parents[1][id]) ?? null);
    await session.flush();
    const rows = (await session.execute("SELECT id, name, nick, slot, version FROM accs ORDER BY id")).tuples().all();
    const expected = [...now].toSorted(([a], [b]) => a - b).map(([id, { name, version }]) => {
      const { nick, slot } = given(id, 1);
      return [id, name, nick, slot, version];
    });
    assertEquals(rows, expected);
    for (const [id, { version }] of now) assertEquals(version <= (old.has(id) ? 2 : 1), true);
    const referred = await session.execute("SELECT id, acc_id FROM msgs ORDER BY id");
    assertEquals(
      referred.tuples().all(),
      children.map(({ id, acc }) => [id, acc?.id ?? null] as unknown[]).toSorted(([a], [b]) => Number(a) - Number(b)),
    );
    assertEquals(session.dirty.size, 0);
    await session.rollback();
  });
  await fc.assert(property, { seed: seed(16), numRuns: NUMBER });
});
