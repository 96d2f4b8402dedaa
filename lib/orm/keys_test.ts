/** Keys that the program gives: taken twice, changed, freed and taken again, of several columns, of a Date. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { bigint, integer, MissingValueError, select, text, timestamptz, UniqueViolationError } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import { firstWord, sessionTest } from "../../testing/fixture.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Box extends model("boxes", {
  id: integer().primaryKey(),
  name: text(),
  insideId: integer().nullable().references("boxes.id"),
}) {}
class Seat extends model("seats", { row: integer().primaryKey(), place: text().primaryKey(), guest: text() }) {}
class Tick extends model("ticks", { at: timestamptz().primaryKey(), note: text() }) {}
class Star extends model("stars", { id: bigint().primaryKey(), name: text() }) {}

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata, firstWord);

  test("a row is deleted and its key taken by a new object in one flush: the row stays, with its values", async (t) => {
    await using session = t.getSession();
    const old = new Box({ id: 1, name: "old" });
    session.addAll([old, new Box({ id: 2, name: "inside", insideId: 1 })]);
    await session.commit();
    t.sent.length = 0;
    session.delete(old);
    session.delete(await session.getOne(Box, 2));
    session.add(new Box({ id: 1, name: "new" }));
    assertEquals(session.diff().map(({ kind }) => kind), ["update", "delete"]);
    await session.commit();
    assertEquals(t.sent, ["BEGIN", "UPDATE", "DELETE", "COMMIT"]);
    assertEquals(await t.rows("SELECT id, name FROM boxes"), [[1, "new"]]);
    assertEquals((await session.get(Box, 1))?.name, "new");
  });

  test("… and after a rollback the key is the first object's again", async (t) => {
    await using session = t.getSession();
    const old = new Box({ id: 1, name: "old" });
    session.add(old);
    await session.commit();
    session.delete(old);
    const taker = new Box({ id: 1, name: "new" });
    session.add(taker);
    await session.flush();
    assertStrictEquals(await session.get(Box, 1), taker);
    await session.rollback();
    assertStrictEquals(await session.get(Box, 1), old);
    old.name = "as before";
    await session.commit();
    assertEquals(await t.rows("SELECT id, name FROM boxes"), [[1, "as before"]]);
  });

  test("an object takes over the key of one that is deleted", async (t) => {
    await using session = t.getSession();
    const [first, second] = [new Box({ id: 1, name: "first" }), new Box({ id: 2, name: "second" })];
    session.addAll([first, second]);
    await session.commit();
    session.delete(second);
    first.id = 2;
    await session.commit();
    assertStrictEquals(await session.get(Box, 2), first);
    assertEquals(await t.rows("SELECT id, name FROM boxes"), [[2, "first"]]);
  });

  test("an object whose row is deleted can be added again", async (t) => {
    await using session = t.getSession();
    const box = new Box({ id: 1, name: "box" });
    session.add(box);
    await session.commit();
    session.delete(box);
    await session.commit();
    session.add(box);
    await session.commit();
    session.delete(box);
    await session.flush();
    session.add(box);
    await session.flush();
    await session.rollback();
    assertStrictEquals(await session.get(Box, 1), box);
    assertEquals(await t.rows("SELECT id, name FROM boxes"), [[1, "box"]]);
  });

  test("two new objects of one key are refused by the server; none of them stays", async (t) => {
    await using session = t.getSession();
    session.addAll([new Box({ id: 1, name: "one" }), new Box({ id: 1, name: "another" })]);
    await assertRejects(() => session.commit(), UniqueViolationError);
    await session.rollback();
    assertEquals([await session.get(Box, 1), session.new.size], [null, 0]);
  });

  test("a key is changed: the object is found by the new one, after a rollback by the old one", async (t) => {
    await using session = t.getSession();
    const box = new Box({ id: 1, name: "box" });
    session.add(box);
    await session.commit();
    box.id = 2;
    assertStrictEquals(await session.get(Box, 2), box); // written first
    assertEquals(await session.get(Box, 1), null);
    await session.rollback();
    assertEquals([box.id, await session.get(Box, 2)], [1, null]);
    assertStrictEquals(await session.get(Box, 1), box);
    box.id = null as never;
    await assertRejects(() => session.commit(), MissingValueError, `would lose its value of "id"`);
  });

  test("a key of several columns is changed in part", async (t) => {
    await using session = t.getSession();
    const seats = ["a", "b", "c"].map((place) => new Seat({ row: 1, place, guest: "nobody" }));
    session.addAll(seats);
    await session.commit();
    seats[0].place = "z";
    for (const seat of seats) seat.guest = `guest of ${seat.place}`;
    await session.commit();
    assertStrictEquals(await session.get(Seat, { place: "z", row: 1 }), seats[0]);
    assertEquals(await session.get(Seat, { row: 1, place: "a" }), null);
    assertEquals(await t.rows("SELECT row, place, guest FROM seats ORDER BY place"), [
      [1, "b", "guest of b"],
      [1, "c", "guest of c"],
      [1, "z", "guest of z"],
    ]);
    for (const seat of seats) session.delete(seat);
    await session.commit();
    assertEquals(await t.rows("SELECT * FROM seats"), []);
  });

  test("keys that are no numbers: a Date by its milliseconds, a bigint beyond 2⁵³", async (t) => {
    await using session = t.getSession();
    const tick = new Tick({ at: new Date("2026-01-01T00:00:00.123Z"), note: "tick" });
    const stars = [2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)].map((id) => new Star({ id, name: `${id}` }));
    session.addAll([tick, ...stars]);
    await session.commit();
    assertStrictEquals(await session.get(Tick, new Date("2026-01-01T00:00:00.123Z")), tick);
    tick.at.setUTCMilliseconds(124); // changed in place
    await session.commit();
    assertStrictEquals(await session.get(Tick, new Date("2026-01-01T00:00:00.124Z")), tick);
    for (const star of stars) assertStrictEquals(await session.get(Star, star.id), star);
    await using fresh = t.getSession();
    assertEquals((await fresh.getOne(Star, 2n ** 53n + 1n)).name, "9007199254740993");
    assert((await fresh.scalars(select(Star))).all().every(({ id, name }) => `${id}` === name));
  });
}
