/** New rows whose keys, or other values, the server makes: one statement, and each object gets those of its own row. */
import { assertEquals, assertRejects } from "@std/assert";
import { KeyChangedError, select } from "../mod.ts";
import { array, enumeration, identity, integer, sql, text, uuid } from "../schema/columns.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import { manyToOne } from "./relation.ts";
import { sessionTest } from "../../testing/fixture.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Pearl extends model("pearls", { id: identity().primaryKey(), name: text() }) {}
class Shell extends model("shells", {
  id: uuid().primaryKey().serverDefault(sql("gen_random_uuid()")),
  name: text(),
  tags: array(text()).nullable(),
}) {}
/** Has nothing that a new object must give. */
class Ticket extends model("tickets", { id: identity().primaryKey(), note: text().serverDefault(sql("'new'")) }) {}
class Seat extends model("seats", {
  row: integer().primaryKey(),
  number: identity().primaryKey(),
  guest: text(),
}) {}
class Diver extends model("divers", {
  id: identity().primaryKey(),
  name: text(),
  pearlId: integer().references(() => Pearl),
  buddyId: integer().nullable().references("divers.id"),
}) {
  declare pearl: Pearl;
  declare buddy: Diver | null;
  static relations = { pearl: manyToOne(() => Pearl), buddy: manyToOne(() => Diver) };
}
class Boat extends model("boats", {
  id: identity().primaryKey(),
  name: text(),
  flags: array(enumeration("flag", ["a", "b"])).serverDefault(sql("'{b,a}'")),
}) {}

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata, (sql) => /^(BEGIN|COMMIT)/.test(sql) ? undefined : sql);

  test("1,000 objects are one statement, and each gets the key of its row", async (t) => {
    await using session = t.getSession();
    const pearls = Array.from({ length: 1_000 }, (_, index) => new Pearl({ name: `pearl ${(index * 7) % 1_000}` }));
    session.addAll(pearls);
    await session.commit();
    assertEquals(t.sent, [
      "WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('pearls', 'id')) AS id, source.* " +
      'FROM unnest($1::text[]) WITH ORDINALITY AS source (name, "#")), ' +
      "made AS (INSERT INTO pearls (id, name) SELECT id, name FROM new RETURNING id) " +
      'SELECT "#", made.* FROM made JOIN new USING (id)',
    ]);
    const rows = new Map(await t.rows("SELECT id, name FROM pearls") as [number, string][]);
    assertEquals(rows.size, 1_000);
    assertEquals(new Map(pearls.map(({ id, name }) => [id, name])), rows);
    pearls[500].name = "black";
    await session.commit();
    assertEquals(await t.rows(`SELECT name FROM pearls WHERE id = ${pearls[500].id}`), [["black"]]);
  });

  test("one object is a plain INSERT", async (t) => {
    await t.getSession.begin((session) => session.add(new Pearl({ name: "white" })));
    assertEquals(t.sent, ["INSERT INTO pearls (name) SELECT * FROM unnest($1::text[]) RETURNING id"]);
  });

  test("a trigger that changes the keys of several new rows is told of, and nothing is written", async (t) => {
    await t.engine.begin((connection) =>
      connection.execute(`
        CREATE OR REPLACE FUNCTION count_down() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN NEW.id := 5000 - NEW.id; RETURN NEW; END';
        CREATE TRIGGER count_down BEFORE INSERT ON pearls FOR EACH ROW EXECUTE FUNCTION count_down()`)
    );
    await using session = t.getSession();
    session.addAll([new Pearl({ name: "white" }), new Pearl({ name: "black" })]);
    await assertRejects(
      () => session.commit(),
      KeyChangedError,
      'New rows of "pearls" did not keep their generated keys',
    );
    await session.rollback();
    assertEquals(await t.rows("SELECT * FROM pearls"), []);
    const alone = new Pearl({ name: "white" });
    session.add(alone);
    await session.commit();
    assertEquals(await t.rows("SELECT id FROM pearls"), [[alone.id]]);
  });

  test("keys without an order, and arrays beside them", async (t) => {
    const shells = Array.from(
      { length: 20 },
      (_, i) => new Shell({ name: `${i}`, tags: i % 3 ? ["x", `${i}`] : null }),
    );
    const plain = Array.from({ length: 20 }, (_, index) => new Shell({ name: `${20 + index}` }));
    await t.getSession.begin((session) => session.addAll([...shells, ...plain]));
    assertEquals(t.sent.map((sql) => sql.slice(0, 93)), [
      "WITH new AS MATERIALIZED (SELECT gen_random_uuid() AS id, source.* FROM (VALUES ($1::text, $2",
      "WITH new AS MATERIALIZED (SELECT gen_random_uuid() AS id, source.* FROM unnest($1::text[]) WI",
    ]);
    assertEquals(
      await t.rows("SELECT id, name, tags FROM shells ORDER BY name::int"),
      [...shells, ...plain].map(({ id, name, tags }) => [id, name, tags]),
    );
  });

  test("objects that give nothing, and objects that give their keys", async (t) => {
    const tickets = [new Ticket({}), new Ticket({}), new Ticket({ id: 70 }), new Ticket({ id: 80 })];
    await t.getSession.begin((session) => session.addAll(tickets));
    assertEquals(t.sent, [
      "WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('tickets', 'id')) AS id, source.* " +
      'FROM generate_series(1, $1) AS source ("#")), ' +
      "made AS (INSERT INTO tickets (id) SELECT id FROM new RETURNING id, note) " +
      'SELECT "#", made.* FROM made JOIN new USING (id)',
      "INSERT INTO tickets (id) SELECT * FROM unnest($1::integer[]) RETURNING id, note",
    ]);
    assertEquals(tickets.map(({ id, note }) => [id, note]), [[1, "new"], [2, "new"], [70, "new"], [80, "new"]]);
  });

  test("of a key of two columns the server makes one", async (t) => {
    const seats = ["a", "b", "c"].map((guest) => new Seat({ row: 7, guest } as never));
    await t.getSession.begin((session) => session.addAll(seats));
    assertEquals(t.sent.length, 1);
    assertEquals(
      await t.rows("SELECT row, number, guest FROM seats ORDER BY guest"),
      seats.map(({ row, number, guest }) => [row, number, guest]),
    );
  });

  test("rows that refer to them wait, each for its own; among themselves they are one statement", async (t) => {
    await using session = t.getSession();
    const divers = ["a", "b", "c"].map((name) =>
      Diver.create({ name, pearl: new Pearl({ name: `of ${name}` }) } as never)
    );
    divers[0].buddy = divers[2];
    session.addAll(divers);
    await session.commit();
    assertEquals(
      t.sent.map((sql) => /(INSERT INTO|UPDATE) \w+/.exec(sql)?.[0]),
      ["INSERT INTO pearls", "INSERT INTO divers"],
    );
    assertEquals(
      await t.rows(`SELECT d.name, p.name, b.name FROM divers d JOIN pearls p ON p.id = d.pearl_id
        LEFT JOIN divers b ON b.id = d.buddy_id ORDER BY 1`),
      [["a", "of a", "c"], ["b", "of b", null], ["c", "of c", null]],
    );
  });

  test("an array of an enum type comes back as an array, from one row and from several", async (t) => {
    await using session = t.getSession();
    const boats = [new Boat({ name: "one" })];
    session.add(boats[0]);
    await session.flush();
    boats.push(new Boat({ name: "two" }), new Boat({ name: "three" }));
    session.addAll(boats);
    await session.flush();
    assertEquals(boats.map(({ flags }) => flags), [["b", "a"], ["b", "a"], ["b", "a"]]);
    await session.commit();
    assertEquals(session.dirty.size, 0);
    assertEquals((await session.scalars(select(Boat))).all().length, 3);
  });
}
